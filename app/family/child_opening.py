"""A child opens its own phone: chooses picture and PIN twice, then shows them at each start.

Wrong tries are counted in the phone's row, under its lock: five, then 1, 5, 30 minutes. The
counter survives restarts, a flushed cache and parallel tries.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.record import record
from app.family import child_secrets
from app.family.child_devices import Phone, as_viewer
from app.family.models import ChildDevice
from app.family.pin import lock_seconds
from app.kernel import clock
from app.kernel.config import Settings
from app.kernel.errors import NotFound
from app.kernel.i18n import gettext


class Answer(StrEnum):
    KEPT = "kept"  # the first of the two times
    WEAK = "weak"
    DIFFERENT = "different"  # the second time was not like the first: begin again
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer, and until when tries are refused."""

    answer: Answer
    locked_until: datetime | None = None

    def text(self) -> str:
        """What it says to the child; empty when all is well."""
        if self.answer is Answer.LOCKED and self.locked_until is not None:
            seconds = (self.locked_until - clock.now()).total_seconds()
            minutes = max(math.ceil(seconds / 60), 1)
            return gettext("Let us rest a little. Try again in %(minutes)s min.", minutes=minutes)
        if self.answer is Answer.WEAK:
            return gettext("These numbers are easy to guess. Think of others!")
        if self.answer is Answer.DIFFERENT:
            return gettext("That was not the same. Let us choose once more.")
        if self.answer is Answer.WRONG:
            return gettext("Not quite. Try your picture and your numbers again.")
        return ""


async def answer(
    session: AsyncSession, settings: Settings, phone: Phone, picture: str, digits: str
) -> Result:
    """Choose, repeat, or compare and count, under the phone's lock; the caller lets it commit.

    Raises NotFound when the phone was ended meanwhile.
    """
    statement = select(ChildDevice).where(ChildDevice.id == phone.id).with_for_update()
    row = await session.scalar(statement.execution_options(populate_existing=True))
    if row is None or row.ended_at is not None:
        raise NotFound
    if row.secret_hash is not None:
        return await _compare(session, settings, phone, row, (picture, digits))
    if row.new_secret_hash is None:
        if child_secrets.is_weak(digits):
            return Result(Answer.WEAK)
        row.new_secret_hash = await child_secrets.make(settings, row.id, picture, digits)
        return Result(Answer.KEPT)
    first, row.new_secret_hash = row.new_secret_hash, None
    if not await child_secrets.matches(settings, first, row.id, picture, digits):
        return Result(Answer.DIFFERENT)
    row.secret_hash = first
    await record(session, as_viewer(phone.child), "child_phone.choose", "child", row.child_id)
    return Result(Answer.RIGHT)


async def _compare(
    session: AsyncSession,
    settings: Settings,
    phone: Phone,
    row: ChildDevice,
    given: tuple[str, str],
) -> Result:
    now = clock.now()
    if row.locked_until is not None and row.locked_until > now:
        return Result(Answer.LOCKED, row.locked_until)
    if row.secret_hash and await child_secrets.matches(settings, row.secret_hash, row.id, *given):
        row.failures, row.locked_until = 0, None
        return Result(Answer.RIGHT)
    row.failures += 1
    wait = lock_seconds(row.failures)
    if not wait:
        return Result(Answer.WRONG)
    row.locked_until = now + timedelta(seconds=wait)
    await record(
        session,
        as_viewer(phone.child),
        "child_phone.lock",
        "child",
        row.child_id,
        device=row.name,
        tries=row.failures,
    )
    return Result(Answer.LOCKED, row.locked_until)
