"""Appeals against a closed account: one open at a time, decided by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.accounts.models import User
from app.audit.record import record
from app.kernel import clock
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.i18n import N_
from app.kernel.viewer import Viewer
from app.staff import closing, telling
from app.staff.models import Appeal, Suspension

MOST = 3  # appeals against one closing
MAX_WORDS = 2000  # characters
SHOWN = 100

OPEN_SQL = """
select count(*) from appeal a join suspension x on x.id = a.suspension_id
where a.decided_at is null and x.by_id is distinct from :user_id and x.user_id <> :user_id
"""
"""The appeals that wait for this person's decision."""


class Decision(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"


class AppealWaits(Conflict):
    code = "appeal_waits"
    message = N_("Your appeal is here already. We will answer it.")


class NoMoreAppeals(Conflict):
    code = "no_more_appeals"
    message = N_("You have appealed three times. Our answer is final.")


class DecidedAlready(Conflict):
    code = "appeal_decided"
    message = N_("This appeal is decided already.")


class NotByTheSame(Forbidden):
    code = "appeal_not_by_the_same"
    message = N_("You closed this account yourself. A colleague decides about the appeal.")


@dataclass(frozen=True, slots=True)
class ClosedAccount:
    """What the person of a closed account may read."""

    suspension: Suspension
    appeals: Sequence[Appeal]  # the newest first

    @property
    def may_appeal(self) -> bool:
        return len(self.appeals) < MOST and all(one.decided_at for one in self.appeals)


async def closed_account(session: AsyncSession, user_id: UUID) -> ClosedAccount | None:
    """Why this account is closed, and what was said to it; None when it is open."""
    row = await closing.open_suspension(session, user_id)
    return None if row is None else ClosedAccount(row, await of_suspension(session, row.id))


async def of_suspension(session: AsyncSession, suspension_id: UUID) -> Sequence[Appeal]:
    """The appeals against one closing, the newest first."""
    found = select(Appeal).where(Appeal.suspension_id == suspension_id)
    return (await session.scalars(found.order_by(Appeal.id.desc()))).all()


async def make(session: AsyncSession, user_id: UUID, words: str) -> None:
    """Appeal against one's closed account; `words` are at most 2,000 characters.

    Raises NotFound when it is open, AppealWaits, NoMoreAppeals.
    """
    await closing.locked_person(session, user_id)
    row = await closing.open_suspension(session, user_id, lock=True)
    if row is None:
        raise NotFound
    earlier = await of_suspension(session, row.id)
    if any(one.decided_at is None for one in earlier):
        raise AppealWaits
    if len(earlier) >= MOST:
        raise NoMoreAppeals
    appeal = Appeal(suspension_id=row.id, words=words)
    session.add(appeal)
    await session.flush()
    await record(session, Viewer(user_id=user_id), "appeal.make", "appeal", appeal.id)


async def waiting(session: AsyncSession) -> Sequence[Row[*tuple[Any, ...]]]:
    """The open appeals with their person and reason, the oldest first."""
    statement = (
        select(
            Appeal.id,
            Appeal.created_at,
            Suspension.reason,
            Suspension.by_id,
            Suspension.user_id,
            User.name,
        )
        .join(Suspension, Suspension.id == Appeal.suspension_id)
        .join(User, User.id == Suspension.user_id)
        .where(Appeal.decided_at.is_(None))
    )
    return (await session.execute(statement.order_by(Appeal.id).limit(SHOWN))).all()


async def count_waiting(session: AsyncSession) -> int:
    statement = select(func.count()).select_from(Appeal).where(Appeal.decided_at.is_(None))
    return await session.scalar(statement) or 0


async def one(session: AsyncSession, appeal_id: UUID) -> tuple[Appeal, Suspension, User]:
    """An appeal with what it is about and whose it is; raises NotFound."""
    statement = (
        select(Appeal, Suspension, User)
        .join(Suspension, Suspension.id == Appeal.suspension_id)
        .join(User, User.id == Suspension.user_id)
        .where(Appeal.id == appeal_id)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found.tuple()


async def decide(
    session: AsyncSession, viewer: Viewer, appeal_id: UUID, decision: Decision, answer: str
) -> None:
    """Decide with words that the person reads; a granted one opens the account.

    Raises NotFound, NotByTheSame when the viewer closed the account or is its person,
    DecidedAlready.
    """
    _, suspension, person = await one(session, appeal_id)
    if viewer.user_id in (suspension.by_id, suspension.user_id):
        raise NotByTheSame
    await roles.change_in_turn(session)
    person = await closing.locked_person(session, person.id)
    row = await closing.open_suspension(session, person.id, lock=True)
    appeal = await session.get(Appeal, appeal_id, with_for_update=True, populate_existing=True)
    if appeal is None or appeal.decided_at is not None or row is None:
        raise DecidedAlready
    appeal.decision, appeal.answer = decision, answer
    appeal.decided_at, appeal.decided_by = clock.now(), viewer.user_id
    await session.flush()
    await record(
        session, viewer, "appeal.decide", "appeal", appeal_id, decision=decision, answer=answer
    )
    if decision is Decision.GRANTED:
        await closing.lift(session, viewer, person, row, answer)
    else:
        await telling.answered(session, person)
