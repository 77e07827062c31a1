"""The second factor: an authenticator set up and proved, codes tried and counted.

All tries of a person, by the app or by a recovery code, are counted in one row under its lock:
neither parallel tries nor a flushed cache give more of them. Five wrong ones lock for a minute,
then five, then half an hour each. A passkey is never locked by it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import notices, recovery, totp
from app.accounts.models import Passkey, SecondFactor
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.errors import Conflict
from app.kernel.i18n import N_, gettext
from app.kernel.ids import new_id
from app.kernel.viewer import FAMILY_ROLES, Proof

PURPOSE = "authenticator-seed"
FREE_TRIES = 5
LOCK_SECONDS = (60, 300, 1800)  # after 5, 6, 7 and more wrong tries in a row


class FactorRequired(Conflict):
    code = "factor_required"
    message = N_("Your work here needs a second factor. Add another one before you remove this.")


class Answer(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a try: what it proved, or until when tries are refused."""

    answer: Answer
    proof: Proof | None = None
    locked_until: datetime | None = None
    is_new_lock: bool = False

    def text(self) -> str:
        """What a refusal says."""
        if self.answer is Answer.LOCKED and self.locked_until is not None:
            seconds = (self.locked_until - clock.now()).total_seconds()
            minutes = max(math.ceil(seconds / 60), 1)
            return gettext("Too many wrong tries. Try again in %(minutes)s min.", minutes=minutes)
        return gettext("This code is not right, or it was used already. Please try the next one.")


@dataclass(frozen=True, slots=True)
class State:
    """What a person has, for their page."""

    authenticator_since: datetime | None
    has_passkey: bool
    codes_left: int

    @property
    def has_any(self) -> bool:
        return self.authenticator_since is not None or self.has_passkey


async def check(session: AsyncSession, settings: Settings, user_id: UUID, typed: str) -> Result:
    """Try a code of the app or a recovery code. Call it before anything locks the session.

    Tells the person of a used recovery code. The caller must not raise on a refusal:
    the count has to be committed.
    """
    row = await locked(session, user_id)
    now = clock.now()
    if row.locked_until is not None and row.locked_until > now:
        return Result(Answer.LOCKED, locked_until=row.locked_until)
    if recovery.looks_like_one(typed):
        if not await recovery.use(session, user_id, typed):
            return _count(row, now)
        await notices.ways_changed(session, user_id, "recovery_code_used")
        return _clear(row, Proof.RECOVERY)
    if row.seed is None:
        return _count(row, now)
    seed = crypto.decrypt(settings, PURPOSE, row.seed, str(user_id))
    step = totp.matching_step(seed, _digits(typed), now, row.last_step)
    if step is None:
        return _count(row, now)
    row.last_step = step
    if not crypto.is_current(settings, row.seed):
        row.seed = _seal(settings, user_id, seed)
    return _clear(row, Proof.AUTHENTICATOR)


async def begin(session: AsyncSession, settings: Settings, user_id: UUID) -> None:
    """Make a new seed; it counts for nothing until `prove`, and what there was still works."""
    row = await locked(session, user_id)
    row.new_seed = _seal(settings, user_id, totp.new_seed())


async def waiting_seed(session: AsyncSession, settings: Settings, user_id: UUID) -> str | None:
    """The seed that waits for its first right code."""
    sealed = await session.scalar(
        select(SecondFactor.new_seed).where(SecondFactor.user_id == user_id)
    )
    return crypto.decrypt(settings, PURPOSE, sealed, str(user_id)) if sealed else None


async def prove(session: AsyncSession, settings: Settings, user_id: UUID, typed: str) -> Result:
    """The first right code makes the waiting seed the authenticator; the person is told."""
    row = await locked(session, user_id)
    now = clock.now()
    if row.locked_until is not None and row.locked_until > now:
        return Result(Answer.LOCKED, locked_until=row.locked_until)
    if row.new_seed is None:
        return _count(row, now)
    seed = crypto.decrypt(settings, PURPOSE, row.new_seed, str(user_id))
    step = totp.matching_step(seed, _digits(typed), now, None)
    if step is None:
        return _count(row, now)
    row.seed, row.new_seed, row.proven_at, row.last_step = row.new_seed, None, now, step
    await notices.ways_changed(session, user_id, "authenticator_added")
    return _clear(row, Proof.AUTHENTICATOR)


