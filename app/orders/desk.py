"""Reads for the seller's desk. Nothing here selects for whom a thing was bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.models import Offer, Product, StockLevel, Variant
from app.kernel import clock, paging
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.kernel.ids import parse_id
from app.kernel.paging import Page
from app.kernel.viewer import Viewer
from app.orders.access import is_ours
from app.orders.models import Order, OrderLine, SellerOrder
from app.orders.queries import events_of
from app.orders.states import PartState
from app.orders.telling import DISPATCH_DAYS, hand_over_by
from app.shipping.addresses import AddressData

LOW_STOCK = 3  # pieces
PAGE_SIZE = 20
_TO_SEND = (PartState.PLACED, PartState.ACCEPTED, PartState.PACKED)


class Tab(StrEnum):
    """The shelves of the queue."""

    NEW = "new"
    PACKING = "packing"
    PACKED = "packed"
    ON_THE_WAY = "way"
    CLOSED = "closed"


TAB_WORDS = {
    Tab.NEW: N_("New"),
    Tab.PACKING: N_("To pack"),
    Tab.PACKED: N_("Packed"),
    Tab.ON_THE_WAY: N_("On its way"),
    Tab.CLOSED: N_("Closed"),
}
_STATES = {
    Tab.NEW: (PartState.PLACED,),
    Tab.PACKING: (PartState.ACCEPTED,),
    Tab.PACKED: (PartState.PACKED,),
    Tab.ON_THE_WAY: (PartState.HANDED_OVER,),
    Tab.CLOSED: (PartState.DELIVERED, PartState.CANCELLED),
}
NEXT_STEP = {
    PartState.PLACED: ("acceptance", N_("Accept")),
    PartState.ACCEPTED: ("packing", N_("Packed")),
    PartState.PACKED: ("handover", N_("Handed over")),
    PartState.HANDED_OVER: ("delivery", N_("Delivered")),
}
"""What a seller does next with a part: the last word of the address, and the button."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many parts wait for what; `sold` in tiyin and `orders` are of the shop's day."""

    by_state: dict[str, int]
    late: int
    orders: int
    sold: int

    def of(self, tab: Tab) -> int:
        return sum(self.by_state.get(state, 0) for state in _STATES[tab])

    @property
    def to_send(self) -> int:
        return sum(self.by_state.get(state, 0) for state in _TO_SEND)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One part in the queue."""

    number: str
    state: PartState
    paid_at: datetime
    hand_over_by: date
    is_late: bool
    goods: int
    address: AddressData
    lines: Sequence[Row[Any]]  # art, hue, title, quantity


@dataclass(frozen=True, slots=True)
class PartPage:
    """One part, whole, as its seller may see it."""

    row: QueueRow
    delivery: int
    promised_on: date
    tracking_number: str | None
    events: Sequence[Row[Any]]


async def counts(session: AsyncSession, viewer: Viewer) -> Counts:
    """One statement. The day is Asia/Tashkent's."""
    began = datetime.combine(clock.local_day(), time(), clock.TASHKENT)
    late_before = began - timedelta(days=DISPATCH_DAYS)
    is_today = Order.paid_at >= began
    found = (
        select(
            SellerOrder.state,
            func.count().label("parts"),
            func.count().filter(Order.paid_at < late_before).label("late"),
            func.count().filter(is_today).label("today"),
            func.coalesce(func.sum(SellerOrder.goods).filter(is_today), 0).label("sold"),
        )
        .join(Order, Order.id == SellerOrder.order_id)
        .where(is_ours(viewer), Order.paid_at.is_not(None))
        .group_by(SellerOrder.state)
    )
    rows = (await session.execute(found)).all()
    alive = [row for row in rows if row.state != PartState.CANCELLED]
    return Counts(
        by_state={row.state: row.parts for row in rows},
        late=sum(row.late for row in rows if row.state in _TO_SEND),
        orders=sum(row.today for row in alive),
        sold=int(sum(row.sold for row in alive)),
    )


