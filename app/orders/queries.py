"""Reads for the buyer's screens: rows, not entities; amounts in tiyin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.models import Product
from app.kernel import paging
from app.kernel.errors import NotFound
from app.kernel.ids import parse_id
from app.kernel.paging import Page
from app.kernel.viewer import Viewer
from app.orders.access import is_own, is_visible
from app.orders.models import Order, OrderEvent, OrderLine, SellerOrder
from app.orders.states import OrderState, PartState
from app.payments.models import PaymentIntent
from app.sellers.models import Seller
from app.shipping.addresses import AddressData

PAGE_SIZE = 12


@dataclass(frozen=True, slots=True)
class Summary:
    """One order in the history, with its goods to recognise it by."""

    id: UUID
    number: str
    state: OrderState
    total: int
    created_at: datetime
    lines: Sequence[Row[Any]]  # art, hue, title, quantity


@dataclass(frozen=True, slots=True)
class Part:
    """One seller's share of an order page."""

    id: UUID
    number: str
    seller_name: str
    seller_slug: str
    state: PartState
    goods: int
    delivery: int
    promised_on: date
    tracking_number: str | None
    lines: Sequence[Row[Any]]
    events: Sequence[Row[Any]]  # kind, created_at: the order's own steps and this part's


@dataclass(frozen=True, slots=True)
class OrderPage:
    number: str
    version: int
    state: OrderState
    goods: int
    delivery: int
    total: int
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    is_money_here: bool  # the provider has it; the order follows within moments
    contact_phone: str
    address: AddressData
    is_own: bool  # a guardian may look at the other guardian's order, not pay or cancel it
    parts: Sequence[Part]


async def history(session: AsyncSession, viewer: Viewer, cursor: str | None) -> Page[Summary]:
    """The viewer's orders, the newest first: two statements."""
    found = select(Order.id, Order.number, Order.state, Order.total, Order.created_at).where(
        is_visible(viewer), _after(cursor)
    )
    rows = (await session.execute(found.order_by(Order.id.desc()).limit(PAGE_SIZE + 1))).all()
    page = paging.make(rows, lambda row: [row.id], PAGE_SIZE)
    lines = await _lines(session, [row.id for row in page.rows])
    return Page(
        [
            Summary(
                row.id,
                row.number,
                OrderState(row.state),
                row.total,
                row.created_at,
                [line for line in lines if line.order_id == row.id],
            )
            for row in page.rows
        ],
        page.next,
    )


async def order_page(session: AsyncSession, viewer: Viewer, number: str) -> OrderPage:
    """Everything of one order: four statements. Raises NotFound for a foreign one."""
    own = is_own(viewer).label("is_own")
    money = exists().where(PaymentIntent.subject_id == Order.id, PaymentIntent.state == "paid")
    found = select(Order, own, money.label("is_money_here"))
    found = found.where(Order.number == number, is_visible(viewer))
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound
    order: Order = row.Order
    return OrderPage(
        number=order.number,
        version=order.version,
        state=OrderState(order.state),
        goods=order.goods,
        delivery=order.delivery,
        total=order.total,
        created_at=order.created_at,
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        is_money_here=row.is_money_here,
        contact_phone=order.contact_phone,
        address=AddressData.of(order.address),
        is_own=row.is_own,
        parts=await _parts(session, order.id),
    )


async def version(session: AsyncSession, viewer: Viewer, number: str) -> str | None:
    """Changes with each move of the order; None when the viewer may not see it."""
    found = select(Order.version).where(Order.number == number, is_visible(viewer))
    current = await session.scalar(found)
    return None if current is None else str(current)


async def visible_id(session: AsyncSession, viewer: Viewer, number: str) -> UUID | None:
    found = select(Order.id).where(Order.number == number, is_visible(viewer))
    return await session.scalar(found)


async def _parts(session: AsyncSession, order_id: UUID) -> list[Part]:
    found = (
        select(SellerOrder, Seller.name, Seller.slug)
        .join(Seller, Seller.id == SellerOrder.seller_id)
        .where(SellerOrder.order_id == order_id)
        .order_by(SellerOrder.number)
    )
    rows = (await session.execute(found)).all()
    lines = await _lines(session, [order_id])
    events = await events_of(session, order_id)
    return [
        Part(
            id=part.id,
            number=part.number,
            seller_name=name,
            seller_slug=slug,
            state=PartState(part.state),
            goods=part.goods,
            delivery=part.delivery,
            promised_on=part.promised_on,
            tracking_number=part.tracking_number,
            lines=[line for line in lines if line.seller_order_id == part.id],
            events=[e for e in events if e.seller_order_id in (None, part.id)],
        )
        for part, name, slug in rows
    ]


async def events_of(session: AsyncSession, order_id: UUID) -> Sequence[Any]:
    """The timeline in its order: kind, created_at, seller_order_id."""
    found = (
        select(OrderEvent.kind, OrderEvent.created_at, OrderEvent.seller_order_id)
        .where(OrderEvent.order_id == order_id)
        .order_by(OrderEvent.created_at, OrderEvent.id)
    )
    return (await session.execute(found)).all()


async def _lines(session: AsyncSession, order_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    found = (
        select(
            OrderLine.order_id,
            OrderLine.seller_order_id,
            OrderLine.title,
            OrderLine.variant_name,
            OrderLine.art,
            OrderLine.hue,
            OrderLine.price,
            OrderLine.quantity,
            OrderLine.total,
            Product.slug,
            (Product.state == literal("approved")).label("is_on_sale"),
        )
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.id)
    )
    return (await session.execute(found)).all()


def _after(cursor: str | None) -> Any:
    values = paging.decode(cursor, 1)
    last = parse_id(str(values[0])) if values else None
    return Order.id < last if last else true()
