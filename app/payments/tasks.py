"""Work of the payments that no request does."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.tasks import NoArguments, Queue, task
from app.payments.providers.payme.voiding import void_stale


@task(queue=Queue.CRITICAL, every_seconds=60)
async def void_stale_transactions(session: AsyncSession, _: NoArguments) -> None:
    """Free the orders whose Payme transaction was left open for 12 hours."""
    await void_stale(session)
