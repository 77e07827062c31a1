"""What is kept of a family can be put right, and a withdrawn consent ends in deletion."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.family.models import ChildProfile, Household
from app.kernel import clock
from app.kernel.tasks import NoArguments
from app.kernel.viewer import Proof
from app.privacy import tasks
from app.privacy.models import DeletionRequest
from tests.make.browsing import text_of

NEW = {"nickname": "Lolajon", "birth_year": str(clock.local_day().year - 7), "avatar": "owl"}


@pytest.fixture
async def dilnoza(client, sign_in, cast):
    fresh = {"confirmed_at": clock.now(), "confirmed_by": Proof.PIN}
    return await sign_in(client, cast.dilnoza, **fresh)


async def test_a_childs_profile_is_corrected_at_once(services, dilnoza, cast):
    path = f"/uz/family/children/{cast.lola.id}/profile"
    page = await dilnoza.get(path)
    answer = await dilnoza.post(path, data=NEW)

    assert 'value="Lola"' in page.text
    assert answer.status_code == 303
    assert "Lolajon" in text_of(await dilnoza.get("/uz/family"))
    async with services.db.begin() as session:
        child = await session.get_one(ChildProfile, cast.lola.id)
        noted = await session.scalar(
            text("select details::text from audit_entry where action = 'child.correct'")
        )
    assert (child.avatar, child.birth_year) == ("owl", clock.local_day().year - 7)
    assert "Lolajon" not in noted


@pytest.mark.parametrize(
    ("name", "value"),
    [("birth_year", "2001"), ("birth_year", "x"), ("nickname", ""), ("avatar", "dragon")],
)
async def test_bad_values_are_refused_beside_the_field(dilnoza, cast, name, value):
    path = f"/uz/family/children/{cast.lola.id}/profile"

    answer = await dilnoza.post(path, data=NEW | {name: value})

    assert answer.status_code == 422


async def test_anothers_child_is_not_found(dilnoza, cast):
    path = f"/uz/family/children/{cast.aziz.id}/profile"

    assert (await dilnoza.get(path)).status_code == 404
    assert (await dilnoza.post(path, data=NEW)).status_code == 404


async def test_a_childs_year_asks_for_a_proof(new_client, sign_in, cast):
    client = await sign_in(new_client(), cast.dilnoza)

    answer = await client.post(f"/uz/family/children/{cast.lola.id}/profile", data=NEW)

    assert answer.status_code == 403


async def test_the_family_is_renamed(services, dilnoza, cast):
    answer = await dilnoza.post("/uz/family/name", data={"name": "Karimovalar"})

    assert answer.status_code == 303
    async with services.db.begin() as session:
        assert (await session.get_one(Household, cast.lola.household_id)).name == "Karimovalar"


async def test_the_ledger_of_consents_says_who_what_when_how(dilnoza, cast):
    page = text_of(await dilnoza.get("/en/family/consents"))

    assert "Agreed: Lola" in page
    assert "Dilnoza," in page
    assert "Text of 2026-11 (uz)" in page
    assert "code by SMS" in page


async def decide(client, cast, decision):
    path = f"/uz/family/children/{cast.lola.id}/consent"
    assert (await client.post(path, data={"decision": decision})).status_code == 303


async def open_requests(services):
    async with services.db.begin() as session:
        found = select(DeletionRequest.state).order_by(DeletionRequest.id)
        return list(await session.scalars(found))


async def test_a_withdrawn_consent_deletes_the_profile_after_a_week(
    services, dilnoza, cast, run_tasks
):
    await decide(dilnoza, cast, "withdrawn")
    await run_tasks()
    told = text_of(await dilnoza.get("/en/notifications"))
    with clock.shifted(timedelta(days=7, minutes=1)):
        async with services.db.begin() as session:
            await tasks.erase_due.run(session, NoArguments())
        await run_tasks()

    assert "The profile of Lola will be deleted on" in told
    assert await open_requests(services) == ["done"]
    async with services.db.begin() as session:
        assert await session.get(ChildProfile, cast.lola.id) is None
        assert await session.get(ChildProfile, cast.temur.id) is not None
        news = await session.scalar(
            text("select count(*) from notification where data::text ~ 'Lola'")
        )
    assert news == 0
    assert "Lola" not in text_of(await dilnoza.get("/en/family/consents"))


async def test_a_consent_given_again_keeps_the_profile(services, dilnoza, cast, run_tasks):
    await decide(dilnoza, cast, "withdrawn")
    await run_tasks()
    await decide(dilnoza, cast, "given")
    await run_tasks()

    assert await open_requests(services) == ["undone"]


async def test_the_order_in_which_decisions_are_heard_does_not_matter(
    services, dilnoza, cast, run_tasks
):
    """Both are decided before either is heard: the last one holds."""
    await decide(dilnoza, cast, "withdrawn")
    await decide(dilnoza, cast, "given")
    await run_tasks()

    assert await open_requests(services) == []
