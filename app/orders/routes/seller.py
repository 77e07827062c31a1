"""The seller's desk: what to do now, the queue, one part and its steps."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, clock, web
from app.kernel.errors import NotFound
from app.kernel.forms import read_form
from app.kernel.i18n import gettext as _
from app.kernel.money import Money
from app.kernel.viewer import Viewer, Zone
from app.orders import desk, fulfilling, telling
from app.orders.desk import Tab
from app.orders.forms import MoveForm

Asked = Request[Any, Any, Any]
FULFIL = access.may("order.fulfil")
Move = Callable[[AsyncSession, Viewer, str], Awaitable[object]]


@get("/seller", opt=FULFIL, name="orders.desk")
async def home(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    return _page(
        request,
        "orders/desk_home.html",
        viewer,
        await desk.counts(session, viewer),
        here="home",
        rows=await desk.to_send(session, viewer),
        low=await desk.low_stock(session, viewer),
    )


@get("/seller/orders", opt=FULFIL, name="orders.queue")
async def queue(
    request: Asked,
    session: AsyncSession,
    viewer: Viewer,
    tab: Tab = Tab.NEW,
    after: str | None = None,
) -> Response[Any]:
    return await _queue(request, session, viewer, tab, after)


@get("/seller/orders/{number:str}", opt=FULFIL, name="orders.part")
async def show(request: Asked, session: AsyncSession, viewer: Viewer, number: str) -> Response[Any]:
    return await _part(request, session, viewer, number)


@post("/seller/orders/{number:str}/acceptance", opt=FULFIL, name="orders.accept", status_code=200)
async def accept(
    request: Asked, session: AsyncSession, viewer: Viewer, number: str
) -> Response[Any]:
    return await _move(request, session, viewer, number, fulfilling.accept)


@post("/seller/orders/{number:str}/packing", opt=FULFIL, name="orders.pack", status_code=200)
async def pack(request: Asked, session: AsyncSession, viewer: Viewer, number: str) -> Response[Any]:
    return await _move(request, session, viewer, number, fulfilling.pack)


@post("/seller/orders/{number:str}/handover", opt=FULFIL, name="orders.hand_over", status_code=200)
async def hand_over(
    request: Asked, session: AsyncSession, viewer: Viewer, number: str
) -> Response[Any]:
    """With the carrier's number when there is one."""
    form = await read_form(request, MoveForm)
    await fulfilling.hand_over(session, viewer, number, form.valid.tracking_number or None)
    return await _moved(request, session, viewer, number, form.valid.tab)


@post("/seller/orders/{number:str}/delivery", opt=FULFIL, name="orders.deliver", status_code=200)
async def deliver(
    request: Asked, session: AsyncSession, viewer: Viewer, number: str
) -> Response[Any]:
    return await _move(request, session, viewer, number, fulfilling.deliver)


async def _move(
    request: Asked, session: AsyncSession, viewer: Viewer, number: str, move: Move
) -> Response[Any]:
    form = await read_form(request, MoveForm)
    await move(session, viewer, number)
    return await _moved(request, session, viewer, number, form.valid.tab)


async def _moved(
    request: Asked, session: AsyncSession, viewer: Viewer, number: str, tab: Tab | None
) -> Response[Any]:
    """Back to where the button was: the queue's tab when one was sent, else the part."""
    if not web.is_htmx(request):
        path = f"/seller/orders?tab={tab}" if tab else f"/seller/orders/{number}"
        return web.redirect(request, path)
    if tab:
        return await _queue(request, session, viewer, tab)
    return await _part(request, session, viewer, number)


async def _queue(
    request: Asked, session: AsyncSession, viewer: Viewer, tab: Tab, after: str | None = None
) -> Response[Any]:
    return _page(
        request,
        "orders/desk_queue.html",
        viewer,
        await desk.counts(session, viewer),
        block="queue",
        here="orders",
        tab=tab,
        tabs=desk.TAB_WORDS,
        page=await desk.queue(session, viewer, tab, after),
    )


async def _part(
    request: Asked, session: AsyncSession, viewer: Viewer, number: str
) -> Response[Any]:
    part = await desk.part_page(session, viewer, number)
    return _page(
        request,
        "orders/desk_part.html",
        viewer,
        await desk.counts(session, viewer),
        block="part",
        here="orders",
        part=part,
        steps=telling.steps(part.events, part.promised_on, part.tracking_number),
    )


def _page(
    request: Asked,
    template: str,
    viewer: Viewer,
    counts: desk.Counts,
    *,
    block: str | None = None,
    **values: Any,
) -> Response[Any]:
    """A desk screen with its rail."""
    if not viewer.seller_ids:
        raise NotFound
    return web.page(
        request,
        template,
        block=block,
        viewer=replace(viewer, zone=Zone.DESK),
        counts=counts,
        rail=_rail(counts),
        part_words=telling.PART_WORDS,
        next_step=desk.NEXT_STEP,
        today=clock.local_day(),
        uzs=Money.uzs,
        **values,
    )


def _rail(counts: desk.Counts) -> list[tuple[str, str, str, str, int]]:
    return [
        ("home", "layout-dashboard", _("Today"), "/seller", 0),
        ("orders", "package-export", _("Orders"), "/seller/orders", counts.of(Tab.NEW)),
        ("shop", "building-store", _("Shop"), "/", 0),
        ("bell", "bell", _("News"), "/notifications", 0),
        ("me", "user", _("Me"), "/me", 0),
    ]
