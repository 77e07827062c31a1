"""Proving again that it is you: what needs it, by what, how long, and the way there and back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import second_factor
from app.accounts.models import RoleGrant, SecondFactor, Session
from app.delivery.models import Message
from app.kernel import clock, crypto
from app.kernel.ids import new_id
from app.kernel.viewer import Role, Zone
from tests.accounts.factors import HERE, call, every_route, session_of

CONFIRM = "/uz/confirm"
HELD_BY_ROW = {"family.add_child", "family.new_child", "family.pin", "family.set_pin"}
"""A family begins without a PIN: these ask only where there is one."""
ALWAYS = {
    "accounts.add_passkey",
    "accounts.authenticator",
    "accounts.begin_authenticator",
    "accounts.drop_authenticator",
    "accounts.drop_passkey",
    "accounts.new_way",
    "accounts.passkey_options",
    "accounts.prove_authenticator",
    "accounts.remove_way",
    "accounts.renew_codes",
    "accounts.second_factor",
    "family.child",
    "family.consent",
    "family.limit",
    "family.rules",
}
"""What S5 names, of that what exists; a route that stops asking fails here."""


def asking(*, by_pin=None):
    """The routes that ask for a proof, of those that this person could open otherwise."""
    for route, path in every_route():
        rule = route.rule
        if Zone.SHOP not in rule.zones or rule.permission not in (None, "family.manage"):
            continue
        is_by_pin = rule.by_pin or route.name in HELD_BY_ROW
        if (rule.confirmed or route.name in HELD_BY_ROW) and by_pin in (None, is_by_pin):
            yield route, path


def asks(route, answer):
    if route.is_read:
        return "/confirm?" in answer.headers.get("location", "")
    return answer.status_code == 403


def test_what_is_dear_asks():
    assert {route.name for route, _ in every_route() if route.rule.confirmed} >= ALWAYS


async def test_an_old_session_is_asked_everywhere(client, sign_in, cast):
    old = clock.now() - timedelta(minutes=5, seconds=1)
    await sign_in(client, cast.dilnoza, signed_in_at=old, confirmed_at=old)
    seen = set()

    for route, path in asking():
        answer = await call(client, route, path)
        assert asks(route, answer), f"{route}: {answer.status_code}"
        seen.add(route.name)

    assert seen >= ALWAYS | HELD_BY_ROW


async def test_the_pin_opens_the_familys_matters_and_no_others(client, sign_in, cast):
    await sign_in(client, cast.dilnoza, confirmed_at=clock.now(), confirmed_by="pin")

    for route, path in asking(by_pin=True):
        assert not asks(route, await call(client, route, path)), str(route)
    for route, path in asking(by_pin=False):
        assert asks(route, await call(client, route, path)), str(route)


async def test_a_code_to_the_phone_opens_the_account_and_no_child(client, sign_in, cast):
    """A child may be holding that phone."""
    await sign_in(client, cast.dilnoza, confirmed_at=clock.now(), confirmed_by="code")

    for route, path in asking(by_pin=True):
        assert asks(route, await call(client, route, path)), str(route)
    page = await client.get("/uz/me/second-factor")
    assert page.status_code == 200


@pytest.mark.parametrize("by", ["code", "password"])
async def test_less_than_the_second_factor_proves_nothing_where_there_is_one(
    client, sign_in, cast, by
):
    await sign_in(client, cast.botir, confirmed_at=clock.now(), confirmed_by=by)

    answer = await client.get("/uz/me/second-factor")

    assert answer.headers["location"] == f"{CONFIRM}?next=/me/second-factor"


async def test_the_app_confirms_leads_back_and_lasts_five_minutes(client, sign_in, services, cast):
    await sign_in(client, cast.botir)
    before = await session_of(services, client)
    data = {"way": "factor", "code": cast.botir.app_code, "next": "/me/second-factor"}

    answer = await client.post(CONFIRM, data=data, headers=HERE)
    after = await session_of(services, client)
    soon = await client.get("/uz/me/second-factor")
    with clock.shifted(timedelta(minutes=5, seconds=1)):
        late = await client.get("/uz/me/second-factor")

    assert answer.headers["location"] == "/uz/me/second-factor"
    assert before.id == after.id
    assert before.token_hash != after.token_hash
    assert before.csrf_secret == after.csrf_secret
    assert (soon.status_code, late.status_code) == (200, 303)


async def test_a_wrong_code_confirms_nothing_and_counts(client, sign_in, services, cast):
    await sign_in(client, cast.botir)

    answer = await client.post(CONFIRM, data={"way": "factor", "code": "000000"}, headers=HERE)

    assert answer.status_code == 422
    assert "otp-code-error" in answer.text
    async with services.db.begin() as session:
        mine = select(SecondFactor.failures).where(SecondFactor.user_id == cast.botir.id)
        assert await session.scalar(mine) == 1
    assert (await client.get("/uz/me/second-factor")).status_code == 303


async def test_a_code_to_ones_own_phone_confirms(client, sign_in, services, cast):
    await sign_in(client, cast.olga)

    sent = await client.post(CONFIRM, data={"way": "send", "next": "/me/ways/new"}, headers=HERE)
    async with services.db.begin() as session:
        [message] = (await session.scalars(select(Message))).all()
    code = re.search(r"\b(\d{6})\b", message.body)[1]
    wrong = {"way": "code", "sent_code": f"{(int(code) + 1) % 10**6:06d}"}
    refused = await client.post(CONFIRM, data=wrong, headers=HERE)
    right = {"way": "code", "sent_code": code, "next": "/me/ways/new"}
    taken = await client.post(CONFIRM, data=right, headers=HERE)

    assert "otp-sent_code" in sent.text
    assert message.recipient == cast.olga.phone
    assert refused.status_code == 422
    assert taken.headers["location"] == "/uz/me/ways/new"
    assert (await client.get("/uz/me/ways/new")).status_code == 200


async def test_a_code_of_the_sign_in_confirms_nothing(client, sign_in, services, cast):
    from app.accounts import codes

    await sign_in(client, cast.olga)
    mine = await session_of(services, client)
    async with services.db.begin() as session:
        await codes.send(session, services.settings, cast.olga.phone, "sign_in", "", mine.id.bytes)
    async with services.db.begin() as session:
        body = await session.scalar(select(Message.body))
    code = re.search(r"\b(\d{6})\b", body)[1]

    answer = await client.post(CONFIRM, data={"way": "code", "sent_code": code}, headers=HERE)

    assert answer.status_code == 422


async def test_a_password_confirms_where_it_is_all_there_is(client, sign_in, services, cast):
    await sign_in(client, cast.olga)
    async with services.db.begin() as session:
        await keep_password(session, services, cast.olga.id)
    offered = await client.get(f"{CONFIRM}?next=/me/second-factor")

    wrong = await client.post(CONFIRM, data={"way": "password", "password": "x"}, headers=HERE)
    data = {"way": "password", "password": PASSWORD, "next": "/me/second-factor"}
    right = await client.post(CONFIRM, data=data, headers=HERE)

    assert 'name="password"' in offered.text
    assert wrong.status_code == 422
    assert right.headers["location"] == "/uz/me/second-factor"
    assert (await client.get("/uz/me/second-factor")).status_code == 200


PASSWORD = "yetti qavat osmon ostida"


async def keep_password(session, services, user_id):
    from app.accounts.models import Password
    from app.kernel import hashing

    made = await hashing.make(services.settings, PASSWORD.encode())
    session.add(Password(user_id=user_id, hash=made, is_short=False, changed_at=clock.now()))


async def test_the_page_offers_what_would_count(new_client, sign_in, cast):
    async def offered(person, query):
        client = await sign_in(new_client(), person)
        page = (await client.get(f"{CONFIRM}?{query}")).text
        names = {"pin": 'name="pin" type="password"', "app": 'name="code"', "send": 'value="send"'}
        return {name for name, mark in names.items() if mark in page}

    assert await offered(cast.dilnoza, "pin=1&next=/family") == {"pin"}
    assert await offered(cast.dilnoza, "next=/me") == {"send"}
    assert await offered(cast.olga, "next=/me") == {"send"}
    assert await offered(cast.botir, "next=/me") == {"app"}


async def test_no_code_is_sent_to_whoever_has_a_second_factor(client, sign_in, services, cast):
    await sign_in(client, cast.botir)

    await client.post(CONFIRM, data={"way": "send"}, headers=HERE)

    async with services.db.begin() as session:
        assert (await session.scalars(select(Message))).all() == []


async def test_the_pin_confirms_on_the_familys_page(client, sign_in, services, cast):
    await sign_in(client, cast.dilnoza)
    rules = f"/family/children/{cast.lola.id}"
    asked = await client.get(f"/uz{rules}")
    page = await client.get(asked.headers["location"])
    wrong = await client.post(
        "/uz/family/confirm", data={"pin": "000111", "next": rules}, headers=HERE
    )
    data = {"pin": cast.PINS[cast.KARIMOV], "next": rules}
    right = await client.post("/uz/family/confirm", data=data, headers=HERE)

    assert asked.headers["location"] == f"{CONFIRM}?pin=1&next={rules}"
    assert f'name="next" value="{rules}"' in page.text
    assert wrong.status_code == 422
    assert "pin-pin-error" in wrong.text
    assert right.headers["location"] == f"/uz{rules}"
    assert (await client.get(f"/uz{rules}")).status_code == 200


async def test_a_sent_form_is_refused_with_the_way_to_the_proof(client, sign_in, cast):
    await sign_in(client, cast.dilnoza)
    rules = f"/uz/family/children/{cast.lola.id}"

    from_page = HERE | {"referer": f"http://localhost:8000{rules}?a=1"}
    plain = await client.post(f"{rules}/limit", data={"daily_limit": "1"}, headers=from_page)
    by_htmx = await client.post(
        f"{rules}/limit",
        data={"daily_limit": "1"},
        headers=HERE | {"hx-request": "true", "hx-current-url": f"http://localhost:8000{rules}"},
    )
    elsewhere = await client.post(
        f"{rules}/limit", headers=HERE | {"referer": "https://evil.example/x"}
    )

    back = rules.removeprefix("/uz")
    assert plain.status_code == by_htmx.status_code == elsewhere.status_code == 403
    assert f"{CONFIRM}?pin=1&amp;next={back}%3Fa%3D1" in plain.text
    assert by_htmx.headers["hx-redirect"] == f"{CONFIRM}?pin=1&next={back}"
    assert f'{CONFIRM}?pin=1&amp;next=/"' in elsewhere.text


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_the_way_back_stays_on_this_site(client, sign_in, cast, target):
    await sign_in(client, cast.botir)
    data = {"way": "factor", "code": cast.botir.app_code, "next": target}

    answer = await client.post(CONFIRM, data=data, headers=HERE)

    assert answer.headers["location"] == "/uz/"


async def test_the_address_asked_for_is_kept_with_its_question(client, sign_in, cast):
    await sign_in(client, cast.botir)

    answer = await client.get("/uz/me/second-factor?a=1&b=%2F%2Fx")

    assert (
        answer.headers["location"] == f"{CONFIRM}?next=/me/second-factor%3Fa%3D1%26b%3D%252F%252Fx"
    )


async def lend(services, sign_in, client, cast, person):
    """A tablet of this person's in Lola's hands; the waiting session's id."""
    waiting = new_id()
    async with services.db.begin() as session:
        session.add(
            Session(
                id=waiting,
                token_hash=crypto.token_hash(crypto.new_token()),
                csrf_secret="x",
                user_id=person.id,
                factor_at=clock.now(),
                expires_at=clock.now() + timedelta(days=1),
            )
        )
    await sign_in(client, cast.lola, suspended_id=waiting)
    return waiting


