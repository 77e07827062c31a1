"""Lifetimes, rotation, the child's device, the list of devices."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from litestar.datastructures import Headers
from sqlalchemy import event, select, text, update

from app.accounts import cookies, sessions
from app.accounts.devices import device_name
from app.accounts.loading import cookie_value
from app.accounts.models import RoleGrant, Session
from app.kernel import clock, crypto
from app.kernel.viewer import GUEST, Role, Zone

HERE = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}


async def row_of(services, session_id):
    async with services.db.begin() as session:
        return await session.get(Session, session_id)


async def of_token(services, token):
    async with services.db.begin() as session:
        return await session.scalar(
            select(Session).where(Session.token_hash == crypto.token_hash(token))
        )


async def load(services, token):
    scope = {"path": "/me", "state": {"unit": Unit()}}
    return await sessions.load_viewer(services, scope, Headers({"cookie": f"session={token}"}))


class Unit:
    """The part of the kernel's unit that loading a viewer writes to."""

    def __init__(self):
        self.cookies = []


async def test_a_viewer_is_loaded_in_one_statement_with_roles_and_badges(
    client, services, sign_in, cast
):
    await sign_in(client, cast.dilnoza)
    seen = []
    engine = services.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *a: seen.append(a[2]))

    viewer = await load(services, client.cookies["session"])

    assert len(seen) == 1
    assert viewer.name == "Dilnoza"
    assert viewer.household_id == cast.lola.household_id
    assert viewer.may("family.manage")
    assert set(viewer.badges) == set(services.registry.badges)
    assert viewer.badges["bell"] == 0


async def test_a_granted_or_revoked_role_counts_from_the_next_request(
    client, services, sign_in, cast
):
    await sign_in(client, cast.olga)
    token = client.cookies["session"]
    before = await load(services, token)

    async with services.db.begin() as session:
        session.add(RoleGrant(user_id=cast.olga.id, role=Role.CLERK, scope_id=cast.bilim.id))
    after = await load(services, token)

    assert not before.is_seller
    assert after.seller_ids == (cast.bilim.id,)


@pytest.mark.parametrize(
    ("person", "fits", "too_long"),
    [
        ("dilnoza", timedelta(days=29), timedelta(days=30, minutes=1)),
        ("botir", timedelta(hours=11), timedelta(hours=12, minutes=1)),
        ("aziza", timedelta(minutes=29), timedelta(minutes=31)),
    ],
)
async def test_an_unused_session_ends_by_the_strictest_role(
    client, services, sign_in, cast, person, fits, too_long
):
    await sign_in(client, getattr(cast, person))
    token = client.cookies["session"]
    async with services.db.begin() as session:  # outlives the fixture's own end
        await session.execute(update(Session).values(expires_at=clock.now() + timedelta(days=90)))

    with clock.shifted(fits):
        assert (await load(services, token)).user_id is not None
    with clock.shifted(fits + too_long):
        assert await load(services, token) is GUEST


async def test_use_prolongs_a_stay_but_not_beyond_its_end(client, services, sign_in, cast):
    await sign_in(client, cast.dilnoza)
    token = client.cookies["session"]

    for day in range(1, 30):
        with clock.shifted(timedelta(days=day)):
            assert (await load(services, token)).user_id is not None
    with clock.shifted(timedelta(days=30, seconds=1)):  # the row's own end
        assert await load(services, token) is GUEST


async def test_seen_at_is_written_once_an_hour(client, services, sign_in, cast):
    await sign_in(client, cast.dilnoza)
    token = client.cookies["session"]
    first = (await of_token(services, token)).seen_at

    with clock.shifted(timedelta(minutes=59)):
        await load(services, token)
    quiet = (await of_token(services, token)).seen_at
    with clock.shifted(timedelta(minutes=61)):
        await load(services, token)
    later = (await of_token(services, token)).seen_at

    assert quiet == first
    assert later > first


async def test_handing_over_and_taking_back_change_the_token_and_the_rights(
    client, services, sign_in, cast
):
    await sign_in(client, cast.dilnoza)
    guardians = client.cookies["session"]
    mine = await of_token(services, guardians)

    handed = await client.post(f"/uz/family/children/{cast.lola.id}/handover", headers=HERE)
    childs = fresh_cookie(handed, "session")
    child_row = await of_token(services, childs)
    old_is_dead = await load(services, guardians)

    assert child_row.zone == Zone.KIDS
    assert child_row.user_id is None
    assert child_row.suspended_id == mine.id
    assert old_is_dead is GUEST
    use(client, handed)
    for path in ("/uz/family", "/uz/me", "/uz/seller", "/uz/cart", "/uz/notifications"):
        assert (await client.get(path)).status_code == 404

    back = await client.post("/uz/kids/leave", data={"pin": cast.PINS[cast.KARIMOV]}, headers=HERE)
    again = fresh_cookie(back, "session")

    viewer = await load(services, again)
    assert viewer.session_id == mine.id
    assert viewer.is_confirmed
    assert again not in (guardians, childs)
    assert (await row_of(services, child_row.id)).ended_at is not None


