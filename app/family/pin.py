"""The household's PIN: six digits, hashed with a pepper, wrong tries counted in the database.

Child-safety row P2: five wrong tries lock for a minute, then five, then half an hour; the counter
lives in the household's row and is changed under its lock, so it survives restarts, a flushed
cache and parallel tries.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.record import record
from app.family.models import Household
from app.kernel import clock, hashing
from app.kernel.config import Settings
from app.kernel.errors import Invalid
from app.kernel.i18n import N_, gettext, ngettext
from app.kernel.viewer import GUEST, Viewer

DIGITS = 6
FREE_TRIES = 5
LOCK_SECONDS = (60, 300, 1800)  # after 5, 6, 7 and more wrong tries in a row


class WeakPin(Invalid):
    code = "weak_pin"
    message = N_("This PIN is too easy to guess. Please choose another one.")


class PinAnswer(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    UNSET = "unset"


@dataclass(frozen=True, slots=True)
class PinResult:
    """The answer, until when tries are refused, or how many are left."""

    answer: PinAnswer
    locked_until: datetime | None = None
    left: int = 0  # tries before the next lock

    @property
    def is_right(self) -> bool:
        return self.answer is PinAnswer.RIGHT

    def text(self) -> str:
        """What a refusal says; the same words wherever a PIN is asked."""
        if self.answer is PinAnswer.LOCKED and self.locked_until is not None:
            seconds = (self.locked_until - clock.now()).total_seconds()
            minutes = max(math.ceil(seconds / 60), 1)
            return gettext("Too many wrong tries. Try again in %(minutes)s min.", minutes=minutes)
        if self.answer is PinAnswer.UNSET:
            return gettext("No PIN is set yet.")
        return ngettext(
            "This PIN is not right. %(num)s try is left.",
            "This PIN is not right. %(num)s tries are left.",
            self.left,
        )


async def set_pin(session: AsyncSession, settings: Settings, household_id: UUID, pin: str) -> None:
    """Set the PIN and clear the counter. Raises WeakPin."""
    if is_weak(pin):
        raise WeakPin
    household = await _locked(session, household_id)
    household.pin_hash = await hash_pin(settings, pin)
    household.pin_failures = 0
    household.pin_locked_until = None


async def check(
    session: AsyncSession,
    settings: Settings,
    household_id: UUID,
    pin: str,
    viewer: Viewer = GUEST,
) -> PinResult:
    """Compare and count, under the household's row lock; the caller must let it commit.

    A lock that begins is noted in the audit trail as `viewer`'s.
    """
    household = await _locked(session, household_id)
    now = clock.now()
    if household.pin_hash is None:
        return PinResult(PinAnswer.UNSET)
    if household.pin_locked_until is not None and household.pin_locked_until > now:
        return PinResult(PinAnswer.LOCKED, household.pin_locked_until)
    if await hashing.matches(settings, household.pin_hash, peppered(settings, pin)):
        household.pin_failures = 0
        household.pin_locked_until = None
        return PinResult(PinAnswer.RIGHT)
    household.pin_failures += 1
    wait = lock_seconds(household.pin_failures)
    if wait:
        household.pin_locked_until = now + timedelta(seconds=wait)
        tries = household.pin_failures
        await record(session, viewer, "pin.lock", "household", household_id, tries=tries)
        return PinResult(PinAnswer.LOCKED, household.pin_locked_until)
    return PinResult(PinAnswer.WRONG, left=FREE_TRIES - household.pin_failures)


def lock_seconds(failures: int) -> int:
    """How long tries are refused after so many wrong ones in a row."""
    over = failures - FREE_TRIES
    return 0 if over < 0 else LOCK_SECONDS[min(over, len(LOCK_SECONDS) - 1)]


def is_weak(pin: str) -> bool:
    """Not six digits, one digit repeated, a run up or down, or a pattern of two or three."""
    if len(pin) != DIGITS or not pin.isascii() or not pin.isdigit():
        return True
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        return True
    return pin[:2] * 3 == pin or pin[:3] * 2 == pin


async def hash_pin(settings: Settings, pin: str) -> str:
    """Argon2id over HMAC(pepper, pin): a stolen database alone cannot be searched."""
    return await hashing.make(settings, peppered(settings, pin))


def peppered(settings: Settings, pin: str) -> bytes:
    """HMAC with the key that is not in the database."""
    pepper = settings.pin_pepper.get_secret_value().encode()
    return hmac.new(pepper, pin.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


async def _locked(session: AsyncSession, household_id: UUID) -> Household:
    statement = select(Household).where(Household.id == household_id).with_for_update()
    return (await session.scalars(statement)).one()
