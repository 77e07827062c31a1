"""Two steps where a second factor is asked: before the second nothing opens, by whatever way."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text

from app.accounts.models import Passkey, RoleGrant, SecondFactor, Session
from app.delivery.models import Message
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.viewer import Role, Zone
from tests.accounts.authenticator import Authenticator
from tests.accounts.factors import (
    HERE,
    STEP,
    call,
    csrf_of,
    every_route,
    pass_step,
    session_of,
    sign_in_by_code,
)

ENROLMENT = "/uz/me/second-factor"
OPEN_TO_HELD = {
    "accounts.add_passkey",
    "accounts.authenticator",
    "accounts.begin_authenticator",
    "accounts.codes_page",
    "accounts.confirm",
    "accounts.confirm_by_code",
    "accounts.confirm_options",
    "accounts.confirmation",
    "accounts.language",
    "accounts.pass_second_step",
    "accounts.passkey_options",
    "accounts.proof_page",
    "accounts.prove_authenticator",
    "accounts.renew_codes",
    "accounts.second_factor",
    "accounts.second_step",
    "accounts.sign_out",
    "pages.offline",
}


@pytest.fixture
async def without_factors(services):
    async with services.db.begin() as session:
        await session.execute(delete(SecondFactor))


async def add_passkey(services, person):
    async with services.db.begin() as session:
        session.add(
            Passkey(
                user_id=person.id,
                credential_id=new_id().bytes,
                public_key=b"",
                sign_count=0,
                backup_eligible=False,
                backed_up=False,
                aaguid="",
                name="",
            )
        )


async def test_a_code_is_half_of_a_sellers_sign_in(client, services, cast):
    first = await sign_in_by_code(client, services, cast.botir)
    before = await session_of(services, client)
    closed = await client.get("/uz/seller")

    second = await pass_step(client, to="/seller", code=cast.botir.app_code)
    after = await session_of(services, client)

    assert first.headers["location"] == f"{STEP}?next=/seller"
    assert closed.headers["location"] == f"{STEP}?next=/seller"
    assert second.headers["location"] == "/uz/seller"
    assert (await client.get("/uz/seller")).status_code == 200
    assert before.id == after.id
    assert before.token_hash != after.token_hash
    assert before.csrf_secret != after.csrf_secret


async def test_a_half_open_session_opens_no_route(client, sign_in, services, cast):
    await sign_in(client, cast.botir, has_passed=False)
    asked = 0

    for route, path in every_route():
        if Zone.SHOP not in route.rule.zones or not route.rule.signed_in:
            continue
        if route.rule.half_open_too:
            continue
        answer = await call(client, route, path)
        asked += 1
        if route.is_read:
            assert answer.status_code == 303, f"{route}: {answer.status_code}"
            assert "/sign-in/second-step" in answer.headers["location"], str(route)
        else:
            assert answer.status_code == 403, f"{route}: {answer.status_code}"

    assert asked > 40


async def test_on_open_pages_a_half_open_session_is_a_guest(client, sign_in, cast):
    await sign_in(client, cast.botir, has_passed=False)

    for path in ("/uz/", "/uz/catalog", "/uz/cart"):
        page = await client.get(path)
        assert page.status_code == 200
        assert cast.botir.name not in page.text
        assert 'data-profile="guest"' in page.text


async def test_a_half_open_session_adds_no_factor_and_ends(client, sign_in, services, cast):
    await sign_in(client, cast.botir, has_passed=False, confirmed_at=clock.now())

    passkey = await client.post("/passkeys/register/options", json={}, headers=HERE)
    begun = await client.post(f"{ENROLMENT}/authenticator", headers=HERE)
    left = await client.post("/uz/sign-out", headers=HERE)

    assert (passkey.status_code, begun.status_code, left.status_code) == (403, 403, 303)
    async with services.db.begin() as session:
        assert (await session.scalar(select(Session.ended_at))) is not None
        assert (await session.scalars(select(SecondFactor.new_seed))).all().count(None) == 6


async def test_a_wrong_second_step_is_counted_and_said_at_the_field(client, services, cast):
    await sign_in_by_code(client, services, cast.botir)

    answer = await pass_step(client, code="000000", to="/seller")

    assert answer.status_code == 422
    assert "otp-code-error" in answer.text
    assert "000000" not in answer.text
    async with services.db.begin() as session:
        failures = select(SecondFactor.failures).where(SecondFactor.user_id == cast.botir.id)
        assert await session.scalar(failures) == 1


async def test_twenty_parallel_second_steps_open_one_session(client, new_client, services, cast):
    await sign_in_by_code(client, services, cast.botir)
    twins = [new_client() for _ in range(20)]
    for twin in twins:
        twin.headers["cookie"] = f"session={client.cookies['session']}"
        twin.headers["x-csrf-token"] = client.cookies["csrf"]

    sent = [t.post(STEP, data={"code": cast.botir.app_code}, headers=HERE) for t in twins]
    answers = await asyncio.gather(*sent)

    opened = [a for a in answers if "session=" in " ".join(a.headers.get_list("set-cookie"))]
    assert len(opened) == 1


async def test_the_step_leads_only_to_pages_of_ours(client, services, cast):
    await sign_in_by_code(client, services, cast.botir, to="//evil.example")

    answer = await pass_step(client, code=cast.botir.app_code, to="//evil.example")

    assert answer.headers["location"] == "/uz/"


async def test_a_half_open_session_lapses_in_a_quarter_of_an_hour(client, services, cast):
    await sign_in_by_code(client, services, cast.botir)

    with clock.shifted(timedelta(minutes=16)):
        answer = await client.get(STEP)

    assert answer.headers["location"].startswith("/uz/sign-in?next=")


async def test_a_buyer_without_a_factor_has_one_step(client, services, cast):
    answer = await sign_in_by_code(client, services, cast.olga, to="/orders")

    assert answer.headers["location"] == "/uz/orders"
    assert (await client.get("/uz/orders")).status_code == 200


async def test_a_buyers_passkey_is_a_convenience_and_locks_nobody_out(client, services, cast):
    await add_passkey(services, cast.olga)

    answer = await sign_in_by_code(client, services, cast.olga, to="/orders")

    assert answer.headers["location"] == "/uz/orders"


async def test_a_sellers_passkey_is_asked_for(client, services, cast, without_factors):
    await add_passkey(services, cast.botir)

    answer = await sign_in_by_code(client, services, cast.botir)
    page = await client.get(STEP)

    assert answer.headers["location"].startswith(STEP)
    assert "/passkeys/sign-in/options" in page.text
    assert "otp-code" not in page.text


async def test_a_passkey_is_both_steps_at_once(new_client, sign_in, services, cast):
    phone = await sign_in(new_client(), cast.botir, confirmed_at=clock.now())
    device, laptop = Authenticator(), new_client()
    json = HERE | {"accept": "application/json"}
    options = (await phone.post("/passkeys/register/options", json={}, headers=json)).json()
    await phone.post("/passkeys/register/verify", json=device.create(options), headers=json)

    laptop.headers["x-csrf-token"] = csrf_of(await laptop.get("/uz/sign-in"))
    options = (await laptop.post("/passkeys/sign-in/options", json={}, headers=json)).json()
    await laptop.post("/passkeys/sign-in/verify", json=device.get(options), headers=json)

    assert (await laptop.get("/uz/seller")).status_code == 200


async def test_whoever_must_have_a_factor_is_held_until_there_is_one(
    client, sign_in, cast, without_factors
):
    await sign_in(client, cast.aziza, confirmed_at=clock.now())
    open_ones = set()

    for route, path in every_route():
        if Zone.SHOP not in route.rule.zones or route.name == "accounts.sign_out":
            continue
        if route.rule.scope is not None:  # of programs, for whom no cookie counts
            continue
        answer = await call(client, route, path)
        refused = (
            answer.headers.get("location", "").startswith(ENROLMENT + "?next=")
            if route.is_read
            else answer.status_code == 403
        )
        if not refused:
            open_ones.add(route.name)

    assert open_ones == OPEN_TO_HELD - {"accounts.sign_out"}


@pytest.mark.parametrize("who", ["botir", "anvar", "malika", "sardor", "aziza"])
async def test_setting_one_up_opens_the_desk_at_once(client, services, cast, who, without_factors):
    from app.accounts import totp
    from tests.accounts.test_totp import seed_on

    person = getattr(cast, who)
    await sign_in_by_code(client, services, person)
    held = await client.get("/uz/orders")

    await client.post(f"{ENROLMENT}/authenticator", headers=HERE)
    seed = seed_on(await client.get(f"{ENROLMENT}/authenticator"))
    data = {"code": totp.code_at(seed, clock.now())}
    proved = await client.post(f"{ENROLMENT}/authenticator/proof", data=data, headers=HERE)

    assert held.headers["location"] == f"{ENROLMENT}?next=/orders"
    assert proved.status_code == 200
    assert (await client.get("/uz/orders")).status_code == 200


async def test_a_factor_set_up_here_is_asked_for_on_the_other_devices(
    new_client, sign_in, services, cast
):
    here = await sign_in(new_client(), cast.olga, has_passed=False, confirmed_at=clock.now())
    there = await sign_in(new_client(), cast.olga, has_passed=False)
    from tests.accounts.test_totp import set_up

    await set_up(here)

    assert (await here.get("/uz/me")).status_code == 200
    assert (await there.get("/uz/me")).headers["location"] == f"{STEP}?next=/me"


async def test_a_new_role_asks_from_the_next_request_on(client, sign_in, services, cast):
    await sign_in(client, cast.olga, has_passed=False)
    before = await client.get("/uz/orders")

    async with services.db.begin() as session:
        session.add(RoleGrant(user_id=cast.olga.id, role=Role.CLERK, scope_id=cast.bilim.id))
    after = await client.get("/uz/orders")

    assert before.status_code == 200
    assert after.headers["location"] == f"{ENROLMENT}?next=/orders"


async def test_the_checkout_asks_for_the_second_step_too(client, services, cast):
    from tests.cast import puzzle

    page = await client.get(f"/uz/p/{puzzle.slug}")
    token = {"_csrf_token": csrf_of(page)}
    await client.post(
        "/uz/cart/lines", data=token | {"offer_id": str(puzzle.offer_id)}, headers=HERE
    )
    data = token | {"phone": cast.botir.phone}
    await client.post("/uz/checkout", data=data | {"step": "phone"}, headers=HERE)
    async with services.db.begin() as session:
        body = await session.scalar(select(Message.body).where(Message.kind == "code"))
    code = "".join(c for c in body.split("#")[-1] if c.isdigit())

    answer = await client.post(
        "/uz/checkout", data=data | {"step": "code", "code": code}, headers=HERE
    )

    assert answer.headers["location"] == f"{STEP}?next=/checkout"


async def test_a_new_device_is_told_after_the_whole_sign_in_and_in_the_persons_language(
    client, sign_in, new_client, services, run_tasks, cast
):
    async with services.db.begin() as session:
        await session.execute(text("update \"user\" set locale = 'ru'"))
    await sign_in(new_client(), cast.botir, device="Firefox, Windows", signed_in_at=clock.now())

    client.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile"
    await sign_in_by_code(client, services, cast.botir)
    await run_tasks()
    half = await warnings(services)
    await pass_step(client, code=cast.botir.app_code)
    await run_tasks()
    [told] = await warnings(services)

    assert half == []
    assert (told.recipient, told.locale) == (cast.botir.phone, "ru")
    assert "устройств" in told.body


async def warnings(services):
    async with services.db.begin() as session:
        found = await session.scalars(select(Message).where(Message.kind == "new_device"))
        return found.all()
