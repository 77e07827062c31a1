"""What the staff slice does by itself."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.events import publish
from app.kernel.tasks import NoArguments, Queue, task
from app.staff import closing
from app.staff.events import AccountDeletionDue


@task(queue=Queue.BULK, every_seconds=24 * 3600)
async def ask_deletions(session: AsyncSession, _: NoArguments) -> None:
    """Say whose closed account is to be deleted now; said again daily until it is done."""
    for user_id in await closing.due_for_deletion(session):
        await publish(session, AccountDeletionDue(user_id))
