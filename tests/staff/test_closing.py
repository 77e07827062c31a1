"""A closed account opens nothing; its person reads why, answers, and somebody else decides."""

import asyncio
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.accounts.models import Session, User
from app.accounts.signup import user_for_phone
from app.delivery.models import Message
from app.kernel import clock
from app.staff.models import Appeal, Suspension
from tests import cast
from tests.conventions.routing import routes
from tests.make.browsing import field, text_of

WORDS = "Uchta buyurtma soxta karta bilan toʻlandi."
PLEA = "Bu mening kartam edi, bank hujjatini koʻrsataman."
ANSWER = "Hujjatlaringizni koʻrdik, uzr soʻraymiz."


def of(person, tail=""):
    return f"/uz/desk/people/{person.id}{tail}"


async def close(client, person=cast.olga, **more):
    return await client.post(
        of(person, "/closing"), data={"reason": "fraud", "words": WORDS, **more}
    )


async def read_reason(client, services, person=cast.olga):
    """Sign in by code as the person of a closed account; the page where that leads."""
    page = (await client.get("/uz/sign-in")).text
    token = {"_csrf_token": field(page, "_csrf_token")}
    await client.post("/uz/sign-in", data={**token, "phone": person.phone})
    code = await last_code_of(services, person.phone)
    answer = await client.post(
        "/uz/sign-in/code", data={**token, "phone": person.phone, "code": code}
    )
    assert answer.headers["location"] == "/uz/account-closed"
    return await client.get("/uz/account-closed")


async def last_code_of(services, phone):
    async with services.db.begin() as session:
        found = select(Message).where(Message.recipient == phone, Message.kind == "code")
        message = (await session.scalars(found.order_by(Message.id.desc()).limit(1))).one()
    return "".join(c for c in message.body.split(":")[1][:8] if c.isdigit())


async def appeal(client, words=PLEA):
    page = (await client.get("/uz/account-closed")).text
    token = field(page, "_csrf_token")
    return await client.post(
        "/uz/account-closed/appeals", data={"_csrf_token": token, "words": words}
    )


async def the_appeal(services):
    async with services.db.begin() as session:
        return await session.scalar(select(Appeal).order_by(Appeal.id.desc()).limit(1))


async def decide(client, appeal_id, decision="granted", answer=ANSWER):
    return await client.post(
        f"/uz/desk/appeals/{appeal_id}/decision", data={"decision": decision, "answer": answer}
    )


async def test_every_device_is_out_on_the_next_request(enter, services):
    admin, phone, tablet = (
        await enter(cast.aziza),
        await enter(cast.olga),
        await enter(cast.olga),
    )
    assert (await phone.get("/uz/me")).status_code == 200

    assert (await close(admin)).status_code == 303

    for browser in (phone, tablet):
        assert (await browser.get("/uz/me")).headers["location"].startswith("/uz/sign-in")
        assert (await browser.get("/uz/orders")).status_code == 200  # a guest's, and empty
    async with services.db.begin() as session:
        live = await session.scalars(
            select(Session.id).where(Session.user_id == cast.olga.id, Session.ended_at.is_(None))
        )
        assert live.all() == []


async def test_a_device_lent_to_a_child_ends_and_the_others_go_on(
    enter, sign_in, new_client, services
):
    admin = await enter(cast.aziza)
    mother, father = await enter(cast.dilnoza), await enter(cast.jasur)
    async with services.db.begin() as session:
        own = select(Session).where(Session.user_id == cast.dilnoza.id)
        mothers = (await session.scalars(own)).one()
    lent = await sign_in(new_client(), cast.lola, suspended_id=mothers.id)
    other = await sign_in(new_client(), cast.temur)
    assert (await lent.get("/uz/kids")).status_code == 200

    await close(admin, cast.dilnoza)

    assert (await mother.get("/uz/family")).status_code == 303
    assert (await lent.get("/uz/kids")).headers["location"].startswith("/uz/sign-in")
    assert (await lent.get("/uz/catalog")).headers["location"].startswith("/uz/sign-in")
    assert (await father.get("/uz/family")).status_code == 200
    assert (await other.get("/uz/kids")).status_code == 200


