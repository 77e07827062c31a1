"""Looking at the shop as a buyer reads, is seen, is noted, ends, and reaches nothing else."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from app.accounts.models import RoleGrant, Session, User
from app.audit.models import AuditEntry
from app.kernel import clock
from app.kernel.viewer import Role
from app.notifications.models import Notification
from app.staff.models import SupportView
from tests import cast
from tests.conventions.routing import registry, routes
from tests.flows.walking import TYPED, Device, calls
from tests.make.browsing import field, text_of
from tests.make.orders import make_paid_order

pytestmark = pytest.mark.timeout(300)

WHY = {"ticket": "T-1024", "reason": "Savatni ocholmayapti, birga koʻramiz."}
BANNER = "view-banner"
# What an agent may see as a buyer. A new page here is a decision: it is added by hand.
VIEWABLE = {
    "cart.show",
    "catalog.list",
    "catalog.product",
    "catalog.shop",
    "catalog.short",
    "catalog.tree",
    "discovery.search",
    "discovery.suggest",
    "orders.history",
    "orders.show",
    "pages.home",
    "pages.offline",
    "pages.recent",
    "pages.unknown",
}


def of(person, tail=""):
    return f"/uz/desk/people/{person.id}{tail}"


async def begin(client, person=cast.olga, **more):
    """Start the view and take the new CSRF token from its first page."""
    answer = await client.post(of(person, "/view"), data={**WHY, **more})
    if answer.status_code == 303:
        home = await client.get("/uz/")
        client.headers["x-csrf-token"] = field(home.text, "_csrf_token")
    return answer


async def end(client):
    return await client.post("/uz/desk/view/end")


async def trail(services):
    async with services.db.begin() as session:
        rows = await session.scalars(
            select(AuditEntry)
            .where(AuditEntry.action.startswith("support_view."))
            .order_by(AuditEntry.id)
        )
        return rows.all()


async def test_the_agent_sees_what_the_buyer_sees_under_a_banner(enter, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    agent = await enter(cast.sardor)
    assert order.number not in (await agent.get("/uz/orders")).text

    assert (await begin(agent)).status_code == 303

    for path in ("/uz/", "/uz/catalog", "/uz/orders", f"/uz/orders/{order.number}", "/uz/cart"):
        page = await agent.get(path)
        assert page.status_code == 200, path
        assert BANNER in page.text, path
        assert "/desk/view/end" in page.text, path
        assert page.headers.get("x-offline") is None
        assert page.headers["cache-control"] == "no-store"
    assert order.number in (await agent.get("/uz/orders")).text
    assert cast.olga.name in text_of(await agent.get("/uz/"))


async def test_the_end_button_ends_it(enter):
    agent = await enter(cast.sardor)
    await begin(agent)

    answer = await end(agent)

    assert answer.headers["location"] == of(cast.olga)
    assert "cache" in answer.headers["clear-site-data"]
    page = await agent.get("/uz/desk")
    assert page.status_code == 200
    assert BANNER not in page.text
    assert (await agent.get("/uz/me")).status_code == 200


async def test_every_deed_is_refused(enter, app, services):
    """Every route that changes something, with a right token and a right form."""
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    agent = await enter(cast.sardor)
    await begin(agent)
    device, tried = Device(app, agent), 0
    async with services.db.begin() as session:
        before = await _rows(session)

    for route in routes():
        if route.is_read or route.rule.machine or route.name == "staff.end_view":
            continue
        for call in calls(_values(route, order), {}, only=route):
            answer = await device.call(call, TYPED | WHY)
            tried += 1
            assert answer.status == _refusal(route), f"{call}: {answer.status}"

    assert tried > 60
    async with services.db.begin() as session:
        assert await _rows(session) == before


async def test_every_page_that_is_not_declared_is_refused(enter, app, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    agent = await enter(cast.sardor)
    await begin(agent)
    device, refused = Device(app, agent), 0

    for route in routes():
        if not route.is_read or route.rule.machine or route.rule.viewable:
            continue
        for call in calls(_values(route, order), {}, only=route):
            answer = await device.call(call)
            refused += 1
            assert answer.status == _refusal(route), f"{call}: {answer.status}"

    assert refused > 40


def _refusal(route):
    """Programs are known by their token alone: there a session, and so a view, is nobody."""
    return 403 if route.rule.scope is None else 401


def _values(route, order):
    """One value for each parameter, of this buyer where there is one."""
    known = {"number": order.number, "reference": order.number, "slug": cast.puzzle.slug}
    known |= {"path": "/yoq", "user_id": str(cast.olga.id), "offer_id": str(cast.puzzle.offer_id)}
    return {
        name: [known.get(name) or (str(cast.key("x")) if kind == "uuid" else "1")]
        for name, kind in route.parameters
    }


async def _rows(session):
    from sqlalchemy import text

    found = {}
    for table in ("cart", "cart_line", '"user"', "address", "role_grant", "passkey", "suspension"):
        digest = f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t"
        found[table] = await session.scalar(text(digest))
    return found


def test_the_declared_pages_are_these_and_only_read():
    declared = {route.name for route in routes() if route.rule and route.rule.viewable}

    assert declared == VIEWABLE
    assert all(route.is_read for route in routes() if route.rule and route.rule.viewable)
    assert [r.name for r in routes() if r.rule and r.rule.ends_view] == ["staff.end_view"]


async def test_the_transaction_itself_can_write_nothing(enter, services):
    """Even a page that forgets itself: the connection of a view is read-only."""
    from app.kernel.request import Unit
    from app.kernel.viewer import View, Viewer

    agent = Viewer(user_id=cast.sardor.id)
    viewer = Viewer(user_id=cast.olga.id, view=View(cast.key("v"), agent, clock.now()))
    unit = Unit(services, viewer, read_only=True)

    with pytest.raises(Exception, match="read-only"):
        await unit.session.execute(update(User).values(name="x"))
    unit.failed = True
    await unit.finish()


async def test_after_fifteen_minutes_it_is_over(enter, services):
    agent = await enter(cast.sardor)
    await begin(agent)

    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        over = await agent.get("/uz/orders")
        after = await agent.get("/uz/orders")

    assert over.status_code == 409
    assert BANNER not in over.text
    assert after.status_code == 200
    assert BANNER not in after.text
    assert [row.action for row in await trail(services)][-1] == "support_view.end"
    async with services.db.begin() as session:
        assert (await session.scalars(select(SupportView.ended_at))).one() is not None


async def test_a_form_filled_in_meanwhile_changes_nothing_afterwards(enter):
    """The token of the view's pages dies with it."""
    agent = await enter(cast.sardor)
    await begin(agent)
    await end(agent)

    answer = await agent.post("/uz/cart/lines", data={"offer": str(cast.puzzle.offer_id)})

    assert answer.status_code == 403


