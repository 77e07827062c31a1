"""Passwords of those who want one: checked, set, removed. Codes and passkeys do without.

Only the Argon2id hash is kept; one that was made with older parameters is made anew at the next
right sign-in. For an unknown person the same statements run and the same work is done.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import factors, notices, password_rules, password_tries
from app.accounts.handles import Handle
from app.accounts.models import Identity, Password, PasswordReset, User
from app.kernel import clock, hashing
from app.kernel.config import Settings
from app.kernel.i18n import gettext
from app.kernel.ids import new_id
from app.kernel.services import Services


class Answer(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"
    TOO_SHORT = "too_short"  # right, but its second factor is gone


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a try, the person when it was right, and how long a refused one waits."""

    answer: Answer
    user_id: UUID | None = None
    wait: timedelta = timedelta(0)

    def text(self) -> str:
        """What a refusal says."""
        if self.answer is Answer.WAIT:
            minutes = max(math.ceil(self.wait.total_seconds() / 60), 1)
            return gettext(
                "Too many wrong tries. Try again in %(minutes)s min, or sign in with a code.",
                minutes=minutes,
            )
        if self.answer is Answer.TOO_SHORT:
            return gettext(
                "Without a second factor this password is too short. Please sign in with a code "
                "and choose a longer one."
            )
        return gettext("The phone or e-mail and the password do not fit together.")


@dataclass(frozen=True, slots=True)
class _Known:
    user_id: UUID
    hash: str | None
    is_short: bool | None


async def sign_in(services: Services, handle: Handle, password: str) -> Result:
    """Try a password for the account of a phone or mail; the count is committed here.

    Call it before the request's own session is used: no connection is held while it hashes.
    Raises Unavailable when too many hashes wait.
    """
    known = and_(
        Identity.kind == handle.kind,
        Identity.value == handle.value,
        Identity.verified_at.is_not(None),
    )
    return await _try(services, known, handle.value, password)


async def check_own(services: Services, user_id: UUID, password: str) -> Result:
    """The same for a person who is known already, for a confirmation or a change."""
    return await _try(services, Identity.user_id == user_id, str(user_id), password)


async def _try(services: Services, whose: object, named: str, password: str) -> Result:
    settings = services.settings
    statement = (
        select(Identity.user_id, Password.hash, Password.is_short)
        .outerjoin(Password, Password.user_id == Identity.user_id)
        .where(whose)  # type: ignore[arg-type]
        .limit(1)
    )
    async with services.db.begin() as session:
        row = (await session.execute(statement)).first()
        known = _Known(*row) if row else None
        key = password_tries.key_of(settings, known.user_id if known else named)
        wait = await password_tries.charge(session, key)
    if wait is not None:
        return Result(Answer.WAIT, wait=wait)
    secret = password.encode()
    if not await hashing.matches(settings, known.hash if known else None, secret):
        return Result(Answer.WRONG)
    assert known is not None  # what has no hash matches nothing
    return await _welcome(services, known, key, secret)


async def _welcome(services: Services, known: _Known, key: bytes, secret: bytes) -> Result:
    fresh = None
    if known.hash and hashing.is_outdated(services.settings, known.hash):
        fresh = await hashing.make(services.settings, secret)
    async with services.db.begin() as session:
        await password_tries.forgive(session, key)
        if fresh:  # unless it was changed in the meantime
            same = (Password.user_id == known.user_id) & (Password.hash == known.hash)
            await session.execute(update(Password).where(same).values(hash=fresh))
        if known.is_short and not await factors.has_second_factor(session, known.user_id):
            return Result(Answer.TOO_SHORT, known.user_id)
    return Result(Answer.RIGHT, known.user_id)


async def is_set(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the person has a password."""
    return bool(await session.scalar(select(exists().where(Password.user_id == user_id))))


async def least_length(session: AsyncSession, user_id: UUID) -> int:
    """How many characters a new password of this person needs."""
    if await factors.has_second_factor(session, user_id):
        return password_rules.LEAST_WITH_FACTOR
    return password_rules.LEAST_ALONE


async def check_new(session: AsyncSession, user_id: UUID, password: str) -> None:
    """Raises ShortPassword or CommonPassword for what this person should not choose."""
    least = await least_length(session, user_id)
    words = await _own_words(session, user_id)
    await hashing.in_thread(lambda: password_rules.judge(password, words, least=least))


async def set_new(session: AsyncSession, settings: Settings, user_id: UUID, password: str) -> None:
    """Set or replace the password, which `check_new` let pass; the caller knows who asks.

    Wrong tries are forgotten and links for a new password are dead. Publishes WaysChanged and
    tells the person everywhere. Raises Unavailable.
    """
    fresh = await hashing.make(settings, password.encode())
    had_one = await is_set(session, user_id)
    values = {
        "hash": fresh,
        "is_short": len(password) < password_rules.LEAST_ALONE,
        "changed_at": clock.now(),
    }
    made = insert(Password).values(id=new_id(), created_at=clock.now(), user_id=user_id, **values)
    await session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=values))
    await password_tries.forgive(session, password_tries.key_of(settings, user_id))
    await close_resets(session, user_id)
    await notices.ways_changed(session, user_id, "password_changed" if had_one else "password_set")


async def remove(session: AsyncSession, user_id: UUID) -> None:
    """Go on without one: a code to the person's phone or mail opens the account as before."""
    found = await session.scalar(
        delete(Password).where(Password.user_id == user_id).returning(Password.id)
    )
    if found is not None:
        await close_resets(session, user_id)
        await notices.ways_changed(session, user_id, "password_removed")


async def close_resets(session: AsyncSession, user_id: UUID) -> None:
    """Links for a new password that are still on their way open nothing any more."""
    await session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None))
        .values(used_at=clock.now())
    )


async def _own_words(session: AsyncSession, user_id: UUID) -> list[str]:
    """What whoever knows the person tries first."""
    name = await session.scalar(select(User.name).where(User.id == user_id))
    handles = await session.scalars(select(Identity.value).where(Identity.user_id == user_id))
    return [name or "", *handles.all()]