async def test_the_person_reads_why_at_the_next_sign_in(enter, client, services):
    await close(await enter(cast.aziza))

    page = await read_reason(client, services)

    assert WORDS in text_of(page)
    assert "session" not in client.cookies or (await client.get("/uz/me")).status_code == 303


async def test_the_pass_opens_nothing_else(enter, client, services):
    await close(await enter(cast.aziza))
    await read_reason(client, services)

    for route in routes():
        if route.rule and route.rule.signed_in and route.is_read and not route.parameters:
            answer = await client.get(f"/uz{route.path}")
            assert answer.status_code == 303, route
            assert answer.headers["location"].startswith("/uz/sign-in"), route


async def test_nobody_reads_it_without_a_pass(enter, client, services):
    await close(await enter(cast.aziza))

    assert (await client.get("/uz/account-closed")).headers["location"] == "/uz/sign-in"
    client.cookies.set("closed", f"{cast.olga.id}:9999999999.abc", domain="localhost.local")
    assert (await client.get("/uz/account-closed")).headers["location"] == "/uz/sign-in"


async def test_the_pass_ends_after_half_an_hour(enter, client, services):
    await close(await enter(cast.aziza))
    await read_reason(client, services)

    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        answer = await client.get("/uz/account-closed")

    assert answer.headers["location"] == "/uz/sign-in"


async def test_an_appeal_is_answered_by_somebody_else_and_opens_the_account(
    enter, client, services, run_tasks
):
    admin, moderator = await enter(cast.aziza), await enter(cast.malika)
    await close(admin)
    await read_reason(client, services)
    assert (await appeal(client)).status_code == 303
    row = await the_appeal(services)
    assert "1" in text_of(await moderator.get("/uz/desk"))
    assert PLEA in text_of(await moderator.get(f"/uz/desk/appeals/{row.id}"))

    by_the_same = await decide(admin, row.id)
    by_another = await decide(moderator, row.id)
    await run_tasks()

    assert by_the_same.status_code == 403
    assert by_another.status_code == 303
    async with services.db.begin() as session:
        person = await session.get(User, cast.olga.id)
        told = await session.scalars(
            select(Message.kind).where(Message.recipient == cast.olga.phone)
        )
    assert person.suspended_at is None
    assert {"account_closed", "account_reopened"} <= set(told.all())
    olga = await enter(cast.olga)
    assert ANSWER in text_of(await olga.get("/uz/notifications"))


async def test_a_refused_appeal_is_read_at_the_next_sign_in(enter, client, services):
    await close(await enter(cast.aziza))
    await read_reason(client, services)
    await appeal(client)

    await decide(await enter(cast.malika), (await the_appeal(services)).id, "refused", ANSWER)

    page = text_of(await client.get("/uz/account-closed"))
    assert ANSWER in page
    async with services.db.begin() as session:
        assert (await session.get(User, cast.olga.id)).suspended_at is not None


async def test_one_appeal_waits_at_a_time_also_in_a_race(enter, client, services):
    await close(await enter(cast.aziza))
    await read_reason(client, services)

    answers = await asyncio.gather(*(appeal(client) for _ in range(8)))

    assert sorted(a.status_code for a in answers) == [303] + [422] * 7
    async with services.db.begin() as session:
        assert len((await session.scalars(select(Appeal.id))).all()) == 1


async def test_three_appeals_are_all(enter, client, services):
    await close(await enter(cast.aziza))
    moderator = await enter(cast.malika)
    await read_reason(client, services)
    for _ in range(3):
        assert (await appeal(client)).status_code == 303
        await decide(moderator, (await the_appeal(services)).id, "refused")

    async with services.db.begin() as session:
        from app.staff import appeals

        with pytest.raises(appeals.NoMoreAppeals):
            await appeals.make(session, cast.olga.id, PLEA)
    assert "/account-closed/appeals" not in (await client.get("/uz/account-closed")).text