async def remove(session: AsyncSession, user_id: UUID, *, is_required: bool) -> None:
    """Forget the authenticator. Raises FactorRequired when a passkey would have to stand in and
    there is none. Without any factor left the recovery codes go too. The person is told."""
    row = await locked(session, user_id)
    if row.seed is None:
        return
    if is_required and await count(session, user_id) <= 1:
        raise FactorRequired
    row.seed = row.new_seed = row.proven_at = row.last_step = None
    if not is_required:
        await recovery.forget(session, user_id)
    await notices.ways_changed(session, user_id, "authenticator_removed")


async def renew_codes(session: AsyncSession, user_id: UUID, *, is_told: bool) -> list[str]:
    """Ten new recovery codes, the only time that they can be read; with `is_told` the person
    hears of them, which they need not when the authenticator came in the same moment."""
    await locked(session, user_id)
    codes = await recovery.renew(session, user_id)
    if is_told:
        await notices.ways_changed(session, user_id, "recovery_codes_made")
    return codes


async def state(session: AsyncSession, user_id: UUID) -> State:
    since = await session.scalar(
        select(SecondFactor.proven_at).where(
            SecondFactor.user_id == user_id, SecondFactor.seed.is_not(None)
        )
    )
    return State(since, await _has_passkey(session, user_id), await recovery.left(session, user_id))


async def count(session: AsyncSession, user_id: UUID) -> int:
    """How many second factors this person has: the authenticator and each passkey."""
    app = select(func.count()).where(
        SecondFactor.user_id == user_id, SecondFactor.seed.is_not(None)
    )
    keys = select(func.count()).where(Passkey.user_id == user_id)
    return (await session.scalar(app) or 0) + (await session.scalar(keys) or 0)


async def is_asked(session: AsyncSession, user_id: UUID, roles: Iterable[str]) -> bool:
    """Whether this person's code or password is only the first step (`Viewer.asks_factor`)."""
    app = exists().where(SecondFactor.user_id == user_id, SecondFactor.seed.is_not(None))
    if await session.scalar(select(app)):
        return True
    return bool(set(roles) - FAMILY_ROLES) and await _has_passkey(session, user_id)


def lock_seconds(failures: int) -> int:
    """How long tries are refused after so many wrong ones in a row."""
    over = failures - FREE_TRIES
    return 0 if over < 0 else LOCK_SECONDS[min(over, len(LOCK_SECONDS) - 1)]


def _count(row: SecondFactor, now: datetime) -> Result:
    row.failures += 1
    wait = lock_seconds(row.failures)
    if not wait:
        return Result(Answer.WRONG)
    row.locked_until = now + timedelta(seconds=wait)
    return Result(Answer.LOCKED, locked_until=row.locked_until, is_new_lock=True)


def _clear(row: SecondFactor, proof: Proof) -> Result:
    row.failures, row.locked_until = 0, None
    return Result(Answer.RIGHT, proof)


async def locked(session: AsyncSession, user_id: UUID) -> SecondFactor:
    """The person's row, made when there is none: every change of factors waits here."""
    made = insert(SecondFactor).values(id=new_id(), created_at=clock.now(), user_id=user_id)
    await session.execute(made.on_conflict_do_nothing(index_elements=["user_id"]))
    statement = select(SecondFactor).where(SecondFactor.user_id == user_id).with_for_update()
    return (await session.scalars(statement)).one()


async def _has_passkey(session: AsyncSession, user_id: UUID) -> bool:
    return bool(await session.scalar(select(exists().where(Passkey.user_id == user_id))))


def _seal(settings: Settings, user_id: UUID, seed: str) -> str:
    return crypto.encrypt(settings, PURPOSE, seed, str(user_id))


def _digits(typed: str) -> str:
    return "".join(char for char in typed if char.isdecimal() and char.isascii())
