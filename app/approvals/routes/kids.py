"""The child's side: home, asking, waiting for the answer."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals import asking, forms, queries
from app.approvals.deciding import ANSWERS
from app.catalog.kids import kids_picks
from app.catalog.offers import offer_for_sale
from app.catalog.queries import category_tree
from app.kernel import access, crypto, streams, web
from app.kernel.errors import NotFound
from app.kernel.forms import Form, read_form
from app.kernel.request import access_of
from app.kernel.services import Services
from app.kernel.viewer import Child, Viewer

AnyRequest = Request[Any, Any, Any]


def _child(viewer: Viewer) -> Child:
    if viewer.child is None:
        raise NotFound
    return viewer.child


@get("/kids", opt=access.kids, name="approvals.kids_home")
async def home(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    child = _child(viewer)
    tree = await category_tree(session, viewer.audience)
    return web.page(
        request,
        "approvals/kids_home.html",
        block="wishes",
        here="home",
        offline=True,
        seen=await queries.version(session, child.id),
        shelves=tree.roots,
        picks=await kids_picks(session, viewer.audience),
        asks=(await queries.mine(session, child.id))[:6],
    )


@get("/kids/ask/{offer_id:uuid}", opt=access.kids, name="approvals.ask_page")
async def ask_page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, offer_id: UUID
) -> Response[Any]:
    return await _ask_page(request, session, viewer, offer_id, Form(values={}))


async def _ask_page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    offer_id: UUID,
    form: Form[Any],
    *,
    status: int = 200,
) -> Response[Any]:
    offer = await offer_for_sale(session, viewer.audience, offer_id)
    return web.page(
        request,
        "approvals/ask.html",
        here="",
        offer=offer,
        reasons=asking.REASONS,
        key=form.value("key") or crypto.new_token()[:24],
        form=form,
        status=status,
    )


@post("/kids/ask/{offer_id:uuid}", opt=access.kids, name="approvals.ask")
async def ask(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, offer_id: UUID
) -> Response[Any]:
    form = await read_form(request, forms.AskForm)
    if form.data is None:
        return await _ask_page(request, session, viewer, offer_id, form, status=422)
    wanted = asking.Ask(offer_id, form.data.reason, form.data.key)
    request_id = await asking.ask(session, _child(viewer), viewer.audience, wanted)
    return web.redirect(request, f"/kids/asks/{request_id}")


@get("/kids/asks", opt=access.kids, name="approvals.asks")
async def asks(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    seen = await queries.version(session, _child(viewer).id)
    return web.page(
        request,
        "approvals/kids_asks.html",
        block="asks",
        here="asks",
        offline=True,
        seen=seen,
        asks=await queries.mine(session, _child(viewer).id),
        answers=ANSWERS,
    )


@get("/kids/asks/{request_id:uuid}", opt=access.kids, name="approvals.asked")
async def asked(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, request_id: UUID
) -> Response[Any]:
    seen = await queries.version(session, _child(viewer).id)
    mine = await queries.mine(session, _child(viewer).id)
    found = next((row for row in mine if row.id == request_id), None)
    if found is None:
        raise NotFound
    return web.page(
        request,
        "approvals/asked.html",
        block="answer",
        here="asks",
        seen=seen,
        ask=found,
        answers=ANSWERS,
    )


@get("/kids/stream", opt=access.kids, name="approvals.kids_stream")
async def stream(request: AnyRequest, services: Services, viewer: Viewer, seen: str = "") -> Stream:
    """The child's open screens follow the answers, inside its restricted role."""
    child = _child(viewer)

    async def version() -> str | None:
        async with services.db.begin(access_of(viewer, read_only=True)) as session:
            return await queries.version(session, child.id)

    seen = streams.last_seen(request.headers, seen)
    events = streams.changes(services.redis, f"child:{child.id}", version, seen)
    return Stream(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


ROUTES = [home, ask_page, ask, asks, asked, stream]
