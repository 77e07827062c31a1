"""A row belongs to somebody: whoever else asks for it by its id is refused, and nothing moves.

Every route with an id is called by every kind of stranger with ids that exist; then every page
without an id is read, in case it lists what is not theirs.
"""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select, text, update

from app.accounts.models import Identity, Passkey, Session, StaffRole
from app.api.models import ApiClient
from app.approvals.models import ApprovalRequest
from app.cart.models import Cart, CartLine
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.viewer import Role, Viewer
from app.notifications.models import Notification
from app.orders.models import Order
from app.oversight import incidents
from app.oversight.models import Incident
from app.privacy.models import DataExport
from app.staff.models import Appeal, Suspension
from tests import cast
from tests.conventions.routing import Route, registry, routes
from tests.flows.walking import TYPED, Answer, Call, Device, calls
from tests.make.browsing import field as field_of
from tests.make.orders import make_order, make_paid_order, parts_of

pytestmark = pytest.mark.timeout(300)

# Parameters that name no one's row, and why.
PUBLIC = {
    "slug": "the shop window",
    "path": "an address that leads nowhere",
    "offer_id": "the shop window; asking is of children alone",
    "packed": "the bank of development, which as any bank knows no session of ours",
}
# Pages whose content is for everybody who can reach them, and why.
OPEN_BY_DESIGN = {"delivery.mailbox": "development only; production answers 404"}

STRANGERS = {
    "guest": None,
    "another family's guardian": cast.nodira,
    "the family's giver": cast.oydin,
    "another shop's seller": cast.zuhra,
    "a shop's clerk": cast.anvar,
    "a buyer": cast.olga,
    "a moderator": cast.malika,
    "an agent": cast.sardor,
    "an admin": cast.aziza,
}
AT_QUVNOQ = (cast.botir, cast.anvar)

STAFF = {cast.malika: Role.MODERATOR, cast.sardor: Role.AGENT, cast.aziza: Role.ADMIN}

WATCHED = (
    "address",
    "appeal",
    "approval_request",
    "cart",
    "cart_line",
    "child_profile",
    "consent",
    "data_export",
    "household",
    "identity",
    "incident_version",
    "notification",
    '"order"',
    "order_event",
    "passkey",
    "payment_intent",
    "payment_transaction",
    "push_subscription",
    "role_grant",
    "safety_rules",
    "seller_order",
    "spending_day",
    "spending_entry",
    "spending_limit",
    "staff_role",
    "staff_role_permission",
    "stock_hold",
    "stock_level",
    "support_view",
    "suspension",
    '"user"',
)


