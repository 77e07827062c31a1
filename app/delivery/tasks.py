"""What delivery cleans up by itself."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Message
from app.kernel import clock
from app.kernel.tasks import NoArguments, Queue, task

KEPT = timedelta(days=90)  # the delivery log; see the retention table of the privacy page


@task(queue=Queue.BULK, every_seconds=24 * 3600)
async def forget_messages(session: AsyncSession, _: NoArguments) -> None:
    """Delete what was sent more than ninety days ago."""
    await session.execute(delete(Message).where(Message.created_at < clock.now() - KEPT))
