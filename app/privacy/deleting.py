"""Deletion: asked, taken back within 7 days, or done in one transaction over every slice."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.audit.record import record
from app.family import consent
from app.family.models import ChildProfile, Household
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.personal import Subject
from app.kernel.viewer import GUEST, Viewer
from app.privacy import hindrances, subjects
from app.privacy.models import DeletionRequest

UNDO = timedelta(days=7)
BADGE = """
coalesce((select greatest(extract(epoch from d.due_at - now())::bigint, 1)
from deletion_request d
where d.user_id = :user_id and d.child_id is null and d.state = 'asked'), 0)
"""  # seconds until this account ends, for the strip on top of every page; 0: it does not


async def ask(session: AsyncSession, viewer: Viewer, user_id: UUID) -> DeletionRequest | None:
    """Begin the 7 days of one's own account; None while something stands in the way.

    Asking twice keeps the first date.
    """
    if await hindrances.of_person(session, user_id):
        return None
    made = await _begin(session, user_id, None)
    await record(session, viewer, "account.ask_deletion", "user", user_id, due_at=made.due_at)
    return made


async def ask_at_once(session: AsyncSession, user_id: UUID) -> None:
    """For an account that staff closed to be deleted: its days to object are over already."""
    await _begin(session, user_id, None, timedelta(0))


async def undo(session: AsyncSession, viewer: Viewer, user_id: UUID) -> bool:
    """Take it back; False when there was nothing to take back."""
    taken = await _end(session, _of_person(user_id), "undone")
    if taken:
        await record(session, viewer, "account.undo_deletion", "user", user_id)
    return taken


async def follow_consent(
    session: AsyncSession, child_id: UUID, user_id: UUID
) -> DeletionRequest | None:
    """A profile without consent begins its 7 days, one with consent ends them.

    Looks at what holds now, since two decisions may be heard in any order. Returns the request
    that waits.
    """
    locked = select(ChildProfile.id).where(ChildProfile.id == child_id).with_for_update()
    if await session.scalar(locked) is None:
        return None
    if await consent.is_given(session, child_id):
        await _end(session, _of_child(child_id), "undone")
        return None
    return await _begin(session, user_id, child_id)


async def open_request(session: AsyncSession, user_id: UUID) -> DeletionRequest | None:
    """The one of this person's account that waits."""
    found = select(DeletionRequest).where(_of_person(user_id), DeletionRequest.state == "asked")
    return (await session.scalars(found)).one_or_none()


async def open_for_children(
    session: AsyncSession, child_ids: Sequence[UUID]
) -> dict[UUID, DeletionRequest]:
    """Which of these children's profiles wait for their deletion."""
    found = select(DeletionRequest).where(
        DeletionRequest.child_id.in_(child_ids), DeletionRequest.state == "asked"
    )
    return {row.child_id: row for row in await session.scalars(found) if row.child_id}


async def due(session: AsyncSession) -> list[UUID]:
    """Requests whose 7 days are over."""
    found = select(DeletionRequest.id).where(
        DeletionRequest.state == "asked", DeletionRequest.due_at <= clock.now()
    )
    return list(await session.scalars(found.order_by(DeletionRequest.due_at).limit(500)))


async def carry_out(session: AsyncSession, request_id: UUID) -> bool:
    """Erase what the request names, in this one transaction; False when it is not to be.

    Not before its time, not twice, not once taken back, not while something stands in the way:
    then it is tried again later. A crash leaves everything as it was.
    """
    found = select(DeletionRequest).where(DeletionRequest.id == request_id).with_for_update()
    row = (await session.scalars(found)).one()
    if row.state != "asked" or row.due_at > clock.now():
        return False
    subject = await _subject(session, row)
    if subject is None:
        return False
    for holding in reversed(session.info["registry"].personal):
        await holding.erase(session, subject)
    row.state, row.ended_at = "done", clock.now()
    kind = "child" if row.child_id else "user"
    await record(session, GUEST, f"{kind}.erase", kind, row.child_id or row.user_id)
    return True


async def _subject(session: AsyncSession, row: DeletionRequest) -> Subject | None:
    """Locks the person or the child, so that no order is placed meanwhile."""
    if row.child_id is not None:
        child = select(ChildProfile.id).where(ChildProfile.id == row.child_id)
        await session.execute(child.with_for_update())
        if await hindrances.of_child(session, row.child_id):
            return None
        return Subject(child_ids=(row.child_id,))
    await session.execute(select(User.id).where(User.id == row.user_id).with_for_update())
    if await hindrances.of_person(session, row.user_id):
        return None
    subject = await subjects.to_erase(session, row.user_id)
    homes = select(Household.id).where(Household.id.in_(subject.families))
    await session.execute(homes.order_by(Household.id).with_for_update())
    return await subjects.to_erase(session, row.user_id)


def _of_person(user_id: UUID) -> ColumnElement[bool]:
    return (DeletionRequest.user_id == user_id) & DeletionRequest.child_id.is_(None)


def _of_child(child_id: UUID) -> ColumnElement[bool]:
    return DeletionRequest.child_id == child_id


async def _begin(
    session: AsyncSession, user_id: UUID, child_id: UUID | None, wait: timedelta = UNDO
) -> DeletionRequest:
    now = clock.now()
    row = {"id": new_id(), "created_at": now, "user_id": user_id, "child_id": child_id}
    statement = insert(DeletionRequest).values(**row, state="asked", due_at=now + wait)
    await session.execute(statement.on_conflict_do_nothing())
    whose = _of_person(user_id) if child_id is None else _of_child(child_id)
    found = select(DeletionRequest).where(whose, DeletionRequest.state == "asked")
    return (await session.scalars(found)).one()


async def _end(session: AsyncSession, whose: ColumnElement[bool], state: str) -> bool:
    waiting = update(DeletionRequest).where(whose, DeletionRequest.state == "asked")
    ended = waiting.values(state=state, ended_at=clock.now()).returning(DeletionRequest.id)
    return (await session.execute(ended)).first() is not None
