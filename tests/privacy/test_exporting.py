"""A copy holds everything of its person, and reaches nobody else."""

import io
import json
import zipfile
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, text

from app.kernel import clock
from app.privacy import cleaning, packing
from app.privacy.models import DataExport
from tests.make.browsing import text_of
from tests.privacy import lives
from tests.privacy.test_cleaning import rule


async def copy_of(services, life):
    async with services.db.begin() as session:
        found = select(DataExport.id).where(DataExport.user_id == life.user_id)
        return await session.scalar(found)


def opened(content):
    return zipfile.ZipFile(io.BytesIO(content))


async def test_each_slice_has_its_part_with_what_was_done(services, zumrad, enter):
    client = await enter(zumrad)

    answer = await client.get(f"/uz/me/data/exports/{await copy_of(services, zumrad)}/file")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    data = opened(answer.content).read("data.json")
    copy = msgspec.json.decode(data, type=packing.Export)
    parts = {part.name: part for part in copy.parts}
    assert list(parts) == [one.name for one in services.registry.personal]
    for name in (
        "person",
        "ways_in",
        "devices",
        "children",
        "consents",
        "addresses",
        "orders",
        "wishes",
        "news",
        "push",
        "cart",
        "payments",
        "messages",
        "audit",
        "policies",
    ):
        assert parts[name].rows, name
    everything = data.decode()
    for word in zumrad.words:
        assert word in everything, word
    assert '"123456"' not in everything  # codes are nobody's data


async def test_rows_have_only_declared_fields(services, zumrad, enter):
    client = await enter(zumrad)
    answer = await client.get(f"/uz/me/data/exports/{await copy_of(services, zumrad)}/file")

    for part in json.loads(opened(answer.content).read("data.json"))["parts"]:
        for row in part["rows"]:
            assert set(row) <= set(part["fields"]), part["name"]


async def test_the_page_reads_without_us(services, zumrad, enter):
    client = await enter(zumrad)
    answer = await client.get(f"/uz/me/data/exports/{await copy_of(services, zumrad)}/file")

    html = opened(answer.content).read("index.html").decode()

    assert '<html lang="uz-Latn">' in html
    assert "<script" not in html
    assert zumrad.nickname in html
    assert "Mening planetariyim" in html
    assert "&lt;" not in html  # no raw objects
    assert "{'" not in html
    assert "datetime" not in html


async def test_nobody_elses_words_are_in_it(services, zumrad, enter, cast):
    client = await enter(zumrad)
    answer = await client.get(f"/uz/me/data/exports/{await copy_of(services, zumrad)}/file")

    data = opened(answer.content).read("data.json").decode()

    for person in cast.PEOPLE:
        assert person.phone not in data
    for kid in cast.KIDS:
        assert kid.name not in data


async def test_others_find_nothing(services, zumrad, enter, new_client, sign_in, cast):
    path = f"/uz/me/data/exports/{await copy_of(services, zumrad)}/file"

    other = await (await enter(cast.dilnoza)).get(path)
    child = await (await sign_in(new_client(), cast.lola)).get(path)
    guest = await new_client().get(path)

    assert other.status_code == 404
    assert child.status_code == 404
    assert guest.status_code in (303, 401)


async def test_it_asks_who_is_there_before_it_hands_anything_out(services, zumrad, enter):
    client = await enter(zumrad, proof=None)
    export_id = await copy_of(services, zumrad)

    taken = await client.get(f"/uz/me/data/exports/{export_id}/file")
    asked = await client.post("/uz/me/data/exports", data={})

    assert taken.status_code == 303
    assert "/confirm" in taken.headers["location"]
    assert asked.status_code == 403


async def test_the_pin_of_the_family_is_not_enough(services, zumrad, enter):
    """Every adult of the family knows it; the copy is of one person."""
    client = await enter(zumrad, proof="pin")

    asked = await client.post("/uz/me/data/exports", data={})

    assert asked.status_code == 403


async def test_after_seven_days_it_is_gone(services, zumrad, enter):
    path = f"/uz/me/data/exports/{await copy_of(services, zumrad)}/file"
    with clock.shifted(timedelta(days=7, minutes=1)):
        client = await enter(zumrad)
        late = await client.get(path)
        async with services.db.begin() as session:
            swept = await cleaning.sweep(session, rule("data_export"))

    assert late.status_code == 404
    assert swept == 1
    assert await copy_of(services, zumrad) is None


async def test_one_at_a_time_and_a_new_one_replaces_the_old(services, run_tasks, zumrad, enter):
    client = await enter(zumrad)
    first = await copy_of(services, zumrad)

    for _ in range(3):
        answer = await client.post("/uz/me/data/exports", data={})
        assert answer.status_code == 303
    second = await copy_of(services, zumrad)
    async with services.db.begin() as session:
        tasks = "select count(*) from task where name like '%make_export' and state <> 'done'"
        waiting = await session.scalar(text(tasks))
    await run_tasks()

    assert first != second
    assert waiting == 1
    assert (await client.get(f"/uz/me/data/exports/{first}/file")).status_code == 404
    assert (await client.get(f"/uz/me/data/exports/{second}/file")).status_code == 200


async def test_asking_again_and_again_is_slowed_down(services, zumrad, enter):
    client = await enter(zumrad)

    answers = [(await client.post("/uz/me/data/exports", data={})).status_code for _ in range(7)]

    assert 429 in answers


async def test_a_person_without_anything_gets_a_copy_too(services, run_tasks, enter, cast):
    client = await enter(cast.olga)
    await client.post("/ru/me/data/exports", data={})
    await run_tasks()

    page = text_of(await client.get("/ru/me/data"))
    olga = lives.Life("Olga", "", "", "", "", "", user_id=cast.olga.id)
    answer = await client.get(f"/ru/me/data/exports/{await copy_of(services, olga)}/file")

    assert "Скачать" in page
    assert answer.status_code == 200
    assert b'"language": "ru"' in opened(answer.content).read("data.json")


async def test_what_does_not_fit_says_so(services, run_tasks, zumrad, enter, monkeypatch):
    monkeypatch.setattr("app.privacy.exporting.MAX_BYTES", 10)
    client = await enter(zumrad)

    await client.post("/en/me/data/exports", data={})
    await run_tasks()

    assert "did not work" in text_of(await client.get("/en/me/data"))


@pytest.mark.parametrize("path", ["/uz/me/data", "/ru/me/data", "/en/me/data", "/uz-cyrl/me/data"])
async def test_my_data_says_what_is_kept(zumrad, enter, path):
    page = text_of(await (await enter(zumrad)).get(path))

    assert zumrad.nickname in page or path.startswith("/uz-cyrl")
