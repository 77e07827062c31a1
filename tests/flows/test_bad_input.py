"""Whatever is sent to whichever route, the answer is ours and never a fault."""

import re
from urllib.parse import urlsplit

import pytest

from app.kernel import clock
from app.kernel.ids import new_id
from tests.conftest import BASE_URL
from tests.conventions.routing import PARAMETER, Route, registry, routes
from tests.flows.garbage import FORM, bodies, encode, fields, plausible
from tests.make.browsing import field
from tests.make.orders import make_order, make_paid_order, parts_of

POSTS = [route for route in routes() if route.method == "POST"]
GETS = [route for route in routes() if route.is_read and not route.is_stream]
ODD_PATHS = ("none", "%20", "☂", "'", "..%2f..", "0" * 3000, "%E2%80%AE", "-1", "a.b", "null")
ODD_QUERIES = (
    "after=%5B%5D&sort=x&age=-1&min=9999999999999999999999&max=x&q=%F0%9F%98%80&page=-1",
    "q=" + "x" * 3000,
    "q=%26%7C%21%28%29%3A%2A%27&category=%27&skill=%3C",
    "after=" + "A" * 400,
    "after=WyJ4IiwieSJd&v=x&ids=1,2,,%2C&next=//evil.example",
    "after=WzFlOTk5OSwgMV0&min=NaN&max=1e999&age=0-2,3&in_stock=maybe",
    "&&=&=1&q&q=1&q=2&sort=price&sort=new",
    "l=xx&d=%7B%7D&tab=nothing&state=nothing",
)
# Their subjects are made up here, so plausible input is answered with "not found" as well.
ABSENT = {
    "client_id",
    "incident_number",
    "device_id",
    "passkey_id",
    "notification_id",
    "line_id",
    "way_id",
    "role_id",
    "appeal_id",
}
REACHED = [
    route
    for route in POSTS
    if not ABSENT & {name for name, _ in route.parameters}
    and not route.rule.scope
    and route.name != "staff.take_role"  # a role that nobody gave is not found
]


@pytest.fixture
def enter(client, sign_in, cast):
    """Sign the client in as whoever may call the route; guests take the token of a page."""

    async def enter(route: Route) -> None:
        rule = route.rule
        client.cookies.clear()
        client.headers.pop("x-csrf-token", None)
        if rule.machine:
            return
        if {str(zone) for zone in rule.zones} == {"kids"}:
            await sign_in(client, cast.lola)
        elif rule.permission == "order.fulfil":
            await sign_in(client, cast.botir)
        elif rule.permission == "api_key.make":
            await sign_in(client, cast.botir, confirmed_at=clock.now())
        elif rule.permission in registry().staff_permissions:
            await sign_in(client, cast.aziza, confirmed_at=clock.now())
        elif rule.signed_in or route.name.startswith(("orders.", "payments.", "cart.")):
            await sign_in(client, cast.dilnoza, confirmed_at=clock.now())
        else:
            page = await client.get("/uz/sign-in")
            client.headers["x-csrf-token"] = field(page.text, "_csrf_token")

    return enter


@pytest.fixture
async def subjects(services, cast, new_client, sign_in):
    """Real things for the parameters of paths, by name and by slice."""
    mine = await make_order(services, cast.dilnoza, (cast.planetarium, 1))
    paid = await make_paid_order(services, cast.dilnoza, (cast.football, 1))
    child = await sign_in(new_client(), cast.lola)
    wanted = {"reason": "school", "key": "abcdefgh12345678"}
    asked = await child.post(f"/uz/kids/ask/{cast.puzzle.offer_id}", data=wanted)
    assert asked.status_code == 303, asked.text
    parent = await sign_in(new_client(), cast.dilnoza)
    bank = await parent.get(f"/uz/pay/{mine.number}")
    return {
        "child_id": cast.lola.id,
        "user_id": cast.olga.id,
        "offer_id": cast.planetarium.offer_id,
        "request_id": asked.headers["location"].rsplit("/", 1)[1],
        "reference": mine.number,
        "packed": re.sub(r"^.*/sandbox/payme/", "", urlsplit(bank.headers["location"]).path),
        "number": mine.number,
        "seller number": (await parts_of(services, paid.id))[0].number,
    }


def address(route: Route, subjects: dict) -> str:
    """The route's address with real things in it; bare paths carry no language."""

    def real(match: re.Match[str]) -> str:
        name = match[1]
        if name == "number" and route.path.startswith("/seller"):
            name = "seller number"
        return str(subjects.get(name) or new_id())

    path = PARAMETER.sub(real, route.path)
    is_bare = route.rule.machine or path.startswith(("/passkeys", "/push"))
    return path if is_bare else f"/uz{path}"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("route", POSTS, ids=str)
async def test_garbage_is_answered(route, client, enter, subjects, services):
    path = address(route, subjects)
    for kind, body in bodies(route):
        await enter(route)
        answer = await client.post(
            path, content=body, headers={"content-type": kind} if kind else {}
        )
        assert answer.status_code < 500, (kind, body[:300], answer.text[:300])
        await services.redis.flushdb()


@pytest.mark.parametrize("route", REACHED, ids=str)
async def test_what_is_plausible_reaches_the_handler(route, client, enter, subjects):
    """Otherwise the test above would prove the guard only."""
    await enter(route)

    answer = await client.post(
        address(route, subjects),
        content=encode(plausible(fields(route))),
        headers={"content-type": FORM},
    )

    assert answer.status_code not in (401, 403, 404, 405), answer.text[:300]


@pytest.mark.timeout(240)
async def test_odd_addresses_and_queries_are_answered(client, enter, subjects):
    faults = []
    for route in GETS:
        real = address(route, subjects)
        odd = [PARAMETER.sub(value, route.path) for value in ODD_PATHS if route.parameters]
        await enter(route)
        for path in [*(f"{real}?{query}" for query in ODD_QUERIES), *(f"/uz{p}" for p in odd)]:
            answer = await client.get(f"{BASE_URL}{path}")
            if answer.status_code >= 500 and route.path != "/health/ready":  # says what is down
                faults.append((route, path[:200], answer.status_code))

    assert faults == []