async def queue(
    session: AsyncSession, viewer: Viewer, tab: Tab, cursor: str | None = None
) -> Page[QueueRow]:
    """Open shelves begin with the longest waiting, the closed one with the newest: two
    statements."""
    newest_first = tab is Tab.CLOSED
    order = SellerOrder.id.desc() if newest_first else SellerOrder.id
    found = (
        _parts(viewer)
        .where(SellerOrder.state.in_(_STATES[tab]), _beyond(cursor, newest_first=newest_first))
        .order_by(order)
        .limit(PAGE_SIZE + 1)
    )
    rows = (await session.execute(found)).all()
    page = paging.make(rows, lambda row: [row.id], PAGE_SIZE)
    lines = await _lines(session, [row.id for row in page.rows])
    return Page([_row(row, lines) for row in page.rows], page.next)


async def to_send(session: AsyncSession, viewer: Viewer, limit: int = 6) -> list[QueueRow]:
    """What to pack and send first: two statements."""
    found = _parts(viewer).where(SellerOrder.state.in_(_TO_SEND))
    rows = (await session.execute(found.order_by(SellerOrder.id).limit(limit))).all()
    lines = await _lines(session, [row.id for row in rows])
    return [_row(row, lines) for row in rows]


async def part_page(session: AsyncSession, viewer: Viewer, number: str) -> PartPage:
    """Three statements. Raises NotFound for a part of another shop."""
    row = (await session.execute(_parts(viewer).where(SellerOrder.number == number))).one_or_none()
    if row is None:
        raise NotFound
    lines = await _lines(session, [row.id])
    events = await events_of(session, row.order_id)
    return PartPage(
        row=_row(row, lines),
        delivery=row.delivery,
        promised_on=row.promised_on,
        tracking_number=row.tracking_number,
        events=[e for e in events if e.seller_order_id in (None, row.id)],
    )


async def low_stock(session: AsyncSession, viewer: Viewer, limit: int = 6) -> Sequence[Row[Any]]:
    """Offers on sale with few pieces left, the emptiest first: title, variant, left, sku."""
    left = StockLevel.on_hand - StockLevel.held
    found = (
        select(
            Product.title,
            Product.art,
            Product.hue,
            Variant.name.label("variant_name"),
            Offer.sku,
            left.label("left"),
        )
        .join(Offer, Offer.id == StockLevel.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .join(Variant, Variant.id == Offer.variant_id)
        .where(
            StockLevel.seller_id.in_(viewer.seller_ids),
            left <= LOW_STOCK,
            Offer.is_open,
            Product.state == "approved",
        )
        .order_by(left, Offer.sku)
        .limit(limit)
    )
    return (await session.execute(found)).all()


def _parts(viewer: Viewer):  # type: ignore[no-untyped-def]
    return (
        select(
            SellerOrder.id,
            SellerOrder.order_id,
            SellerOrder.number,
            SellerOrder.state,
            SellerOrder.goods,
            SellerOrder.delivery,
            SellerOrder.promised_on,
            SellerOrder.tracking_number,
            Order.paid_at,
            Order.address,
        )
        .join(Order, Order.id == SellerOrder.order_id)
        .where(is_ours(viewer), Order.paid_at.is_not(None))
    )


def _row(row: Row[Any], lines: Sequence[Row[Any]]) -> QueueRow:
    due = hand_over_by(row.paid_at)
    state = PartState(row.state)
    return QueueRow(
        number=row.number,
        state=state,
        paid_at=row.paid_at,
        hand_over_by=due,
        is_late=state in _TO_SEND and due < clock.local_day(),
        goods=row.goods,
        address=AddressData.of(row.address),
        lines=[line for line in lines if line.seller_order_id == row.id],
    )


async def _lines(session: AsyncSession, part_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    found = (
        select(
            OrderLine.seller_order_id,
            OrderLine.title,
            OrderLine.variant_name,
            OrderLine.sku,
            OrderLine.art,
            OrderLine.hue,
            OrderLine.price,
            OrderLine.quantity,
            OrderLine.total,
        )
        .where(OrderLine.seller_order_id.in_(part_ids))
        .order_by(OrderLine.id)
    )
    return (await session.execute(found)).all()


def _beyond(cursor: str | None, *, newest_first: bool) -> ColumnElement[bool]:
    values = paging.decode(cursor, 1)
    last = parse_id(str(values[0])) if values else None
    if last is None:
        return true()
    return SellerOrder.id < last if newest_first else SellerOrder.id > last