@dataclass
class Things:
    """Rows of Dilnoza's and of two shops: the ids for the addresses, the words to look for."""

    values: dict[str, list[str]] = field(default_factory=dict)
    seller_numbers: dict[str, list[str]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    words_of_shop: dict[str, set[str]] = field(default_factory=dict)


@pytest.fixture
async def things(services) -> Things:
    """One order of each shop, a question, a cart, a notification, a device and a passkey."""
    found = Things()
    for shop, good in ((cast.quvnoq, cast.puzzle), (cast.bilim, cast.fairy_tales)):
        order = await make_paid_order(services, cast.dilnoza, (good, 1))
        part = (await parts_of(services, order.id))[0]
        street = f"Maxfiy{shop.slug}kocha"
        async with services.db.begin() as session:
            place = Order.address.concat({"street": street})
            await session.execute(update(Order).where(Order.id == order.id).values(address=place))
        found.seller_numbers[shop.slug] = [part.number]
        found.words_of_shop[shop.slug] = {street, order.number, str(order.id), str(part.id)}
    unpaid = await make_order(services, cast.dilnoza, (cast.football, 1), child=cast.lola)
    async with services.db.begin() as session:
        row_ids = await _own_rows(session)
        numbers = list(await session.scalars(select(Order.number)))
    found.values |= {name: [value] for name, value in row_ids.items()}
    found.values |= {"number": numbers, "reference": [unpaid.number]}
    found.values |= {"slug": ["yoq"], "path": ["/yoq"], "packed": ["yoq"]}
    found.values["offer_id"] = [str(cast.puzzle.offer_id)]
    found.words = {*row_ids.values(), unpaid.number, "Maxfiysavol", cast.dilnoza.phone}
    return found


async def _own_rows(session) -> dict[str, str]:
    """A question of Lola's, and what hangs on her mother's account; parameter name to id."""
    question = ApprovalRequest(
        id=new_id(),
        household_id=cast.lola.household_id,
        child_id=cast.lola.id,
        idempotency_key="strangers",
        product_id=cast.puzzle.id,
        offer_id=cast.puzzle.offer_id,
        seller_id=cast.quvnoq.id,
        price=cast.puzzle.price * cast.SOM,
        title={"uz": "Maxfiysavol", "ru": "Maxfiysavol", "en": "Maxfiysavol"},
        seller_name=cast.quvnoq.name,
        art="teddy-bear",
        hue=1,
        reason="love",
        is_over_limit=True,
        expires_at=clock.now().replace(year=clock.now().year + 1),
    )
    device = Session(
        id=new_id(),
        token_hash=b"strangers",
        csrf_secret="strangers",
        user_id=cast.dilnoza.id,
        expires_at=question.expires_at,
    )
    passkey = Passkey(
        id=new_id(),
        user_id=cast.dilnoza.id,
        credential_id=b"strangers",
        public_key=b"",
        sign_count=0,
        backup_eligible=False,
        backed_up=False,
        aaguid="",
        name="Maxfiykalit",
    )
    told = Notification(
        id=new_id(),
        user_id=cast.dilnoza.id,
        key="strangers",
        kind="approval_asked",
        data={"title": {"uz": "Maxfiysavol"}, "nickname": "Lola"},
        path="/family",
    )
    cart = Cart(id=new_id(), user_id=cast.dilnoza.id)
    session.add_all([question, device, passkey, told, cart])
    await session.flush()
    line = CartLine(
        id=new_id(),
        cart_id=cart.id,
        offer_id=cast.football.offer_id,
        quantity=1,
        price_seen=cast.football.price * cast.SOM,
    )
    closed = Suspension(id=new_id(), user_id=cast.oydin.id, reason="other", words="Maxfiysabab")
    role = StaffRole(id=new_id(), name="Maxfiyrol")
    session.add_all([line, closed, role])
    await session.flush()
    appeal = Appeal(id=new_id(), suspension_id=closed.id, words="Maxfiyariza")
    session.add(appeal)
    await session.flush()
    incident = await _incident(session)
    program = ApiClient(
        id=new_id(), user_id=cast.dilnoza.id, kind="connection", name="Maxfiydastur", scopes=[]
    )
    way = Identity(id=new_id(), user_id=cast.dilnoza.id, kind="mail", value="maxfiy@pochta.example")
    export = DataExport(
        id=new_id(),
        user_id=cast.dilnoza.id,
        locale="uz",
        state="ready",
        content=b"Maxfiynusxa",
        expires_at=question.expires_at,
    )
    session.add_all([program, way, export])
    await session.flush()
    return {
        "client_id": str(program.id),
        "export_id": str(export.id),
        "way_id": str(way.id),
        "incident_number": incident.number,
        "appeal_id": str(appeal.id),
        "role_id": str(role.id),
        "user_id": str(cast.dilnoza.id),
        "request_id": str(question.id),
        "child_id": str(cast.lola.id),
        "device_id": str(device.id),
        "passkey_id": str(passkey.id),
        "notification_id": str(told.id),
        "line_id": str(line.id),
    }


async def _incident(session) -> Incident:
    viewer = Viewer(user_id=cast.aziza.id)
    known = {"people": None, "records": None, "notified_at": None, "people_told_at": None}
    facts = incidents.Facts(
        detected_at=clock.now(),
        nature="Maxfiyhodisa",
        categories=("orders",),
        effects="",
        measures="",
        is_closed=False,
        **known,
    )
    return await incidents.begin(session, viewer, facts)


def private(route: Route) -> bool:
    return any(name not in PUBLIC for name, _ in route.parameters)


def is_theirs(route: Route, person: cast.Person | None) -> bool:
    """At the staff's desk rows are of nobody: whoever holds the permission is no stranger."""
    held = registry().permissions_of(frozenset({STAFF[person]})) if person in STAFF else ()
    return (
        route.path.startswith("/desk/")
        and route.rule is not None
        and (route.rule.permission in held)
    )


def values_for(things: Things, route: Route, person: cast.Person | None) -> dict[str, list[str]]:
    """At the sellers' desk the numbers of the shop that this person does not work for."""
    if not route.path.startswith("/seller/"):
        return things.values
    other = cast.bilim if person in AT_QUVNOQ else cast.quvnoq
    return things.values | {"number": things.seller_numbers[other.slug]}


def words_for(things: Things, person: cast.Person | None) -> set[str]:
    """A shop's people know the street of their own parcels, and nothing else."""
    own = {cast.zuhra: cast.bilim.slug} | dict.fromkeys(AT_QUVNOQ, cast.quvnoq.slug)
    words = set(things.words)
    for slug, of_shop in things.words_of_shop.items():
        if own.get(person) != slug:
            words |= of_shop
    return words


async def device_of(person, app, new_client, sign_in) -> Device:
    """A person's browser, just confirmed, so that nothing but ownership refuses; a guest's
    carries the guests' token, as their forms do."""
    client = new_client()
    if person is not None:
        now = clock.now()
        return Device(app, await sign_in(client, person, confirmed_at=now, signed_in_at=now))
    page = await client.get("/uz/sign-in")
    client.headers["x-csrf-token"] = field_of(page.text, "_csrf_token")
    return Device(app, client)


async def snapshot(services) -> dict[str, str]:
    """What every watched table holds, as one digest each."""
    found = {}
    async with services.db.begin() as session:
        for table in WATCHED:
            digest = f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t"
            found[table] = str(await session.scalar(text(digest)))
    return found


def is_refused(answer: Answer) -> bool:
    if answer.status in (401, 403, 404):  # 401: an address of programs, where no cookie counts
        return True
    place = answer.header("location") or answer.header("hx-redirect")
    return answer.status in (200, 303) and place.startswith("/uz/sign-in")


def told(call: Call, answer: Answer, words: set[str]) -> set[str]:
    """Words in the answer, but for those of the address itself, which a page may repeat."""
    found = answer.all_bytes.decode("utf-8", "replace")
    for own in (call.url, call.path, call.path.removeprefix("/uz")):
        found = found.replace(own, "") if len(own) > 6 else found
    return {word for word in words if word in found}


def test_every_parameter_is_of_somebody_or_of_everybody():
    names = {name for route in routes() for name, _ in route.parameters}

    assert names == set(PUBLIC) | {
        "appeal_id",
        "child_id",
        "client_id",
        "device_id",
        "export_id",
        "incident_number",
        "line_id",
        "notification_id",
        "number",
        "passkey_id",
        "reference",
        "request_id",
        "role_id",
        "user_id",
        "way_id",
    }


@pytest.mark.parametrize("person", STRANGERS.values(), ids=STRANGERS)
async def test_a_stranger_opens_nothing_by_id(person, things, app, services, new_client, sign_in):
    device = await device_of(person, app, new_client, sign_in)
    before, tried = await snapshot(services), 0

    for route in filter(private, routes()):
        if is_theirs(route, person):
            continue
        for call in calls(values_for(things, route, person), {}, only=route):
            answer = await device.call(call, TYPED)
            tried += 1

            assert is_refused(answer), f"{call}: {answer.status} {answer.header('location')}"
            assert not told(call, answer, words_for(things, person)), str(call)

    assert tried > 30
    assert await snapshot(services) == before


@pytest.mark.parametrize("person", STRANGERS.values(), ids=STRANGERS)
async def test_no_page_lists_what_is_not_theirs(person, things, app, new_client, sign_in):
    device = await device_of(person, app, new_client, sign_in)
    queries = {"discovery.search": ["q=Maxfiysavol"], "orders.history": ["after=x"]}
    words = words_for(things, person)

    for route in routes():
        if private(route) or not route.is_read or route.name in OPEN_BY_DESIGN:
            continue
        if is_theirs(route, person):
            continue
        for call in calls(things.values, queries, only=route):
            answer = await device.call(call)
            found = {word for word in told(call, answer, words) if word not in call.query}

            assert answer.status < 500, f"{call}: {answer.status}"
            assert not found, f"{call} told {found}"


async def test_the_owners_open_them(things, app, new_client, sign_in):
    """Else a refusal would prove nothing: the same addresses open for whom they are."""
    mother = await device_of(cast.dilnoza, app, new_client, sign_in)
    seller = await device_of(cast.botir, app, new_client, sign_in)
    admin = await device_of(cast.aziza, app, new_client, sign_in)
    at_desk = things.values | {"number": things.seller_numbers[cast.quvnoq.slug]}
    opened = set()

    for route in filter(private, routes()):
        if not route.is_read or route.is_stream:
            continue
        is_desk = route.path.startswith("/seller/")
        for call in calls(at_desk if is_desk else things.values, {}, only=route):
            owner = admin if route.path.startswith("/desk/") else seller if is_desk else mother
            answer = await owner.call(call)
            if answer.status == 200 or "/sandbox/payme/" in answer.header("location"):
                opened.add(route.name)

    of_adults = {r.name for r in routes() if private(r) and r.is_read and not r.is_stream}
    of_adults -= {r.name for r in routes() if r.rule and r.rule.scope}  # tests/api opens those
    assert of_adults - opened == {"approvals.asked"}  # the child's own screen


async def test_the_street_is_on_the_parcel_of_its_shop_alone(things, app, new_client, sign_in):
    seller = await device_of(cast.botir, app, new_client, sign_in)
    route = next(r for r in routes() if r.name == "orders.part")
    numbers = {"number": things.seller_numbers[cast.quvnoq.slug]}

    answer = await seller.call(next(calls(numbers, {}, only=route)))

    assert f"Maxfiy{cast.quvnoq.slug}kocha" in answer.text
    assert f"Maxfiy{cast.bilim.slug}kocha" not in answer.text