async def test_losing_the_right_ends_it_on_the_next_request(enter, services):
    agent = await enter(cast.sardor)
    await begin(agent)
    async with services.db.begin() as session:
        await session.execute(
            update(RoleGrant).where(RoleGrant.user_id == cast.sardor.id).values(role=Role.MODERATOR)
        )

    assert (await agent.get("/uz/orders")).status_code == 409
    assert BANNER not in (await agent.get("/uz/orders")).text


async def test_a_buyer_who_joins_the_staff_is_looked_at_no_more(enter, services):
    agent = await enter(cast.sardor)
    await begin(agent)
    async with services.db.begin() as session:
        session.add(RoleGrant(user_id=cast.olga.id, role=Role.AGENT, scope_id=None))

    assert (await agent.get("/uz/orders")).status_code == 409


async def test_everything_is_noted_under_the_agents_name(enter, services):
    agent = await enter(cast.sardor)
    await begin(agent)
    await agent.get("/uz/orders")
    await end(agent)

    rows = await trail(services)

    assert [(row.action.split(".")[1], row.details.get("path")) for row in rows] == [
        ("start", None),
        ("read", "/"),
        ("read", "/orders"),
        ("end", None),
    ]
    assert {(row.actor_id, row.subject_id) for row in rows} == {(cast.sardor.id, cast.olga.id)}
    assert rows[0].details == WHY


async def test_the_person_is_told_at_once(enter, services, run_tasks):
    await begin(await enter(cast.sardor))
    await run_tasks()

    async with services.db.begin() as session:
        row = await session.scalar(select(Notification).where(Notification.user_id == cast.olga.id))
    assert (row.kind, row.data) == ("support_view", {"ticket": "T-1024"})


@pytest.mark.parametrize("person", [cast.aziza, cast.malika, cast.sardor], ids=lambda p: p.name)
async def test_nobody_looks_as_a_colleague(enter, services, person):
    agent = await enter(cast.sardor)

    assert (await begin(agent, person)).status_code == 403
    assert await trail(services) == []


async def test_it_needs_the_right_a_case_a_reason_and_a_fresh_proof(enter, services):
    moderator, agent = await enter(cast.malika), await enter(cast.sardor)
    stale = await enter(cast.sardor, confirmed_at=None)

    assert (await begin(moderator)).status_code == 403
    assert (await begin(stale)).status_code == 403
    for wrong in ({"ticket": ""}, {"ticket": "<b>"}, {"reason": "qisqa"}):
        answer = await begin(agent, **wrong)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    assert (await begin(agent, cast.Person("Yoʻq", "+998901230000"))).status_code == 404
    assert await trail(services) == []


async def test_a_guardian_is_shown_without_their_family(enter, services):
    agent = await enter(cast.sardor)
    await begin(agent, cast.dilnoza)

    home = await agent.get("/uz/")

    assert home.status_code == 200
    assert cast.lola.name not in home.text
    for path in ("/uz/family", "/uz/family/approvals", "/uz/kids", "/uz/me", "/uz/notifications"):
        assert (await agent.get(path)).status_code == 403, path


async def test_starting_changes_the_token_of_the_session(enter, services):
    agent = await enter(cast.sardor)
    before = agent.cookies["session"]

    await begin(agent)
    during = agent.cookies["session"]
    await end(agent)

    assert len({before, during, agent.cookies["session"]}) == 3
    async with services.db.begin() as session:
        rows = await session.scalars(select(Session).where(Session.user_id == cast.sardor.id))
        assert [row.view_id for row in rows.all()] == [None]


def test_the_permission_is_of_agents_and_admins():
    assert registry().permissions["support.view"] == {Role.AGENT, Role.ADMIN}
