"""What orders do when money moves, and how open screens learn of it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.services import Services
from app.kernel.streams import nudge
from app.kernel.tasks import Queue, task
from app.orders import paying
from app.orders.events import (
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    OrderRefunded,
    SellerOrderMoved,
)
from app.payments.events import PaymentCaptured, PaymentReversed


@task(queue=Queue.CRITICAL)
async def on_captured(session: AsyncSession, event: PaymentCaptured) -> None:
    await paying.pay(session, event.subject_id, event.amount)


@task(queue=Queue.CRITICAL)
async def on_reversed(session: AsyncSession, event: PaymentReversed) -> None:
    await paying.refund(session, event.subject_id)


@task(queue=Queue.CRITICAL, outward=True)
async def show_paid(services: Services, event: OrderPaid) -> None:
    await _show(services, event.order_id)


@task(queue=Queue.CRITICAL, outward=True)
async def show_cancelled(services: Services, event: OrderCancelled) -> None:
    await _show(services, event.order_id)


@task(queue=Queue.CRITICAL, outward=True)
async def show_expired(services: Services, event: OrderExpired) -> None:
    await _show(services, event.order_id)


@task(queue=Queue.CRITICAL, outward=True)
async def show_refunded(services: Services, event: OrderRefunded) -> None:
    await _show(services, event.order_id)


@task(queue=Queue.CRITICAL, outward=True)
async def show_moved(services: Services, event: SellerOrderMoved) -> None:
    await _show(services, event.order_id)


async def _show(services: Services, order_id: UUID) -> None:
    """Tell open order pages to look; after the commit, so that they see the new state."""
    await nudge(services.redis, f"order:{order_id}")
