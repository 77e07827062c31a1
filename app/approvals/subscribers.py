"""What asking and buying lead to: open screens look again, the child sees its goods move."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals import deciding
from app.approvals.events import ApprovalAsked, ApprovalDecided
from app.kernel import streams
from app.kernel.services import Services
from app.kernel.tasks import Queue, task
from app.orders.events import (
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    OrderRefunded,
    SellerOrderMoved,
)


@task(queue=Queue.CRITICAL)
async def on_paid(session: AsyncSession, event: OrderPaid) -> None:
    await deciding.order_moved(session, event.order_id, "paid")


@task(queue=Queue.CRITICAL)
async def on_moved(session: AsyncSession, event: SellerOrderMoved) -> None:
    await deciding.order_moved(session, event.order_id, event.state)


@task(queue=Queue.CRITICAL)
async def on_cancelled(session: AsyncSession, event: OrderCancelled) -> None:
    await deciding.order_ended(session, event.order_id)


@task(queue=Queue.CRITICAL)
async def on_expired(session: AsyncSession, event: OrderExpired) -> None:
    await deciding.order_ended(session, event.order_id)


@task(queue=Queue.CRITICAL)
async def on_refunded(session: AsyncSession, event: OrderRefunded) -> None:
    await deciding.order_ended(session, event.order_id)


@task(queue=Queue.CRITICAL, outward=True, tries=3)
async def nudge_asked(services: Services, event: ApprovalAsked) -> None:
    await _nudge(services, event.child_id)


@task(queue=Queue.CRITICAL, outward=True, tries=3)
async def nudge_decided(services: Services, event: ApprovalDecided) -> None:
    await _nudge(services, event.child_id)


@task(queue=Queue.CRITICAL, outward=True, tries=3)
async def nudge_paid(services: Services, event: OrderPaid) -> None:
    await _nudge(services, event.child_id)


@task(queue=Queue.CRITICAL, outward=True, tries=3)
async def nudge_moved(services: Services, event: SellerOrderMoved) -> None:
    await _nudge(services, event.child_id)


async def _nudge(services: Services, child_id: UUID | None) -> None:
    if child_id is not None:
        await streams.nudge(services.redis, f"child:{child_id}")


SUBSCRIBERS = {
    ApprovalAsked: [nudge_asked],
    ApprovalDecided: [nudge_decided],
    OrderPaid: [on_paid, nudge_paid],
    SellerOrderMoved: [on_moved, nudge_moved],
    OrderCancelled: [on_cancelled],
    OrderExpired: [on_expired],
    OrderRefunded: [on_refunded],
}