def fresh_cookie(answer, name):
    [value] = [
        cookie_value(c.split(";")[0], name)
        for c in answer.headers.get_list("set-cookie")
        if c.startswith(f"{name}=")
    ]
    return value


def use(client, answer):
    """Go on with the cookies of an answer."""
    client.cookies.clear()
    client.cookies.set("session", fresh_cookie(answer, "session"))
    client.headers["x-csrf-token"] = fresh_cookie(answer, "csrf")


async def test_a_childs_device_left_alone_opens_only_the_sign_in_page(
    client, services, sign_in, cast
):
    await sign_in(client, cast.lola)
    assert (await client.get("/uz/kids")).status_code == 200

    with clock.shifted(timedelta(hours=2, minutes=1)):
        answers = [await client.get(path) for path in ("/uz/", "/uz/kids", "/uz/search?q=pichoq")]
        door = await client.get("/uz/sign-in")

    assert {answer.status_code for answer in answers} == {303}
    assert all("/sign-in" in answer.headers["location"] for answer in answers)
    assert door.status_code == 200


async def test_a_session_that_the_guardian_ended_elsewhere_takes_the_childs_with_it(
    new_client, services, sign_in, cast
):
    tablet, phone = new_client(), new_client()
    await sign_in(tablet, cast.dilnoza, device="tablet")
    await sign_in(phone, cast.dilnoza, device="phone")
    mine = await of_token(services, tablet.cookies["session"])
    use(tablet, await tablet.post(f"/uz/family/children/{cast.lola.id}/handover", headers=HERE))

    listed = await phone.get("/uz/me")
    answer = await phone.post(f"/uz/me/devices/{mine.id}/ending", headers=HERE)
    child = await tablet.get("/uz/kids")

    assert "tablet" in listed.text
    assert answer.status_code == 303
    assert child.headers["location"].startswith("/uz/sign-in")


async def test_nobody_ends_a_strangers_session(new_client, services, sign_in, cast):
    dilnoza = await sign_in(new_client(), cast.dilnoza)
    nodira = await sign_in(new_client(), cast.nodira)
    theirs = await of_token(services, dilnoza.cookies["session"])

    answer = await nodira.post(f"/uz/me/devices/{theirs.id}/ending", headers=HERE)

    assert answer.status_code == 404
    assert (await row_of(services, theirs.id)).ended_at is None


async def test_ending_all_other_devices_keeps_this_one(new_client, services, sign_in, cast):
    here, there = new_client(), new_client()
    await sign_in(here, cast.dilnoza)
    await sign_in(there, cast.dilnoza)

    await here.post("/uz/me/devices/ending", headers=HERE)

    assert (await here.get("/uz/me")).status_code == 200
    assert (await there.get("/uz/me")).status_code == 303


async def test_a_dead_session_takes_its_stale_csrf_cookie_away(client, services, sign_in, cast):
    await sign_in(client, cast.dilnoza)
    async with services.db.begin() as session:
        await session.execute(text("update session set ended_at = now()"))

    answer = await client.get("/uz/sign-in")

    gone = [c for c in answer.headers.get_list("set-cookie") if "Max-Age=0" in c]
    assert {c.split("=")[0] for c in gone} >= {"csrf", "session"}


async def test_over_https_the_session_cookie_is_pinned_to_the_host(settings):
    live = settings.model_copy(update={"base_url": "https://bozorcha.uz"})
    unit = Unit()
    unit.services = SimpleNamespace(settings=live)
    request = SimpleNamespace(scope={"state": {"unit": unit, "services": unit.services}})

    cookies.give(request, "token", "secret", 60)

    session, csrf = (set(cookie.split("; ")) for cookie in unit.cookies)
    assert {"__Host-session=token", "Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= session
    assert {"csrf=secret", "Secure"} <= csrf
    assert "HttpOnly" not in csrf


async def test_name_and_language_are_saved_and_spoken(client, services, sign_in, cast):
    await sign_in(client, cast.dilnoza)

    answer = await client.post("/uz/me", data={"name": "Dilnoza K.", "locale": "ru"}, headers=HERE)
    page = await client.get("/ru/me")

    assert answer.headers["location"] == "/ru/me"
    assert any(c.startswith("locale=ru") for c in answer.headers.get_list("set-cookie"))
    assert "Dilnoza K." in page.text
    assert (await load(services, client.cookies["session"])).locale == "ru"


async def test_a_guest_chooses_a_language_by_posting_it(client):
    page = await client.get("/uz/sign-in")
    token = page.text.split('name="_csrf_token" value="')[1].split('"')[0]

    answer = await client.post(
        "/uz/language",
        data={"_csrf_token": token, "locale": "en", "next": "/uz/sign-in"},
        headers=HERE,
    )

    assert answer.headers["location"] == "/en/sign-in"
    assert any(c.startswith("locale=en") for c in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Version/18.4 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) YaBrowser/25.2 Chrome/132", "Yandex, Windows"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_named_for_people(said, name):
    assert device_name(said) == name
