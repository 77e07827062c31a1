"""Passkeys through HTTP with a software authenticator, the honest one and the bent one."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.models import Passkey, Session
from app.kernel import clock, crypto
from app.notifications.models import Notification
from tests.accounts.authenticator import Authenticator

HERE = {
    "origin": "http://localhost:8000",
    "sec-fetch-site": "same-origin",
    "accept": "application/json",
}


async def post(client, path, value=None):
    if "x-csrf-token" not in client.headers:
        page = await client.get("/uz/sign-in")
        token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
        return await client.post(path, json=value or {}, headers={**HERE, "x-csrf-token": token})
    return await client.post(path, json=value or {}, headers=HERE)


@pytest.fixture
async def phone(new_client, sign_in, cast):
    """Dilnoza's phone right after a sign-in."""
    return await sign_in(new_client(), cast.dilnoza, confirmed_at=clock.now())


async def add(client, device):
    options = (await post(client, "/passkeys/register/options")).json()
    return await post(client, "/passkeys/register/verify", device.create(options))


async def enter(client, device):
    options = (await post(client, "/passkeys/sign-in/options")).json()
    return await post(client, "/passkeys/sign-in/verify", device.get(options))


async def kept(services):
    async with services.db.begin() as session:
        return (await session.scalars(select(Passkey))).all()


async def session_of(services, client):
    token = [c.value for c in client.cookies.jar if c.name == "session"][-1]
    async with services.db.begin() as session:
        return await session.scalar(
            select(Session).where(Session.token_hash == crypto.token_hash(token))
        )


async def test_a_passkey_is_added_and_signs_in_on_another_device(phone, new_client, services, cast):
    device, laptop = Authenticator(), new_client()

    added = await add(phone, device)
    entered = await enter(laptop, device)

    assert (added.status_code, entered.status_code) == (201, 200)
    [row] = await kept(services)
    assert row.user_id == cast.dilnoza.id
    assert (row.transports, row.backup_eligible) == ("hybrid internal", False)
    mine = await session_of(services, laptop)
    assert mine.user_id == cast.dilnoza.id
    assert mine.confirmed_at is not None


async def test_the_options_ask_for_a_verified_user_and_a_resident_key(phone, cast):
    options = (await post(phone, "/passkeys/register/options")).json()

    wanted = options["authenticatorSelection"]
    assert wanted["userVerification"] == wanted["residentKey"] == "required"
    assert options["attestation"] == "none"
    assert len(options["challenge"]) >= 43


async def test_the_options_of_a_sign_in_name_nobody(phone, new_client):
    await add(phone, Authenticator())

    options = (await post(new_client(), "/passkeys/sign-in/options")).json()

    assert options.get("allowCredentials", []) == []
    assert options["userVerification"] == "required"


BENT = [
    {"verifies": False},
    {"origin": "https://evil.example"},
    {"origin": "http://localhost:9000"},
    {"rp_id": "evil.example"},
    {"more_client_data": {"crossOrigin": True}},
    {"more_client_data": {"topOrigin": "https://evil.example"}},
    {"more_client_data": {"type": "webauthn.get"}},
]


@pytest.mark.parametrize("bend", BENT, ids=str)
async def test_a_bent_registration_is_refused(phone, services, bend):
    answer = await add(phone, Authenticator(**bend))

    assert answer.status_code == 422
    assert await kept(services) == []


@pytest.mark.parametrize("bend", [*BENT[:-1], {"user_handle": b"x" * 16}], ids=str)
async def test_a_bent_sign_in_is_refused(phone, new_client, services, bend):
    device, laptop = Authenticator(), new_client()
    await add(phone, device)
    for name, value in bend.items():
        setattr(device, name, value)

    answer = await enter(laptop, device)

    assert answer.status_code == 422
    assert (await session_of(services, laptop)).user_id is None


async def test_another_key_under_a_known_id_is_refused(phone, new_client):
    device = Authenticator()
    await add(phone, device)
    thief = Authenticator(credential_id=device.credential_id, user_handle=device.user_handle)

    answer = await enter(new_client(), thief)

    assert answer.status_code == 422


