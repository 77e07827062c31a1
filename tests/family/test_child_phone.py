"""A phone becomes a child's own by a guardian's link, once, and is out when a guardian says so."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from app.accounts.models import User
from app.family import child_devices, child_links
from app.family.models import ChildProfile
from app.kernel import clock
from app.kernel.viewer import Viewer
from tests import cast as people
from tests.family.phones import HERE, START, Phone, offer, rows, stay_of

PHONES = f"/uz/family/children/{people.lola.id}/phones"


@pytest.fixture
def new_phone(new_client):
    return lambda: Phone(new_client())


@pytest.fixture
async def phone(services, new_phone):
    """Lola's own phone, open."""
    made = new_phone()
    await made.set_up((await offer(services, people.lola)).token)
    return made


async def test_a_guardian_shows_a_link_and_the_phone_becomes_the_childs(
    services, new_phone, new_client, sign_in, cast, monkeypatch
):
    shown = []
    draw = child_links.drawing
    monkeypatch.setattr(child_links, "drawing", lambda url: shown.append(url) or draw(url))
    mother = await sign_in(new_client(), cast.dilnoza, confirmed_at=clock.now())
    phone = new_phone()

    page = await mother.post(f"{PHONES}/new", headers=HERE)
    hello = await phone.scan(shown[0].split("key=")[1])
    linked = await phone.post(f"{START}/link")
    listed = await mother.get(PHONES)

    assert "<svg" in page.text
    assert "style=" not in page.text.split("<svg", 1)[1].split("</svg>")[0]
    assert shown[0].startswith("http://localhost:8000/uz/kids/start/link?key=")
    assert "Lola" in hello.text
    assert linked.headers["location"] == START
    assert "Chrome, Android" in listed.text
    [row] = await rows(services, cast.lola)
    assert phone.token.encode() not in row.token_hash


async def test_an_old_proof_shows_no_link(client, sign_in, cast):
    await sign_in(client, cast.dilnoza)

    form = await client.post(f"{PHONES}/new", headers=HERE)
    page = await client.get(f"{PHONES}/new")

    assert form.status_code == 403
    assert "/confirm" in page.headers["location"]


async def test_opening_a_link_uses_nothing_up_and_leaves_the_address_clean(
    services, new_phone, cast
):
    link, preview, phone = await offer(services, cast.lola), new_phone(), new_phone()

    for _ in range(3):
        await preview.scan(link.token)
    opened = await phone.get(f"{START}/link?key={link.token}")

    assert opened.status_code == 303
    assert link.token not in opened.headers["location"]
    assert (await phone.post(f"{START}/link")).headers["location"] == START
    assert len(await rows(services, cast.lola)) == 1


async def test_a_link_serves_once(services, new_phone, cast):
    link, first, second = await offer(services, cast.lola), new_phone(), new_phone()
    await second.scan(link.token)

    await first.link(link.token)
    await second.post(f"{START}/link")
    again = await second.get(START)

    assert len(await rows(services, cast.lola)) == 1
    assert "child" not in second.client.cookies
    assert "Lola" not in again.text


async def test_of_many_at_once_one_gets_it(services, new_phone, cast):
    link = await offer(services, cast.lola)
    phones = [new_phone() for _ in range(8)]
    for phone in phones:
        await phone.scan(link.token)

    await asyncio.gather(*(phone.post(f"{START}/link") for phone in phones))

    assert len(await rows(services, cast.lola)) == 1
    assert sum("child" in phone.client.cookies for phone in phones) == 1


async def test_a_link_lives_five_minutes(services, new_phone, cast):
    link, phone = await offer(services, cast.lola), new_phone()
    await phone.scan(link.token)

    with clock.shifted(timedelta(minutes=5, seconds=1)):
        page = await phone.get(START)
        await phone.post(f"{START}/link")
        typed = await phone.post(f"{START}/code", code=link.code)

    assert "Lola" not in page.text
    assert typed.status_code == 422
    assert await rows(services, cast.lola) == []


async def test_a_new_link_ends_the_one_before(services, new_phone, cast):
    old, phone = await offer(services, cast.lola), new_phone()
    await offer(services, cast.lola)

    await phone.link(old.token)

    assert await rows(services, cast.lola) == []


@pytest.mark.parametrize("key", ["", "x", "0" * 32 + ".x", "0" * 32 + "." + "A" * 43, "%00", "☂"])
async def test_a_made_up_link_opens_nothing(services, new_phone, cast, key):
    phone = new_phone()

    opened = await phone.get(f"{START}/link?key={key}")
    taken = await phone.post(f"{START}/link")

    assert opened.status_code in (303, 400)
    assert taken.status_code == 303
    assert "child" not in phone.client.cookies


