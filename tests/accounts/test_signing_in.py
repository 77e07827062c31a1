"""Signing in by phone and code, through HTTP: two steps, no probing, new tokens, a clean way out."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from app.accounts import codes
from app.accounts.codes import CodeResult, TooManyCodes
from app.accounts.models import Identity, OneTimeCode, Session, User
from app.delivery.models import Message
from app.kernel import clock, crypto
from app.kernel.i18n import Locale, use_locale

NEW_PHONE = "+998935550101"
CSRF = re.compile(r'name="_csrf_token" value="([^"]+)"')
CODE = re.compile(r"\b(\d{6})\b")
HERE = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}


def csrf_of(page):
    return CSRF.search(page.text).group(1)


async def last_code(services, phone):
    async with services.db.begin() as session:
        body = await session.scalar(
            select(Message.body).where(Message.recipient == phone).order_by(Message.id.desc())
        )
    return CODE.search(body).group(1)


async def ask_for_code(client, phone, **more):
    page = await client.get("/uz/sign-in")
    data = {"_csrf_token": csrf_of(page), "phone": phone, **more}
    return await client.post("/uz/sign-in", data=data, headers=HERE)


async def enter_code(client, page, phone, code, **more):
    data = {"_csrf_token": csrf_of(page), "phone": phone, "code": code, **more}
    return await client.post("/uz/sign-in/code", data=data, headers=HERE)


async def sign_in_by_code(client, services, phone, **more):
    page = await ask_for_code(client, phone, **more)
    return await enter_code(client, page, phone, await last_code(services, phone), **more)


async def sessions_of(services, user_id):
    async with services.db.begin() as session:
        return (await session.scalars(select(Session).where(Session.user_id == user_id))).all()


async def test_a_new_person_signs_up_with_a_phone_and_a_code(client, services):
    answer = await sign_in_by_code(client, services, NEW_PHONE, next="/uz/orders")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/uz/orders"
    async with services.db.begin() as session:
        identity = await session.scalar(select(Identity).where(Identity.value == NEW_PHONE))
    assert identity.verified_at is not None
    assert (await client.get("/uz/me")).status_code == 200


@pytest.mark.parametrize("typed", ["90 123 45 01", "+998 (90) 123-45-01", "998901234501"])
async def test_every_way_to_type_a_phone_finds_the_same_person(client, services, cast, typed):
    page = await ask_for_code(client, typed)
    await enter_code(client, page, typed, await last_code(services, cast.dilnoza.phone))

    assert len(await sessions_of(services, cast.dilnoza.id)) == 1


@pytest.mark.parametrize("typed", ["", "12345", "+7 912 345 67 89", "90 123 45", "abc"])
async def test_what_is_no_phone_of_ours_is_said_beside_the_field(client, services, typed):
    answer = await ask_for_code(client, typed)

    assert answer.status_code == 422
    assert "field-phone-error" in answer.text
    async with services.db.begin() as session:
        assert (await session.scalars(select(Message))).all() == []


async def test_known_and_unknown_phones_get_the_same_answer(new_client, services, cast):
    def bare(answer, phone):
        local = phone.removeprefix("+998")
        spaced = f"{local[:2]} {local[2:5]} {local[5:7]} {local[7:]}"
        said = answer.text.replace(phone, "").replace(local, "").replace(spaced, "")
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", CSRF.sub("", said))

    known = await ask_for_code(new_client(), cast.dilnoza.phone)
    unknown = await ask_for_code(new_client(), NEW_PHONE)

    assert known.status_code == unknown.status_code == 200
    assert bare(known, cast.dilnoza.phone) == bare(unknown, NEW_PHONE)


async def test_the_address_to_go_to_stays_on_this_site(client, services):
    answer = await sign_in_by_code(client, services, NEW_PHONE, next="//evil.example/x")

    assert answer.headers["location"] == "/uz/"


async def test_a_wrong_code_is_refused_and_the_next_right_one_works_once(client, services, cast):
    page = await ask_for_code(client, cast.dilnoza.phone)
    code = await last_code(services, cast.dilnoza.phone)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    refused = await enter_code(client, page, cast.dilnoza.phone, wrong)
    taken = await enter_code(client, refused, cast.dilnoza.phone, code)
    page = await client.get("/uz/me")
    again = await enter_code(client, page, cast.dilnoza.phone, code)

    assert (refused.status_code, taken.status_code, again.status_code) == (422, 303, 422)


async def test_a_code_works_only_in_the_browser_that_asked(new_client, services, cast):
    mine, other = new_client(), new_client()
    page = await ask_for_code(mine, cast.dilnoza.phone)
    await ask_for_code(other, cast.jasur.phone)
    code = await last_code(services, cast.dilnoza.phone)

    stolen = await enter_code(other, page, cast.dilnoza.phone, code)
    own = await enter_code(mine, page, cast.dilnoza.phone, code)

    assert stolen.status_code == 422
    assert own.status_code == 303


async def test_a_code_is_too_old_after_ten_minutes(client, services, cast):
    page = await ask_for_code(client, cast.dilnoza.phone)
    code = await last_code(services, cast.dilnoza.phone)

    with clock.shifted(timedelta(minutes=10, seconds=1)):
        answer = await enter_code(client, page, cast.dilnoza.phone, code)

    assert answer.status_code == 422
    assert await sessions_of(services, cast.dilnoza.id) == []


async def send(services, phone, binding=b"b" * 16, address="net", purpose="sign_in"):
    async with services.db.begin() as session:
        await codes.send(session, services.settings, phone, purpose, address, binding)


async def check(services, phone, code, binding=b"b" * 16, purpose="sign_in"):
    async with services.db.begin() as session:
        return await codes.check(session, services.settings, phone, purpose, code, binding)


async def test_of_a_hundred_parallel_wrong_codes_five_are_looked_at(services):
    await send(services, NEW_PHONE)
    code = await last_code(services, NEW_PHONE)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    results = await asyncio.gather(*(check(services, NEW_PHONE, wrong) for _ in range(100)))

    assert results.count(CodeResult.WRONG) == 5
    assert results.count(CodeResult.LOCKED) == 95
    assert await check(services, NEW_PHONE, code) is CodeResult.LOCKED


async def test_a_right_code_entered_twenty_times_at_once_opens_once(services):
    await send(services, NEW_PHONE)
    code = await last_code(services, NEW_PHONE)

    results = await asyncio.gather(*(check(services, NEW_PHONE, code) for _ in range(20)))

    assert results.count(CodeResult.OK) == 1


async def test_three_codes_an_hour_to_a_phone_even_when_asked_at_once(services):
    asked = [send(services, NEW_PHONE, address=f"net{n}") for n in range(10)]

    results = await asyncio.gather(*asked, return_exceptions=True)

    assert results.count(None) == 3
    assert all(isinstance(r, TooManyCodes) for r in results if r is not None)
    with clock.shifted(timedelta(hours=1, seconds=1)):
        await send(services, NEW_PHONE)


async def test_ten_codes_an_hour_from_an_address(services):
    phones = [f"+9989355502{n:02d}" for n in range(14)]

    results = await asyncio.gather(*(send(services, p) for p in phones), return_exceptions=True)

    assert results.count(None) == 10


async def test_a_code_of_one_purpose_does_not_serve_another(services):
    await send(services, NEW_PHONE, purpose="checkout")
    code = await last_code(services, NEW_PHONE)

    assert await check(services, NEW_PHONE, code, purpose="sign_in") is CodeResult.WRONG
    assert await check(services, NEW_PHONE, code, purpose="checkout") is CodeResult.OK


async def test_the_database_holds_neither_code_nor_phone_nor_token(client, services):
    await sign_in_by_code(client, services, NEW_PHONE)
    code = await last_code(services, NEW_PHONE)

    async with services.db.begin() as session:
        row = await session.scalar(select(OneTimeCode))
        kept = await session.scalar(select(Session).where(Session.user_id.is_not(None)))
    assert code.encode() not in row.code_hash
    assert NEW_PHONE not in row.target
    assert kept.token_hash == crypto.token_hash(client.cookies["session"])


async def test_the_code_comes_in_the_language_of_the_page_for_this_site_only(services):
    with use_locale(Locale.RU):
        await send(services, NEW_PHONE)

    async with services.db.begin() as session:
        body = await session.scalar(select(Message.body))
    assert re.search(r"Код Bozorcha: \d{6}\.", body)
    assert re.search(r"\n@localhost #\d{6}$", body)


async def test_a_planted_token_opens_nothing_after_the_sign_in(new_client, services, cast):
    victim, attacker = new_client(), new_client()
    await ask_for_code(attacker, NEW_PHONE)
    planted = attacker.cookies["session"]
    victim.cookies.set("session", planted)

    await sign_in_by_code(victim, services, cast.dilnoza.phone)

    [row] = await sessions_of(services, cast.dilnoza.id)
    assert row.token_hash != crypto.token_hash(planted)
    assert (await attacker.get("/uz/me")).status_code == 303


async def test_an_unknown_token_is_never_adopted(client, services, cast):
    client.cookies.set("session", "made-up-by-somebody", domain="localhost.local", path="/")

    await sign_in_by_code(client, services, cast.dilnoza.phone)

    assert client.cookies["session"] != "made-up-by-somebody"
    [row] = await sessions_of(services, cast.dilnoza.id)
    assert row.token_hash != crypto.token_hash("made-up-by-somebody")


async def test_a_guests_session_is_kept_and_upgraded(client, services, cast):
    page = await ask_for_code(client, cast.dilnoza.phone)
    async with services.db.begin() as session:
        guest = await session.scalar(select(Session))

    await enter_code(
        client, page, cast.dilnoza.phone, await last_code(services, cast.dilnoza.phone)
    )

    [row] = await sessions_of(services, cast.dilnoza.id)
    assert row.id == guest.id
    assert row.token_hash != guest.token_hash


async def test_signing_out_ends_the_row_and_clears_the_browser(client, services, sign_in, cast):
    await sign_in(client, cast.dilnoza)
    token = client.cookies["session"]

    answer = await client.post("/uz/sign-out", headers=HERE)
    client.cookies.set("session", token)
    after = await client.get("/uz/me")

    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert any(c.startswith("session=") and "Max-Age=0" in c for c in cookies_of(answer))
    assert after.status_code == 303
    [row] = await sessions_of(services, cast.dilnoza.id)
    assert row.ended_at is not None


def cookies_of(answer):
    return answer.headers.get_list("set-cookie")


async def test_the_session_cookie_is_out_of_reach_of_scripts(client, services, cast):
    answer = await sign_in_by_code(client, services, cast.dilnoza.phone)

    [session] = [c for c in cookies_of(answer) if c.startswith("session=")]
    [csrf] = [c for c in cookies_of(answer) if c.startswith("csrf=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))
    assert "Domain" not in session
    assert "HttpOnly" not in csrf


async def test_posting_without_the_sessions_own_token_is_refused(new_client, sign_in, cast):
    dilnoza = await sign_in(new_client(), cast.dilnoza)
    jasur = await sign_in(new_client(), cast.jasur)
    foreign = jasur.headers["x-csrf-token"]
    del dilnoza.headers["x-csrf-token"]

    none = await dilnoza.post("/uz/sign-out", headers=HERE)
    other = await dilnoza.post("/uz/sign-out", headers={**HERE, "x-csrf-token": foreign})
    cross = await dilnoza.post("/uz/sign-out", headers={"sec-fetch-site": "cross-site"})

    assert {none.status_code, other.status_code, cross.status_code} == {403}
    assert (await dilnoza.get("/uz/me")).status_code == 200


async def test_a_closed_account_cannot_come_in(client, services, sign_in, cast):
    await sign_in(client, cast.nodira)
    async with services.db.begin() as session:
        closed = update(User).where(User.id == cast.nodira.id).values(suspended_at=clock.now())
        await session.execute(closed)

    inside = await client.get("/uz/me")
    del client.headers["x-csrf-token"]
    answer = await sign_in_by_code(client, services, cast.nodira.phone)

    assert inside.status_code == 303
    assert answer.headers["location"] == "/uz/account-closed"
    assert (await client.get("/uz/me")).headers["location"].startswith("/uz/sign-in")


async def test_two_devices_with_one_new_phone_make_one_person(services):
    from app.accounts.signup import user_for_phone

    async def sign_up():
        async with services.db.begin() as session:
            return await user_for_phone(session, NEW_PHONE, "uz")

    made = await asyncio.gather(*(sign_up() for _ in range(10)))

    assert len(set(made)) == 1
    async with services.db.begin() as session:
        count = await session.scalar(text("select count(*) from \"user\" where name = ''"))
    assert count == 1
