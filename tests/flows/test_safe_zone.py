"""The promise of the product: a device in a child's hands meets only what is for that child.

Every route is called, with ids and names of allowed and forbidden rows, of the child's own and of
another family; no byte of what is forbidden may be in any answer.
"""

import sys
from urllib.parse import unquote

import pytest
from sqlalchemy import text, true

from app.catalog import queries as catalogue
from app.catalog.visible import may_see
from app.kernel import request
from app.kernel.db import Access
from app.kernel.viewer import ADULT, Zone
from tests import cast
from tests.conventions.routing import Route, routes
from tests.family.phones import Phone, offer
from tests.flows.planted import ALIKE, FORBIDDEN, plant
from tests.flows.walking import TYPED, Answer, Call, Device, calls
from tests.flows.world import KIDS, World

pytestmark = pytest.mark.timeout(240)

EXPECTED = {200, 303, 307, 403, 404, 405, 409, 422}
QUERIES = {
    "discovery.search": (
        f"q={ALIKE}",
        f"q={ALIKE}&sort=dear",
        "q=Taqiqgrown",
        "q=taqiqrecaled",
        "q=pichoq",
        "sort=popular",
    ),
    "discovery.suggest": (f"q={ALIKE}", "q=taqiq", "q=pichoq"),
    "catalog.list": ("sort=new", "sort=popular&stock=1"),
}
EXTRA_JSON = b'{"id": "x", "rawId": "x", "type": "public-key", "response": {}}'


@pytest.fixture
async def world(services) -> World:
    return await plant(services)


async def device_of(kid, app, services, new_client, sign_in) -> Device:
    """A fresh stay of this child; what earlier walks counted is forgotten."""
    await services.redis.flushdb()
    return Device(app, await sign_in(new_client(), kid))


def leaked(call: Call, answer: Answer, secrets: set[str], sent: str = "") -> set[str]:
    """The secrets in the answer; a page may repeat the address it was asked for."""
    found = answer.all_bytes.decode("utf-8", "replace")
    path = call.path.removeprefix("/uz")
    for own in (call.url, call.path, path):
        found = found.replace(own, "") if len(own) > 6 else found
    asked = unquote(call.query) + sent
    return {word for word in secrets if word in found and word not in asked}


async def walk(device: Device, world: World, secrets: set[str]) -> list[tuple[Call, Answer]]:
    """Every call with its answer; the first leak ends it."""
    answers = []
    for call in calls(world.values, QUERIES, in_full=is_open_to_children):
        form = None if call.route.is_read else TYPED | {"offer": world.values["offer_id"][0]}
        is_json = call.path.startswith(("/passkeys/", "/push/"))
        answer = await device.call(call, form, json=EXTRA_JSON if is_json else None)
        found = leaked(call, answer, secrets, (form or {}).get("offer", ""))
        assert not found, f"{call} told {found}"
        answers.append((call, answer))
    return answers


def is_of_programs(route: Route) -> bool:
    """What proves its caller itself: no session counts there, a child's neither."""
    return route.rule is not None and route.rule.machine


def is_open_to_children(route: Route) -> bool:
    return route.rule is not None and Zone.KIDS in route.rule.zones


@pytest.mark.parametrize("kid", KIDS, ids=lambda kid: f"{kid.name}-{kid.age}")
async def test_no_route_tells_a_child_of_what_is_not_for_it(
    kid, world, app, services, new_client, sign_in
):
    device = await device_of(kid, app, services, new_client, sign_in)
    secrets = world.secrets(kid)

    answers = await walk(device, world, secrets)

    assert len(secrets) > 100
    assert {str(call.route) for call, _ in answers} == {str(route) for route in routes()}
    for call, answer in answers:
        if is_of_programs(call.route):
            continue
        assert answer.status in EXPECTED, f"{call}: {answer.status}"
        if not is_open_to_children(call.route):
            assert answer.status == 404, f"{call}: {answer.status}"
    check_that_allowed_goods_were_met(kid, answers)


async def test_a_phone_of_the_childs_own_is_as_safe(world, app, services, new_client):
    """Linked, opened by picture and PIN, and with its own cookie beside the session's."""
    await services.redis.flushdb()
    phone = Phone(new_client())
    await phone.set_up((await offer(services, cast.lola)).token)
    phone.client.headers["x-csrf-token"] = phone.client.cookies["csrf"]

    answers = await walk(Device(app, phone.client), world, world.secrets(cast.lola))

    check_that_allowed_goods_were_met(cast.lola, answers)
    for call, answer in answers:
        if not is_open_to_children(call.route) and not call.route.rule.machine:
            assert answer.status == 404, f"{call}: {answer.status}"


