"""One's own ways in: added by a code, told to old and new, the last one stays."""

import asyncio

import pytest
from sqlalchemy import select

from app.accounts import ways
from app.accounts.handles import Handle, Kind
from app.accounts.models import Identity
from app.audit.models import AuditEntry
from app.kernel import clock
from tests.accounts.steps import fresh_phone, give_mail, last_code, messages, send

MAIL = "olga@mail.ru"


@pytest.fixture
async def olga(client, sign_in, cast):
    return await sign_in(client, cast.olga, confirmed_at=clock.now(), confirmed_by="code")


async def add(client, services, typed):
    await send(client, "/uz/me/ways/new", phone=typed)
    code = await last_code(services, typed)
    return await send(client, "/uz/me/ways/code", phone=typed, code=code)


async def handles(services, person):
    async with services.db.begin() as session:
        found = await session.scalars(select(Identity).where(Identity.user_id == person.id))
        return {(row.kind, row.value): row.id for row in found.all()}


async def test_a_mail_is_added_by_its_code_and_told_at_old_and_new(olga, services, cast):
    answer = await add(olga, services, MAIL)

    assert answer.headers["location"] == "/uz/me/ways"
    assert ("mail", MAIL) in await handles(services, cast.olga)
    told = {m.recipient for m in await messages(services) if m.kind == "ways_changed"}
    assert told == {cast.olga.phone, MAIL}
    async with services.db.begin() as session:
        actions = await session.scalars(select(AuditEntry.action))
        assert "way.add" in actions.all()


async def test_a_new_phone_takes_the_place_of_the_old_which_hears_of_it(olga, services, cast):
    phone = fresh_phone()

    await add(olga, services, phone)

    assert set(await handles(services, cast.olga)) == {("phone", phone)}
    told = {m.recipient for m in await messages(services) if m.kind == "ways_changed"}
    assert told == {cast.olga.phone, phone}


async def test_what_opens_another_account_is_refused_after_the_code(olga, services, cast):
    answer = await add(olga, services, cast.nodira.phone)

    assert answer.status_code == 422
    assert "field-phone-error" in answer.text
    assert set(await handles(services, cast.nodira)) == {("phone", cast.nodira.phone)}


async def test_the_page_does_not_tell_whose_a_phone_is(olga, services, cast):
    known = await send(olga, "/uz/me/ways/new", phone=cast.nodira.phone)
    unknown = await send(olga, "/uz/me/ways/new", phone=fresh_phone())

    assert known.status_code == unknown.status_code == 200


async def test_a_wrong_code_adds_nothing(olga, services, cast):
    await send(olga, "/uz/me/ways/new", phone=MAIL)
    code = await last_code(services, MAIL)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    answer = await send(olga, "/uz/me/ways/code", phone=MAIL, code=wrong)

    assert answer.status_code == 422
    assert ("mail", MAIL) not in await handles(services, cast.olga)


async def test_a_sign_in_code_adds_no_way(olga, services, cast):
    await send(olga, "/uz/sign-in", phone=MAIL)
    code = await last_code(services, MAIL)

    answer = await send(olga, "/uz/me/ways/code", phone=MAIL, code=code)

    assert answer.status_code == 422


async def test_the_last_way_stays(olga, services, cast):
    [only] = (await handles(services, cast.olga)).values()

    answer = await send(olga, f"/uz/me/ways/{only}/removal")

    assert answer.headers["location"] == "/uz/me/ways"
    assert len(await handles(services, cast.olga)) == 1


async def test_one_of_two_goes_and_hears_of_it(olga, services, cast):
    await give_mail(services, cast.olga, MAIL)
    ids = await handles(services, cast.olga)

    await send(olga, f"/uz/me/ways/{ids['mail', MAIL]}/removal")

    assert set(await handles(services, cast.olga)) == {("phone", cast.olga.phone)}
    told = {m.recipient for m in await messages(services)}
    assert told == {cast.olga.phone, MAIL}


async def test_two_removals_at_once_leave_one(services, cast):
    await give_mail(services, cast.olga, MAIL)
    ids = (await handles(services, cast.olga)).values()

    async def drop(way_id):
        async with services.db.begin() as session:
            await ways.remove(session, cast.olga.id, way_id)

    results = await asyncio.gather(*(drop(way_id) for way_id in ids), return_exceptions=True)

    assert sum(isinstance(r, ways.LastWay) for r in results) == 1
    assert len(await handles(services, cast.olga)) == 1


async def test_a_strangers_way_is_not_found(olga, services, cast):
    [foreign] = (await handles(services, cast.nodira)).values()

    answer = await send(olga, f"/uz/me/ways/{foreign}/removal")

    assert answer.status_code == 404
    assert len(await handles(services, cast.nodira)) == 1


async def test_without_a_fresh_proof_nothing_changes(client, services, sign_in, cast):
    await sign_in(client, cast.olga)
    await give_mail(services, cast.olga, MAIL)
    ids = await handles(services, cast.olga)

    asked = await send(client, "/uz/me/ways/new", phone="new@mail.uz")
    removed = await send(client, f"/uz/me/ways/{ids['mail', MAIL]}/removal")

    assert asked.status_code == removed.status_code == 403
    assert await messages(services) == []
    assert len(await handles(services, cast.olga)) == 2


async def test_three_mails_at_most(services, cast):
    async def keep(mail):
        async with services.db.begin() as session:
            await ways.add(session, cast.olga.id, Handle(Kind.MAIL, mail))

    results = await asyncio.gather(
        *(keep(f"olga{n}@mail.ru") for n in range(6)), return_exceptions=True
    )

    assert results.count(None) == 3
    assert sum(isinstance(r, ways.TooManyMails) for r in results) == 3


async def test_two_people_cannot_add_the_same_mail_at_once(services, cast):
    async def keep(person):
        async with services.db.begin() as session:
            await ways.add(session, person.id, Handle(Kind.MAIL, MAIL))

    results = await asyncio.gather(
        *(keep(person) for person in (cast.olga, cast.nodira, cast.dilnoza)),
        return_exceptions=True,
    )

    assert results.count(None) == 1
    assert sum(isinstance(r, ways.HandleTaken) for r in results) == 2


async def test_the_page_lists_what_opens_the_account(olga, services, cast):
    await give_mail(services, cast.olga, MAIL)

    page = await olga.get("/uz/me/ways")

    assert MAIL in page.text
    assert "90 123 45 04" in page.text
    assert "data-accepted" in page.text