async def test_an_appeal_is_decided_once_also_in_a_race(enter, client, services):
    await close(await enter(cast.aziza))
    await read_reason(client, services)
    await appeal(client)
    row = await the_appeal(services)
    one, two = await enter(cast.malika), await enter(cast.malika)

    answers = await asyncio.gather(decide(one, row.id), decide(two, row.id, "refused"))

    assert sorted(a.status_code for a in answers) == [303, 409]


async def test_words_have_limits_and_are_kept(enter, client, services):
    await close(await enter(cast.aziza))
    await read_reason(client, services)

    long, short = await appeal(client, "a" * 2001), await appeal(client, "yoʻq")

    assert (long.status_code, short.status_code) == (422, 422)
    assert "a" * 2001 in long.text
    assert await the_appeal(services) is None


async def test_nobody_closes_themselves_or_stronger_ones(enter, make_role, services):
    await make_role("Yopuvchi", ["account.close"], cast.sardor)
    agent, admin = await enter(cast.sardor), await enter(cast.aziza)

    assert (await close(admin, cast.aziza)).status_code == 403
    assert (await close(agent, cast.aziza)).status_code == 403
    assert (await close(agent, cast.olga)).status_code == 303
    assert (await close(agent, cast.olga)).status_code == 409


async def test_only_with_the_permission_a_reason_and_a_fresh_proof(enter, services):
    agent, admin = await enter(cast.sardor), await enter(cast.aziza)
    stale = await enter(cast.aziza, confirmed_at=None)

    assert (await close(agent)).status_code == 403
    assert (await close(stale)).status_code == 403
    for wrong in ({"reason": "yoq"}, {"words": ""}, {"reason": ""}):
        answer = await close(admin, **wrong)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    async with services.db.begin() as session:
        assert (await session.scalars(select(Suspension.id))).all() == []


async def test_it_can_be_opened_again_with_words(enter, services, client):
    admin = await enter(cast.aziza)
    await close(admin)
    await read_reason(client, services)
    await appeal(client)

    opened = await admin.post(of(cast.olga, "/opening"), data={"words": ANSWER})

    assert opened.status_code == 303
    assert (await admin.post(of(cast.olga, "/opening"), data={"words": ANSWER})).status_code == 409
    assert (await the_appeal(services)).decision == "granted"
    assert (await (await enter(cast.olga)).get("/uz/me")).status_code == 200
    assert (await client.get("/uz/account-closed")).headers["location"] == "/uz/sign-in"


async def test_a_closed_member_of_the_staff_is_opened_by_one_who_holds_as_much(enter, make_role):
    await make_role("Yopuvchi", ["account.close", "appeal.decide"], cast.malika)
    admin, moderator = await enter(cast.aziza), await enter(cast.malika)
    await close(admin, cast.sardor)

    refused = await moderator.post(of(cast.sardor, "/opening"), data={"words": ANSWER})
    opened = await admin.post(of(cast.sardor, "/opening"), data={"words": ANSWER})

    assert (refused.status_code, opened.status_code) == (403, 303)


async def test_a_deletion_waits_thirty_days_and_for_the_appeal(enter, client, services):
    from app.staff import closing

    await close(await enter(cast.aziza), deletion="true")
    page = await read_reason(client, services)
    assert "oʻchiriladi" in text_of(page) or "deleted" in text_of(page)

    async def due(days):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            async with services.db.begin() as session:
                return await closing.due_for_deletion(session)

    assert await due(29) == []
    assert await due(31) == [cast.olga.id]
    await appeal(client)
    assert await due(31) == []


async def test_a_phone_of_a_closed_account_makes_no_second_one(enter, services):
    await close(await enter(cast.aziza))

    async with services.db.begin() as session:
        assert await user_for_phone(session, cast.olga.phone, "uz") == cast.olga.id