async def test_a_short_code_does_the_same(services, new_phone, cast):
    link, phone = await offer(services, cast.lola), new_phone()
    cyrillic = link.code.lower().replace("-", " ").replace("a", "А").replace("k", "к")

    answer = await phone.post(f"{START}/code", code=cyrillic)

    assert answer.status_code == 303
    assert len(await rows(services, cast.lola)) == 1


async def test_wrong_codes_are_counted_in_the_database(services, new_phone, cast):
    link, phone = await offer(services, cast.lola), new_phone()

    wrong = [phone.post(f"{START}/code", code=f"AAAA-{n:04}") for n in range(20)]
    answers = {answer.status_code for answer in await asyncio.gather(*wrong)}
    await services.redis.flushdb()
    right = await new_phone().post(f"{START}/code", code=link.code)

    assert answers == {422}
    assert right.status_code == 422
    assert await rows(services, cast.lola) == []
    with clock.shifted(timedelta(minutes=16)):
        later = await offer(services, cast.lola)
        assert (await phone.post(f"{START}/code", code=later.code)).status_code == 303


async def test_another_childs_open_phone_stays_its_own(services, new_phone, cast):
    temurs = new_phone()
    await temurs.set_up((await offer(services, cast.temur)).token)
    link = await offer(services, cast.lola)

    opened = await temurs.get(f"{START}/link?key={link.token}")
    taken = await temurs.post(f"{START}/link")

    assert opened.headers["location"] == "/uz/kids"
    assert taken.status_code == 404
    assert await rows(services, cast.lola) == []


async def test_a_phone_belongs_to_one_child_at_a_time(services, new_phone, cast):
    phone = new_phone()
    await phone.link((await offer(services, cast.temur)).token)

    await phone.link((await offer(services, cast.lola)).token)
    page = await phone.get(START)

    assert await rows(services, cast.temur) == []
    assert len(await rows(services, cast.lola)) == 1
    assert "Lola" in page.text


async def test_a_grown_ups_phone_does_not_become_a_childs(services, new_client, sign_in, cast):
    link = await offer(services, cast.lola)
    mother = await sign_in(new_client(), cast.dilnoza)

    await mother.get(f"{START}/link?key={link.token}")
    page = await mother.get(START)
    taken = await mother.post(f"{START}/link", headers=HERE)

    assert "/uz/sign-out" in page.text
    assert taken.headers["location"] == START
    assert await rows(services, cast.lola) == []
    assert (await mother.get("/uz/family")).status_code == 200


async def test_a_second_guardian_revokes_while_the_phone_is_being_linked(
    services, new_phone, new_client, sign_in, cast
):
    father = await sign_in(new_client(), cast.jasur)
    for _ in range(5):
        link, phone = await offer(services, cast.lola), new_phone()
        await phone.scan(link.token)

        await asyncio.gather(
            phone.post(f"{START}/link"), father.post(f"{PHONES}/ending", headers=HERE)
        )
        await phone.link(link.token)

        assert await rows(services, cast.lola) == []


async def test_an_ended_phone_is_out_at_its_next_request(
    services, phone, new_client, sign_in, cast
):
    father = await sign_in(new_client(), cast.jasur)
    [row] = await rows(services, cast.lola)
    assert (await phone.get("/uz/kids")).status_code == 200

    ended = await father.post(f"{PHONES}/{row.id}/ending", headers=HERE)
    shop = [await phone.get(path) for path in ("/uz/kids", "/uz/", "/uz/search?q=pichoq", "/uz/me")]
    htmx = await phone.client.get("/uz/kids", headers={"hx-request": "true"})
    page = await phone.get(START)

    assert ended.status_code == 303
    assert {one.headers["location"].split("?")[0] for one in shop} == {START}
    assert htmx.headers["hx-redirect"].startswith(START)
    assert page.status_code == 200
    assert "Lola" not in page.text
    assert (
        await stay_of(services, phone.client.cookies.get("session", "")) is None
        or (await stay_of(services, phone.client.cookies["session"])).ended_at
    )


async def test_all_phones_end_together_and_those_of_the_other_child_stay(
    services, phone, new_phone, new_client, sign_in, cast
):
    second, temurs = new_phone(), new_phone()
    await second.set_up((await offer(services, cast.lola)).token)
    await temurs.set_up((await offer(services, cast.temur)).token)
    mother = await sign_in(new_client(), cast.dilnoza)

    await mother.post(f"{PHONES}/ending", headers=HERE)

    assert (await phone.get("/uz/kids")).status_code == 303
    assert (await second.get("/uz/kids")).status_code == 303
    assert (await temurs.get("/uz/kids")).status_code == 200


