"""What accounts cleans up by itself."""

from datetime import timedelta

from sqlalchemy import delete, or_
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import OneTimeCode, PasskeyChallenge, Session
from app.kernel import clock
from app.kernel.tasks import NoArguments, Queue, task

KEPT = timedelta(days=1)  # codes and challenges, for the counts of the last hour
KEPT_SESSIONS = timedelta(days=30)  # dead ones, so that a lapsed child's device stays closed


@task(queue=Queue.BULK, every_seconds=3600)
async def forget_old(session: AsyncSession, _: NoArguments) -> None:
    """Delete used-up codes, challenges and long dead sessions."""
    now = clock.now()
    await session.execute(delete(OneTimeCode).where(OneTimeCode.created_at < now - KEPT))
    await session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < now - KEPT))
    old = now - KEPT_SESSIONS
    await session.execute(
        delete(Session).where(or_(Session.ended_at < old, Session.expires_at < old))
    )