async def test_a_challenge_is_used_once_even_when_it_failed(phone, new_client):
    device, laptop = Authenticator(), new_client()
    await add(phone, device)
    options = (await post(laptop, "/passkeys/sign-in/options")).json()
    device.verifies = False
    failed = await post(laptop, "/passkeys/sign-in/verify", device.get(options))
    device.verifies = True

    again = await post(laptop, "/passkeys/sign-in/verify", device.get(options))

    assert failed.status_code == again.status_code == 422


async def test_twenty_answers_to_one_challenge_open_once(phone, new_client):
    device, laptop = Authenticator(counts=False), new_client()
    await add(phone, device)
    options = (await post(laptop, "/passkeys/sign-in/options")).json()
    answer = device.get(options)

    # Sent as the same guest, since the first right one changes the cookie.
    cookie = "; ".join(f"{c.name}={c.value}" for c in laptop.cookies.jar)
    guests = [new_client() for _ in range(20)]
    for guest in guests:
        guest.headers["cookie"] = cookie
    page = await guests[0].get("/uz/sign-in")
    token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    sent = [
        guest.post("/passkeys/sign-in/verify", json=answer, headers={**HERE, "x-csrf-token": token})
        for guest in guests
    ]
    results = [r.status_code for r in await asyncio.gather(*sent)]

    assert results.count(200) == 1


async def test_a_challenge_lives_five_minutes_and_in_one_browser(phone, new_client):
    device, laptop, other = Authenticator(), new_client(), new_client()
    await add(phone, device)
    options = (await post(laptop, "/passkeys/sign-in/options")).json()
    await post(other, "/passkeys/sign-in/options")

    stolen = await post(other, "/passkeys/sign-in/verify", device.get(options))
    with clock.shifted(timedelta(minutes=5, seconds=1)):
        late = await post(laptop, "/passkeys/sign-in/verify", device.get(options))

    assert stolen.status_code == late.status_code == 422


async def test_a_sign_count_that_does_not_grow_is_a_copied_key(phone, new_client):
    device = Authenticator(count=10)
    await add(phone, device)
    device.count = 4  # the copy is behind

    answer = await enter(new_client(), device)

    assert answer.status_code == 422


async def test_synced_passkeys_that_never_count_are_fine(phone, new_client):
    device = Authenticator(counts=False, eligible=True)
    await add(phone, device)

    assert (await enter(new_client(), device)).status_code == 200
    assert (await enter(new_client(), device)).status_code == 200


async def test_a_key_that_changes_its_nature_is_refused(phone, new_client):
    device = Authenticator()
    await add(phone, device)
    device.eligible = True

    assert (await enter(new_client(), device)).status_code == 422


async def test_confirming_takes_ones_own_passkey_and_a_new_token(
    phone, new_client, sign_in, services, cast
):
    device, other = Authenticator(), Authenticator()
    await add(phone, device)
    jasur = await sign_in(new_client(), cast.jasur, confirmed_at=clock.now())
    await add(jasur, other)
    before = await session_of(services, phone)

    options = (await post(phone, "/passkeys/confirm/options")).json()
    foreign = await post(phone, "/passkeys/confirm/verify", other.get(options))
    options = (await post(phone, "/passkeys/confirm/options")).json()
    own = await post(phone, "/passkeys/confirm/verify", device.get(options))

    async with services.db.begin() as session:
        after = await session.get(Session, before.id)
    assert (foreign.status_code, own.status_code) == (422, 200)
    assert after.confirmed_at is not None
    assert after.token_hash != before.token_hash
    assert after.csrf_secret == before.csrf_secret


async def test_a_challenge_for_a_sign_in_confirms_nothing(phone):
    device = Authenticator()
    await add(phone, device)

    options = (await post(phone, "/passkeys/sign-in/options")).json()
    answer = await post(phone, "/passkeys/confirm/verify", device.get(options))

    assert answer.status_code == 422