async def test_a_withdrawn_consent_ends_the_phones(services, phone, new_client, sign_in, cast):
    mother = await sign_in(new_client(), cast.dilnoza, confirmed_at=clock.now())
    consent = f"/uz/family/children/{cast.lola.id}/consent"

    await mother.post(consent, data={"decision": "withdrawn"}, headers=HERE)
    out = await phone.get("/uz/kids")
    await mother.post(consent, data={"decision": "given"}, headers=HERE)

    assert out.headers["location"].startswith(START)
    assert await rows(services, cast.lola) == []
    assert (await phone.get("/uz/kids")).status_code == 303


async def test_a_closed_profile_and_a_family_without_guardians_wait(services, phone, cast):
    async def seen() -> str:
        return (await phone.get("/uz/kids")).headers.get("location", "")

    async def change(statement) -> None:
        async with services.db.begin() as session:
            await session.execute(statement)

    lola = update(ChildProfile).where(ChildProfile.id == cast.lola.id)
    guardians = update(User).where(User.id.in_([cast.dilnoza.id, cast.jasur.id]))

    await change(lola.values(closed_at=clock.now()))
    closed = await seen()
    await change(lola.values(closed_at=None))
    await change(guardians.where(User.id == cast.dilnoza.id).values(suspended_at=clock.now()))
    one_left = await seen()
    await change(guardians.values(suspended_at=clock.now()))
    alone = await seen()

    assert closed == alone == "/uz/kids/waiting"
    assert one_left == ""


async def test_no_phone_is_linked_or_opened_where_the_profile_is_shut(services, new_phone, cast):
    waits, comes = new_phone(), new_phone()
    await comes.link((await offer(services, cast.lola)).token)
    link = await offer(services, cast.lola)
    await waits.scan(link.token)
    async with services.db.begin() as session:
        await session.execute(update(User).values(suspended_at=clock.now()))

    await waits.post(f"{START}/link")
    page = await comes.get(START)
    async with services.db.begin() as session:
        with pytest.raises(child_links.ProfileClosed):
            await child_links.make(session, services.settings, Viewer(), cast.lola.id)

    assert len(await rows(services, cast.lola)) == 1
    assert "Lola" not in page.text


@pytest.mark.parametrize("who", ["nodira", "oydin", "olga", "sardor"])
async def test_nobody_else_sees_or_ends_or_links_the_phones(
    services, phone, new_client, sign_in, cast, who
):
    stranger = await sign_in(new_client(), getattr(cast, who), confirmed_at=clock.now())
    [row] = await rows(services, cast.lola)

    seen = [await stranger.get(path) for path in (PHONES, f"{PHONES}/new", f"{PHONES}/stream")]
    done = [
        await stranger.post(path, headers=HERE)
        for path in (f"{PHONES}/new", f"{PHONES}/ending", f"{PHONES}/{row.id}/ending")
    ]
    crossed = f"/uz/family/children/{cast.aziz.id}/phones/{row.id}/ending"

    refused = {404} if who == "nodira" else {403, 404}
    assert {answer.status_code for answer in (*seen, *done)} <= refused
    assert (await stranger.post(crossed, headers=HERE)).status_code in refused
    assert (await phone.get("/uz/kids")).status_code == 200


async def test_a_child_has_five_phones_at_most(services, cast):
    for number in range(child_links.MOST_PHONES):
        async with services.db.begin() as session:
            await child_devices.link(session, cast.lola.id, f"phone {number}", "")

    async with services.db.begin() as session:
        with pytest.raises(child_links.TooManyPhones):
            await child_links.make(session, services.settings, Viewer(), cast.lola.id)


async def test_both_guardians_are_told_and_the_family_log_knows(services, phone, cast, run_tasks):
    await run_tasks()

    async with services.db.begin() as session:
        told = await session.execute(
            text("select user_id from notification where kind = 'child_phone'")
        )
        noted = await session.execute(
            text("select action from audit_entry where household_id = :home order by id"),
            {"home": cast.lola.household_id},
        )
        assert {row.user_id for row in told} == {cast.dilnoza.id, cast.jasur.id}
        assert [row.action for row in noted] == [
            "child_phone.link",
            "child_phone.choose",
            "child_phone.open",
        ]
