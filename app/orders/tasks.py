"""The clock's work: orders that nobody paid in time."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.kernel.tasks import NoArguments, Queue, enqueue, task
from app.orders import cancelling

EVERY_SECONDS = 60


@dataclass(frozen=True)
class ExpireOrder:
    order_id: UUID


@task(queue=Queue.CRITICAL)
async def expire_order(session: AsyncSession, args: ExpireOrder) -> None:
    """One order a transaction, so that locks are never gathered over many."""
    await cancelling.expire(session, args.order_id)


@task(queue=Queue.CRITICAL, every_seconds=EVERY_SECONDS)
async def expire_orders(session: AsyncSession, _args: NoArguments) -> None:
    """Plant a task for each order that is due; one with a payment under way is tried anew."""
    slot = int(clock.now().timestamp() // EVERY_SECONDS)
    for order_id in await cancelling.overdue(session):
        await enqueue(session, expire_order, ExpireOrder(order_id), key=f"expire:{order_id}:{slot}")