def check_that_allowed_goods_were_met(kid, walked) -> None:
    """Else silence would prove nothing: each child finds the goods of its age."""
    allowed = {good for good in cast.GOODS if good.child_ok and good.age <= kid.age} - {
        good for good in cast.GOODS if good.mark and int(good.mark.rstrip("+")) > kid.age
    }

    answers = {str(call): answer for call, answer in walked}

    assert cast.puzzle in allowed
    for good in allowed:
        assert answers[f"GET /uz/p/{good.slug}"].status == 200, good.slug
        assert good.title in answers[f"GET /uz/p/{good.slug}"].text
        assert f"/p/{good.slug}" in answers[f"GET /uz/c/{good.category}"].text
    if cast.planetarium in allowed:
        assert cast.planetarium.title in answers[f"GET /uz/search?q={ALIKE}"].text
        assert cast.planetarium.title in answers[f"GET /uz/search/suggest?q={ALIKE}"].text
    assert f"{kid.name}soradiqz" in answers["GET /uz/kids/asks"].text
    for name in FORBIDDEN:
        assert answers[f"GET /uz/p/taqiq-{name}"].status == 404


def switch_off_the_filter(monkeypatch) -> None:
    """The attack: every module that asks what may be seen is told "everything"."""

    async def whole_tree(session, _audience=ADULT, **more):
        return await tree(session, **more)

    tree = catalogue.category_tree
    for name, module in list(sys.modules.items()):
        if name.startswith("app."):
            for known, value in (("may_see", may_see), ("category_tree", tree)):
                if vars(module).get(known) is value:
                    lie = whole_tree if known == "category_tree" else (lambda _audience: true())
                    monkeypatch.setattr(module, known, lie)


@pytest.mark.parametrize("kid", KIDS, ids=lambda kid: f"{kid.name}-{kid.age}")
async def test_the_database_alone_holds(
    kid, world, app, services, new_client, sign_in, monkeypatch
):
    device = await device_of(kid, app, services, new_client, sign_in)
    switch_off_the_filter(monkeypatch)

    answers = await walk(device, world, world.secrets(kid))

    for call, answer in answers:
        if not is_of_programs(call.route):
            assert answer.status in EXPECTED, f"{call}: {answer.status}"


async def test_the_walk_finds_what_it_is_for(
    world, app, services, new_client, sign_in, monkeypatch
):
    """With the filter and the role both away, the very same walk meets forbidden things."""
    device = await device_of(cast.lola, app, services, new_client, sign_in)
    switch_off_the_filter(monkeypatch)
    monkeypatch.setattr(request, "access_of", lambda _viewer, read_only: Access(read_only))

    with pytest.raises(AssertionError, match=r"told .*Taqiq"):
        await walk(device, world, world.secrets(cast.lola))


async def test_the_switched_off_filter_was_one(
    world, app, services, new_client, sign_in, monkeypatch
):
    """The attack is real: with it a grown-up sees what is not on sale at all."""
    device = Device(app, await sign_in(new_client(), cast.olga))
    page = next(c for c in calls(world.values, {}) if c.path == "/uz/p/taqiq-recalled")
    before = await device.call(page)
    switch_off_the_filter(monkeypatch)

    after = await device.call(page)

    assert before.status == 404
    assert after.status == 200
    assert "Taqiqrecalled" in after.text


WAYS_OUT = (
    "/uz/kids/waiting",
    "/uz/kids/leave",
    "/passkeys/leave/options",
    "/passkeys/leave/verify",
)
"""What a waiting device may open: the waiting page, and the grown-ups' ways out."""


@pytest.mark.parametrize("kid", [cast.lola, KIDS[-1]], ids=lambda kid: kid.name)
async def test_without_consent_every_route_is_the_waiting_page(
    kid, world, app, services, new_client, sign_in
):
    """Consent withdrawn, and never given under today's notice: both wait."""
    withdrawn = (
        "insert into consent select gen_random_uuid(), now(), household_id, child_id, user_id,"
        " (select max(sequence) + 1 from consent c where c.household_id = k.household_id), purpose,"
        " 'withdrawn', method, notice_version, notice_locale, notice_sha256, evidence,"
        " own_hash, 'x' from consent k where child_id = :child limit 1"
    )
    columns = (
        "(id, created_at, household_id, child_id, user_id, sequence, purpose, decision, method,"
        " notice_version, notice_locale, notice_sha256, evidence, previous_hash, own_hash)"
    )
    async with services.db.begin() as session:
        filled = withdrawn.replace("insert into consent", f"insert into consent {columns}")
        await session.execute(text(filled), {"child": kid.id})
    device = await device_of(kid, app, services, new_client, sign_in)
    secrets = world.secrets(kid) | {word for row in world.products for word in row["words"]}

    answers = await walk(device, world, secrets)

    for call, answer in answers:
        if is_of_programs(call.route):
            continue
        if call.path in WAYS_OUT:
            assert answer.status in (200, 400, 422), str(call)
            continue
        if not is_open_to_children(call.route):
            assert answer.status == 404, str(call)
            continue
        place = answer.header("location") or answer.header("hx-redirect")
        assert place == "/uz/kids/waiting", f"{call}: {answer.status} {place}"


async def test_a_child_sends_nothing_without_its_token(world, app, services, new_client, sign_in):
    device = await device_of(cast.lola, app, services, new_client, sign_in)
    posts = [
        c for c in calls(world.values, {}) if not c.route.is_read and is_open_to_children(c.route)
    ]

    for call in posts:
        if call.route.rule and not call.route.rule.machine:
            answer = await device.call(call, TYPED, with_token=False)
            assert answer.status == 403, str(call)