async def test_ways_in_change_only_after_a_fresh_proof(new_client, sign_in, services, cast):
    old = await sign_in(new_client(), cast.dilnoza, confirmed_at=clock.now() - timedelta(minutes=6))
    fresh = await sign_in(new_client(), cast.dilnoza, confirmed_at=clock.now())
    await add(fresh, Authenticator())
    [row] = await kept(services)

    options = await post(old, "/passkeys/register/options")
    await old.post(f"/uz/me/passkeys/{row.id}/removal", headers=HERE)
    after_old = await kept(services)
    await fresh.post(f"/uz/me/passkeys/{row.id}/removal", headers=HERE)

    assert options.status_code == 403
    assert len(after_old) == 1
    assert await kept(services) == []


async def test_nobody_removes_a_strangers_passkey(phone, new_client, sign_in, services, cast):
    await add(phone, Authenticator())
    [row] = await kept(services)
    nodira = await sign_in(new_client(), cast.nodira, confirmed_at=clock.now())

    answer = await nodira.post(f"/uz/me/passkeys/{row.id}/removal", headers=HERE)

    assert answer.status_code == 404
    assert len(await kept(services)) == 1


async def test_a_changed_way_in_is_told_to_its_person(phone, services, run_tasks, cast):
    await add(phone, Authenticator())

    await run_tasks()

    async with services.db.begin() as session:
        told = (await session.scalars(select(Notification))).all()
    assert [(n.kind, n.user_id) for n in told] == [("passkey_added", cast.dilnoza.id)]


async def test_a_guardians_passkey_takes_the_device_back_and_no_other_does(
    phone, new_client, sign_in, services, cast
):
    guardians, strangers = Authenticator(), Authenticator()
    await add(phone, guardians)
    nodira = await sign_in(new_client(), cast.nodira, confirmed_at=clock.now())
    await add(nodira, strangers)
    mine = await session_of(services, phone)
    tablet = await sign_in(new_client(), cast.lola, suspended_id=mine.id)

    options = (await post(tablet, "/passkeys/leave/options")).json()
    foreign = await post(tablet, "/passkeys/leave/verify", strangers.get(options))
    still = await tablet.get("/uz/kids")
    options = (await post(tablet, "/passkeys/leave/options")).json()
    own = await post(tablet, "/passkeys/leave/verify", guardians.get(options))

    assert (foreign.status_code, still.status_code, own.status_code) == (422, 200, 200)
    async with services.db.begin() as session:
        row = await session.get(Session, mine.id)
    assert row.confirmed_at is not None


@pytest.mark.parametrize(
    "sent", [{}, [], 7, "x", {"id": "a"}, {"response": {"clientDataJSON": "bnVsbA"}}]
)
async def test_garbage_is_refused_not_stumbled_over(client, sent):
    await post(client, "/passkeys/sign-in/options")

    page = await client.get("/uz/sign-in")
    token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = await client.post(
        "/passkeys/sign-in/verify", json=sent, headers={**HERE, "x-csrf-token": token}
    )

    assert answer.status_code == 422


async def test_a_suspended_person_is_told_why_and_comes_no_further(
    phone, new_client, services, cast
):
    from app.accounts.models import User

    device = Authenticator()
    await add(phone, device)
    async with services.db.begin() as session:
        closed = update(User).where(User.id == cast.dilnoza.id).values(suspended_at=clock.now())
        await session.execute(closed)

    browser = new_client()
    answer = await enter(browser, device)

    assert answer.json()["next"] == "/uz/account-closed"
    assert (await browser.get("/uz/me")).headers["location"].startswith("/uz/sign-in")


async def test_a_passkey_gets_the_name_that_its_owner_gives_it(phone, new_client, sign_in, cast):
    made = (await add(phone, Authenticator())).json()
    path = f"/uz/me/passkeys/{made['id']}"
    assert made["name"] in (await phone.get(path)).text

    refused = await phone.post(path, data={"label": "x" * 41})
    saved = await phone.post(path, data={"label": "Oshxonadagi planshet"})

    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert "x" * 41 in refused.text
    assert saved.status_code == 303
    assert "Oshxonadagi planshet" in (await phone.get("/uz/me")).text
    stranger = await sign_in(new_client(), cast.nodira, confirmed_at=clock.now())
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(path, data={"label": "Mine"})).status_code == 404
