"""Periodic work."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals import deciding
from app.kernel.tasks import NoArguments, Queue, task


@task(queue=Queue.CRITICAL, every_seconds=60)
async def lapse(session: AsyncSession, _: NoArguments) -> None:
    await deciding.lapse_due(session)


TASKS = [lapse]
