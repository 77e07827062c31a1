"""What orders hold of people, and how long."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.i18n import N_
from app.kernel.money import Money
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, Whose, rows_of
from app.orders.models import Order, OrderLine, SellerOrder
from app.orders.states import OrderState
from app.shipping.addresses import AddressData

KEPT_NAMES = timedelta(days=3 * 365)  # claims for hidden defects may come so late
KEPT_UNPAID = timedelta(days=90)
NEVER_PAID = (OrderState.CANCELLED, OrderState.EXPIRED)

# An order keeps the place for the sums of a region, never the person.
WITHOUT_NAMES: Mapping[str, Any] = {
    "contact_phone": "",
    "session_id": None,
    "address": func.jsonb_build_object(
        "region", Order.address["region"], "district", Order.address["district"]
    ),
}


async def _orders(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    lines = (
        select(func.jsonb_agg(OrderLine.title).label("titles"))
        .where(OrderLine.order_id == Order.id)
        .scalar_subquery()
    )
    parts = (
        select(func.string_agg(SellerOrder.tracking_number, ", "))
        .where(SellerOrder.order_id == Order.id)
        .scalar_subquery()
    )
    found = select(
        Order.number,
        Order.created_at,
        Order.state,
        Order.total,
        Order.contact_phone,
        Order.address,
        lines.label("goods"),
        parts.label("tracking"),
    ).where(Order.buyer_id.in_(subject.user_ids))
    return [
        {**row, "total": Money.uzs(row["total"]), "address": _address(row["address"])}
        for row in await rows_of(session, found.order_by(Order.id))
    ]


def _address(kept: Mapping[str, Any]) -> str:
    data = AddressData.of(kept)
    parts = (data.recipient, data.place, data.street, data.landmark)
    return ", ".join(part for part in parts if part)


async def _erase(session: AsyncSession, subject: Subject) -> None:
    """Names leave the person's orders, and a guest's that the same phone made; what was sold
    and for how much stays. Children are taken out of whatever was ordered for them."""
    guest = and_(Order.buyer_id.is_(None), Order.contact_phone.in_(subject.contacts))
    theirs = or_(Order.buyer_id.in_(subject.user_ids), guest)
    await session.execute(
        update(Order).where(theirs).values(buyer_id=None, **WITHOUT_NAMES), execution_options=_PLAIN
    )
    for column, ids in (
        (Order.child_id, subject.child_ids),
        (Order.household_id, subject.household_ids),
    ):
        forget = update(Order).where(column.in_(ids)).values({column: None})
        await session.execute(forget, execution_options=_PLAIN)


_PLAIN = {"synchronize_session": False}


def _names_are_due(now: datetime) -> ColumnElement[bool]:
    unpaid = and_(Order.state.in_(NEVER_PAID), Order.created_at < now - KEPT_UNPAID)
    return and_(Order.contact_phone != "", or_(unpaid, Order.created_at < now - KEPT_NAMES))


PERSONAL = [
    Holding(
        name="orders",
        title=N_("Orders"),
        purpose=N_("To sell, to bring, to answer for what was sold."),
        tables=("order", "seller_order", "order_line", "order_event"),
        fields={
            "number": N_("Order"),
            "created_at": N_("When"),
            "state": N_("State"),
            "total": N_("Total"),
            "contact_phone": N_("Phone"),
            "address": N_("Address"),
            "goods": N_("Goods"),
            "tracking": N_("Tracking number"),
        },
        kept=N_("Names three years, 90 days when not paid; sums five years, as tax law asks."),
        ground=Ground.CONTRACT,
        recipients=N_("The sellers of the goods and the couriers: name, phone, address."),
        people=frozenset(Whose),
        collect=_orders,
        erase=_erase,
        stays=N_("Your orders without name, phone and address: goods, sums, region."),
    )
]

KEEPS = [
    Keep(
        Order,
        N_("Names three years, 90 days when not paid"),
        _names_are_due,
        WITHOUT_NAMES,
    )
]
