"""Locking an order, moving it, and writing down that it moved."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.states import check_move
from app.orders.models import Order, OrderEvent, SellerOrder
from app.orders.states import ORDER_MOVES, PART_MOVES, OrderState, PartState


async def lock_order(session: AsyncSession, order_id: UUID) -> Order | None:
    """The order under its row lock, as it is now; None when there is none (another's subject)."""
    found = select(Order).where(Order.id == order_id).with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def parts_of(session: AsyncSession, order_id: UUID) -> Sequence[SellerOrder]:
    """The order's parts; whoever changes them holds the order's lock."""
    found = select(SellerOrder).where(SellerOrder.order_id == order_id).order_by(SellerOrder.number)
    return (await session.scalars(found.execution_options(populate_existing=True))).all()


def move_order(order: Order, wanted: OrderState) -> None:
    """Raises ForbiddenMove. The version grows, so that open screens follow."""
    check_move(ORDER_MOVES, OrderState(order.state), wanted)
    order.state = wanted
    order.version += 1


def move_part(part: SellerOrder, wanted: PartState) -> None:
    """Raises ForbiddenMove."""
    check_move(PART_MOVES, PartState(part.state), wanted)
    part.state = wanted


def note(
    session: AsyncSession,
    order_id: UUID,
    kind: str,
    *,
    part_id: UUID | None = None,
    actor_id: UUID | None = None,
    **details: Any,
) -> None:
    """Add a step to the order's append-only timeline."""
    session.add(
        OrderEvent(
            order_id=order_id,
            seller_order_id=part_id,
            kind=kind,
            actor_id=actor_id,
            details=details,
        )
    )
