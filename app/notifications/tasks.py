"""What notifications cleans up by itself."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.kernel.tasks import NoArguments, Queue, task
from app.notifications.models import Notification

KEPT = timedelta(days=180)


@task(queue=Queue.BULK, every_seconds=24 * 3600)
async def forget_old(session: AsyncSession, _: NoArguments) -> None:
    """Delete news of more than half a year ago."""
    await session.execute(delete(Notification).where(Notification.created_at < clock.now() - KEPT))
