"""What the money does to an order: paid, or taken back. Both are harmless when repeated."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog import stock
from app.kernel import clock
from app.kernel.events import publish
from app.kernel.observe import log
from app.orders.events import OrderPaid, OrderRefunded
from app.orders.models import Order
from app.orders.states import PART_MOVES, Happened, OrderState, PartState
from app.orders.timeline import lock_order, move_order, move_part, note, parts_of


async def pay(session: AsyncSession, order_id: UUID, amount: int) -> None:
    """The money came: held stock is sold and the sellers may begin; publishes OrderPaid.

    Locks the order, then its stock. A payment of an order that had ended is written down for a
    person to return: `payments` ends the intent before the order, so only a fault leads there.
    """
    order = await lock_order(session, order_id)
    if order is None or order.state in (OrderState.PAID, OrderState.REFUNDED):
        return
    if order.state != OrderState.AWAITING_PAYMENT:
        note(session, order.id, Happened.PAID_TOO_LATE, amount=amount)
        log.error("paid_too_late", order=order.number, state=order.state)
        return
    move_order(order, OrderState.PAID)
    order.paid_at = clock.now()
    parts = await parts_of(session, order.id)
    for part in parts:
        move_part(part, PartState.PLACED)
    note(session, order.id, Happened.PAID, amount=amount)
    await session.flush()
    await stock.take(session, order.id)
    await publish(session, _paid(order, tuple(part.id for part in parts)))


async def refund(session: AsyncSession, order_id: UUID) -> None:
    """The provider took the payment back before dispatch: goods return to the shelf.

    Locks the order, then its stock; publishes OrderRefunded. Also right when the news of the
    payment itself comes later: the goods were only held then.
    """
    order = await lock_order(session, order_id)
    if order is None or order.state not in (OrderState.AWAITING_PAYMENT, OrderState.PAID):
        return
    move_order(order, OrderState.REFUNDED)
    await cancel_parts(session, order)
    note(session, order.id, Happened.REFUNDED)
    await session.flush()
    await stock.release(session, order.id)
    await stock.put_back(session, order.id)
    await publish(session, OrderRefunded(order.id))


async def cancel_parts(session: AsyncSession, order: Order) -> None:
    """Every part that is not on its way yet is cancelled with its order."""
    for part in await parts_of(session, order.id):
        if PartState.CANCELLED in PART_MOVES.get(PartState(part.state), ()):
            move_part(part, PartState.CANCELLED)


def _paid(order: Order, part_ids: tuple[UUID, ...]) -> OrderPaid:
    return OrderPaid(
        order.id, order.number, order.buyer_id, order.household_id, order.child_id, part_ids
    )
