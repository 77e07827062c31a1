"""Deeds that are noted when their news arrives, since nobody's request does them."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.events import ApprovalDecided
from app.audit.record import record
from app.kernel.tasks import Queue, task
from app.kernel.viewer import GUEST
from app.orders.events import OrderRefunded
from app.payments.events import PaymentReversed


@task(queue=Queue.DEFAULT)
async def on_lapsed(session: AsyncSession, event: ApprovalDecided) -> None:
    """Answers of people are noted with the answer itself; nobody gave this one."""
    if event.decision == "lapsed":
        await record(session, GUEST, "ask.lapsed", "approval", event.request_id)


@task(queue=Queue.DEFAULT)
async def on_refunded(session: AsyncSession, event: OrderRefunded) -> None:
    await record(session, GUEST, "order.refund", "order", event.order_id)


@task(queue=Queue.DEFAULT)
async def on_reversed(session: AsyncSession, event: PaymentReversed) -> None:
    await record(session, GUEST, "payment.reverse", "payment", event.intent_id, amount=event.amount)


SUBSCRIBERS = {
    ApprovalDecided: [on_lapsed],
    OrderRefunded: [on_refunded],
    PaymentReversed: [on_reversed],
}
