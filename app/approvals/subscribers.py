"""What asking and buying lead to: the child sees its goods move, open screens look again."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals import deciding
from app.approvals.events import ApprovalAsked, ApprovalDecided
from app.kernel import streams
from app.kernel.services import Services
from app.kernel.tasks import Queue, enqueue, task
from app.orders.events import (
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    OrderRefunded,
    SellerOrderMoved,
)


@dataclass(frozen=True)
class Nudge:
    """Tell the open screens about this child's wishes to look again."""

    child_id: UUID


@task(queue=Queue.CRITICAL, outward=True, tries=3)
async def nudge(services: Services, args: Nudge) -> None:
    await streams.nudge(services.redis, f"child:{args.child_id}")


@task(queue=Queue.CRITICAL)
async def on_asked(session: AsyncSession, event: ApprovalAsked) -> None:
    await enqueue(session, nudge, Nudge(event.child_id))


@task(queue=Queue.CRITICAL)
async def on_decided(session: AsyncSession, event: ApprovalDecided) -> None:
    await enqueue(session, nudge, Nudge(event.child_id))


@task(queue=Queue.CRITICAL)
async def on_paid(session: AsyncSession, event: OrderPaid) -> None:
    await _show(session, await deciding.order_moved(session, event.order_id, "paid"))


@task(queue=Queue.CRITICAL)
async def on_moved(session: AsyncSession, event: SellerOrderMoved) -> None:
    await _show(session, await deciding.order_moved(session, event.order_id, event.state))


@task(queue=Queue.CRITICAL)
async def on_cancelled(session: AsyncSession, event: OrderCancelled) -> None:
    await _show(session, await deciding.order_ended(session, event.order_id))


@task(queue=Queue.CRITICAL)
async def on_expired(session: AsyncSession, event: OrderExpired) -> None:
    await _show(session, await deciding.order_ended(session, event.order_id))


@task(queue=Queue.CRITICAL)
async def on_refunded(session: AsyncSession, event: OrderRefunded) -> None:
    await _show(session, await deciding.order_ended(session, event.order_id))


async def _show(session: AsyncSession, child_id: UUID | None) -> None:
    if child_id is not None:
        await enqueue(session, nudge, Nudge(child_id))


SUBSCRIBERS = {
    ApprovalAsked: [on_asked],
    ApprovalDecided: [on_decided],
    OrderPaid: [on_paid],
    SellerOrderMoved: [on_moved],
    OrderCancelled: [on_cancelled],
    OrderExpired: [on_expired],
    OrderRefunded: [on_refunded],
}
TASKS = [nudge]
