"""What a shop's server reads and does with its part of orders."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.params import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import drawing, shapes
from app.api.once import KEY_PATTERN, once
from app.api.routes.declaring import answer, check_cursor, does, reads
from app.api.routes.reading import Cursor
from app.kernel.viewer import Viewer
from app.orders import desk, fulfilling
from app.orders.desk import Tab

Asked = Request[Any, Any, Any]
Key = Annotated[
    str,
    Parameter(
        header="Idempotency-Key",
        pattern=KEY_PATTERN,
        description="Yours, new for each deed. The same request with the same key within 24 hours "
        "receives the first answer again.",
    ),
]
Shelf = Annotated[Tab, Parameter(description="Which part of the queue.", required=False)]


@reads("/seller/orders", "sales:read", "sales", "The queue of the shop", 422)
async def queue(
    session: AsyncSession, viewer: Viewer, shelf: Shelf = Tab.NEW, cursor: Cursor = None
) -> Response[shapes.SaleList]:
    """Open shelves begin with the longest waiting, the closed one with the newest."""
    check_cursor(cursor, 1)
    page = await desk.queue(session, viewer, shelf, cursor)
    items = [drawing.sale_card(row) for row in page.rows]
    return answer(shapes.SaleList(items=items, next=page.next))


@reads("/seller/orders/{number:str}", "sales:read", "sale", "One order of the shop", 404)
async def show(session: AsyncSession, viewer: Viewer, number: str) -> Response[shapes.Sale]:
    return answer(await _sale(session, viewer, number))


async def _sale(session: AsyncSession, viewer: Viewer, number: str) -> shapes.Sale:
    return drawing.sale(await desk.part_page(session, viewer, number))


@does(
    "/seller/orders/{number:str}/acceptance", "sales:write", "acceptance", "Accept", 404, 409, 422
)
async def accept(
    request: Asked,
    session: AsyncSession,
    viewer: Viewer,
    number: str,
    data: shapes.Step,
    key: Key,
) -> Response[shapes.Sale]:
    """The shop has seen the order and will send it."""
    return await _step(request, session, viewer, number, data, key, fulfilling.accept)


@does("/seller/orders/{number:str}/packing", "sales:write", "packing", "Packed", 404, 409, 422)
async def pack(
    request: Asked,
    session: AsyncSession,
    viewer: Viewer,
    number: str,
    data: shapes.Step,
    key: Key,
) -> Response[shapes.Sale]:
    return await _step(request, session, viewer, number, data, key, fulfilling.pack)


@does(
    "/seller/orders/{number:str}/handover",
    "sales:write",
    "handover",
    "The parcel left the shop",
    404,
    409,
    422,
)
async def hand_over(
    request: Asked,
    session: AsyncSession,
    viewer: Viewer,
    number: str,
    data: shapes.Handover,
    key: Key,
) -> Response[shapes.Sale]:
    """From now on the payment is not taken back by itself."""

    async def move(session: AsyncSession, viewer: Viewer, number: str) -> object:
        return await fulfilling.hand_over(session, viewer, number, data.tracking_number)

    return await _step(request, session, viewer, number, data, key, move)


Move = Callable[[AsyncSession, Viewer, str], Awaitable[object]]


async def _step(
    request: Asked,
    session: AsyncSession,
    viewer: Viewer,
    number: str,
    data: msgspec.Struct,
    key: str,
    move: Move,
) -> Response[Any]:
    async def deed() -> bytes:
        await move(session, viewer, number)
        return msgspec.json.encode(await _sale(session, viewer, number))

    said = f"{request.scope['state']['path']}\n{msgspec.json.encode(data).decode()}"
    body, is_known = await once(session, viewer, key, said, deed)
    headers = {"cache-control": "no-store", "idempotency-replayed": str(is_known).lower()}
    return Response(body, media_type=MediaType.JSON, headers=headers)


ROUTES = [queue, show, accept, pack, hand_over]
