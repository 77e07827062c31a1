"""What a buyer sees after placing: the history, one order that changes by itself, cancelling."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, streams, web
from app.kernel.i18n import gettext as _
from app.kernel.money import Money
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.orders import cancelling, live, queries, telling

Asked = Request[Any, Any, Any]
STREAM_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


@get("/orders", opt=access.viewable(access.adults), name="orders.history")
async def history(
    request: Asked, session: AsyncSession, viewer: Viewer, after: str | None = None
) -> Response[Any]:
    return web.page(
        request,
        "orders/history.html",
        block="orders",
        page=await queries.history(session, viewer, after),
        words=telling.STATE_WORDS,
        uzs=Money.uzs,
    )


@get("/orders/{number:str}", opt=access.viewable(access.adults), name="orders.show")
async def show(request: Asked, session: AsyncSession, viewer: Viewer, number: str) -> Response[Any]:
    """One order; htmx asks for the block that follows it."""
    order = await queries.order_page(session, viewer, number)
    return web.page(
        request,
        "orders/order.html",
        block="status",
        order=order,
        headline=telling.headline(order),
        part_words=telling.PART_WORDS,
        steps_of=telling.part_steps,
        uzs=Money.uzs,
    )


@get("/orders/{number:str}/stream", opt=access.adults, name="orders.stream")
async def stream(
    request: Asked, services: Services, viewer: Viewer, number: str, seen: str = ""
) -> Stream:
    """Server-sent events: `changed` whenever the order moved."""
    seen = streams.last_seen(request.headers, seen)
    events = await live.follow(services, viewer, number, seen)
    return Stream(events, media_type="text/event-stream", headers=STREAM_HEADERS)


@post("/orders/{number:str}/cancellation", opt=access.adults, name="orders.cancel")
async def cancel(
    request: Asked, session: AsyncSession, viewer: Viewer, number: str
) -> Response[Any]:
    await cancelling.cancel(session, viewer, number)
    return web.redirect(request, f"/orders/{number}", toast=_("The order was called off."))
