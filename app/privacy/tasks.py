"""The clock's work: deletions whose 7 days are over."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.kernel.tasks import NoArguments, Queue, enqueue, task
from app.privacy import deleting

EVERY_SECONDS = 3600


@dataclass(frozen=True)
class Erase:
    request_id: UUID


@task(queue=Queue.BULK, every_seconds=EVERY_SECONDS)
async def erase_due(session: AsyncSession, _: NoArguments) -> None:
    """Plant a task for each; one that is hindered is tried again in the next hour."""
    slot = int(clock.now().timestamp() // EVERY_SECONDS)
    for request_id in await deleting.due(session):
        await enqueue(session, erase, Erase(request_id), key=f"erase:{request_id}:{slot}")


@task(queue=Queue.BULK)
async def erase(session: AsyncSession, args: Erase) -> None:
    await deleting.carry_out(session, args.request_id)
