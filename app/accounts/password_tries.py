"""Wrong passwords in a row, counted in PostgreSQL before a password is looked at.

A try is charged first and given back when it was right: parallel tries count exactly, nothing is
locked while a hash is computed, and neither a restart nor a flushed cache gives more of them.
After the eighth every try has to wait, longer each time and never for good; a code and a passkey
work meanwhile. What has no account is counted in the same way, so that nobody learns which has.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import PasswordTry
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.ids import new_id

FREE = 8
FIRST_WAIT = timedelta(minutes=1)  # after the eighth; twice as long after each further one
LONGEST_WAIT = timedelta(days=1)
FORGOTTEN = timedelta(days=1)  # after the last wait


def key_of(settings: Settings, who: UUID | str) -> bytes:
    """What an account, or a handle without one, is counted under."""
    return crypto.keyed_hash(settings, "password-tries", str(who))


async def charge(session: AsyncSession, key: bytes) -> timedelta | None:
    """Count one try; how long it has to wait when it may not be looked at now, else None.

    A try that has to wait is not counted. Commit before the password is looked at.
    """
    made = insert(PasswordTry).values(
        id=new_id(), created_at=clock.now(), key=key, failures=0, open_at=clock.now()
    )
    await session.execute(made.on_conflict_do_nothing(index_elements=["key"]))
    statement = select(PasswordTry).where(PasswordTry.key == key).with_for_update()
    row = (await session.scalars(statement)).one()
    now = clock.now()
    if row.open_at > now:
        return row.open_at - now
    if now - row.open_at > FORGOTTEN:
        row.failures = 0
    row.failures += 1
    row.open_at = now + wait_after(row.failures)
    await session.flush()
    return None


async def forgive(session: AsyncSession, key: bytes) -> None:
    """The password was right, or is a new one: begin to count anew."""
    await session.execute(delete(PasswordTry).where(PasswordTry.key == key))


def wait_after(failures: int) -> timedelta:
    """How long nothing is looked at after so many wrong ones in a row."""
    over = failures - FREE
    return timedelta(0) if over < 0 else min(FIRST_WAIT * 2 ** min(over, 20), LONGEST_WAIT)