async def test_taking_the_phone_back_by_pin_is_no_proof_of_a_person(
    client, services, sign_in, cast
):
    waiting = await lend(services, sign_in, client, cast, cast.dilnoza)

    await client.post("/uz/kids/leave", data={"pin": cast.PINS[cast.KARIMOV]}, headers=HERE)

    async with services.db.begin() as session:
        row = await session.get(Session, waiting)
    assert row.confirmed_by == "pin"
    assert row.factor_at is not None
    assert (await client.get("/uz/me/second-factor")).headers["location"].startswith(CONFIRM)


async def test_a_seller_who_takes_the_phone_back_by_pin_passes_the_second_step_again(
    client, services, sign_in, cast
):
    async with services.db.begin() as session:
        session.add(
            RoleGrant(user_id=cast.botir.id, role=Role.GUARDIAN, scope_id=cast.lola.household_id)
        )
    await lend(services, sign_in, client, cast, cast.botir)

    await client.post("/uz/kids/leave", data={"pin": cast.PINS[cast.KARIMOV]}, headers=HERE)

    answer = await client.get("/uz/seller")
    assert answer.headers["location"].startswith("/uz/sign-in/second-step")


async def test_the_first_pin_needs_no_proof(client, services, sign_in, cast):
    from sqlalchemy import update

    from app.family.models import Household

    async with services.db.begin() as session:
        await session.execute(update(Household).values(pin_hash=None))
    await sign_in(client, cast.dilnoza)

    assert (await client.get("/uz/family/pin")).status_code == 200
    assert (await client.get("/uz/family/children/new")).status_code == 200
    asked = await client.post("/uz/family/confirm", data={"pin": "739146"}, headers=HERE)
    assert asked.headers["location"] == "/uz/family/pin"


async def test_recovery_confirms_too(client, services, sign_in, cast):
    async with services.db.begin() as session:
        [code, *_] = await second_factor.renew_codes(session, cast.botir.id, is_told=False)
    await sign_in(client, cast.botir)

    data = {"way": "factor", "recovery": code, "next": "/me/second-factor"}
    answer = await client.post(CONFIRM, data=data, headers=HERE)

    assert answer.headers["location"] == "/uz/me/second-factor"
    assert (await client.get("/uz/me/second-factor")).status_code == 200
