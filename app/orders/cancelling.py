"""Ending an order that was not paid: the buyer changed their mind, or nobody paid in time."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.record import record
from app.catalog import stock
from app.kernel import clock
from app.kernel.errors import Conflict
from app.kernel.events import Event, publish
from app.kernel.i18n import N_
from app.kernel.states import ForbiddenMove
from app.kernel.viewer import Viewer
from app.orders import access
from app.orders.events import OrderCancelled, OrderExpired
from app.orders.models import Order
from app.orders.paying import cancel_parts
from app.orders.states import Happened, OrderState
from app.orders.timeline import lock_order, move_order, note
from app.payments import intents

BATCH = 200


class AlreadyPaid(Conflict):
    code = "already_paid"
    message = N_("This order has been paid, so it can no longer be called off here.")


async def cancel(session: AsyncSession, viewer: Viewer, number: str) -> None:
    """The buyer calls an unpaid order off; its stock is free again; publishes OrderCancelled.

    Locks the intent, the order, the stock. Raises NotFound, AlreadyPaid, ForbiddenMove.
    """
    order_id = await access.own_order_id(session, viewer, number)
    if not await intents.cancel(session, order_id):
        raise AlreadyPaid
    order = await lock_order(session, order_id)
    if order is None or order.state != OrderState.AWAITING_PAYMENT:
        raise ForbiddenMove
    await _end(session, order, OrderState.CANCELLED, OrderCancelled(order_id), viewer.user_id)
    await record(session, viewer, "order.cancel", "order", order_id, number=number)


async def overdue(session: AsyncSession) -> Sequence[UUID]:
    """Orders whose time to be paid is over, the longest waiting first."""
    found = (
        select(Order.id)
        .where(Order.state == OrderState.AWAITING_PAYMENT, Order.expires_at <= clock.now())
        .order_by(Order.expires_at)
        .limit(BATCH)
    )
    return (await session.scalars(found)).all()


async def expire(session: AsyncSession, order_id: UUID) -> bool:
    """End an order that nobody paid in time; False while a payment is under way or made.

    Locks the intent, the order, the stock; publishes OrderExpired.
    """
    if not await intents.expire(session, order_id):
        return False
    order = await lock_order(session, order_id)
    if order is None or order.state != OrderState.AWAITING_PAYMENT:
        return False
    await _end(session, order, OrderState.EXPIRED, OrderExpired(order_id))
    return True


async def _end(
    session: AsyncSession,
    order: Order,
    state: OrderState,
    event: Event,
    actor_id: UUID | None = None,
) -> None:
    move_order(order, state)
    await cancel_parts(session, order)
    note(session, order.id, Happened(state.value), actor_id=actor_id)
    await session.flush()
    await stock.release(session, order.id)
    await publish(session, event)
