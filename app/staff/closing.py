"""Closing an account with a reason, and opening it again.

Locks always go: the turn of the staff's rights, the user, the suspension, the appeal.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles as accounts_roles
from app.accounts import sessions
from app.accounts.models import User
from app.audit.record import record
from app.kernel import clock
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.events import publish
from app.kernel.i18n import N_
from app.kernel.viewer import Role, Viewer
from app.staff import giving, roles, telling
from app.staff.events import AccountReopened
from app.staff.models import Appeal, Suspension

DELETION_WAITS = timedelta(days=30)  # long enough to read of it, to appeal and to be heard


class OwnAccount(Forbidden):
    code = "own_account"
    message = N_("This is your own account. Please ask a colleague.")


class ClosedAlready(Conflict):
    code = "closed_already"
    message = N_("This account is closed already.")


class OpenAlready(Conflict):
    code = "open_already"
    message = N_("This account is open.")


@dataclass(frozen=True, slots=True)
class Closing:
    """Why, in a code and in words for the person; with `is_deletion` the account goes for good."""

    reason: str
    words: str
    is_deletion: bool = False


async def close(session: AsyncSession, viewer: Viewer, user_id: UUID, closing: Closing) -> UUID:
    """Close the account: every session of the person ends, from the next request on.

    Devices that they lent to a child end with them; a child's own device, and the other guardian,
    go on. Raises NotFound, OwnAccount, NotYours for staff who hold more than the viewer,
    LastAdmin, ClosedAlready.
    """
    await accounts_roles.change_in_turn(session)
    person = await _locked(session, viewer, user_id)
    await _check_rank(session, viewer, user_id)
    is_admin = Role.ADMIN in await accounts_roles.names(session, user_id)
    await giving.check_admin_left(session, user_id, is_losing=is_admin)
    if person.suspended_at is not None:
        raise ClosedAlready
    now = clock.now()
    row = Suspension(
        user_id=user_id,
        reason=closing.reason,
        words=closing.words,
        by_id=viewer.user_id,
        erase_after=now + DELETION_WAITS if closing.is_deletion else None,
    )
    session.add(row)
    person.suspended_at = now
    await session.flush()
    await sessions.end_all(session, user_id)
    action = "account.ask_deletion" if closing.is_deletion else "account.close"
    await record(
        session, viewer, action, "user", user_id, reason=closing.reason, words=closing.words
    )
    await telling.closed(session, person)
    return row.id


async def reopen(session: AsyncSession, viewer: Viewer, user_id: UUID, words: str) -> None:
    """Open the account again, with words for the person; answers an appeal that waits.

    Raises NotFound, OwnAccount, OpenAlready, NotYours as `close` does. Publishes AccountReopened.
    """
    await accounts_roles.change_in_turn(session)
    person = await _locked(session, viewer, user_id)
    row = await open_suspension(session, user_id, lock=True)
    if row is None:
        raise OpenAlready
    waiting = update(Appeal).where(Appeal.suspension_id == row.id, Appeal.decided_at.is_(None))
    await session.execute(
        waiting.values(
            decision="granted", answer=words, decided_at=clock.now(), decided_by=viewer.user_id
        )
    )
    await lift(session, viewer, person, row, words)


async def lift(
    session: AsyncSession, viewer: Viewer, person: User, row: Suspension, words: str
) -> None:
    """The deed itself, for an appeal too; person and suspension are locked by the caller.

    The rights of staff come back with their account: only who holds as much opens it.
    """
    await _check_rank(session, viewer, person.id)
    now = clock.now()
    row.ended_at, row.ended_by, row.ended_words = now, viewer.user_id, words
    person.suspended_at = None
    await session.flush()
    await record(session, viewer, "account.reopen", "user", person.id, words=words)
    await publish(session, AccountReopened(person.id, row.id, words))
    await telling.reopened(session, person)


async def open_suspension(
    session: AsyncSession, user_id: UUID, *, lock: bool = False
) -> Suspension | None:
    """Why the account is closed now; None when it is open."""
    statement = select(Suspension).where(
        Suspension.user_id == user_id, Suspension.ended_at.is_(None)
    )
    found: Suspension | None = await session.scalar(
        statement.with_for_update() if lock else statement
    )
    return found


async def locked_person(session: AsyncSession, user_id: UUID) -> User:
    """The person's row, locked; raises NotFound."""
    person = await session.get(User, user_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound
    return person


async def due_for_deletion(session: AsyncSession) -> list[UUID]:
    """Whose account was to be deleted and the time to appeal is over, nobody's appeal waiting."""
    waiting = select(func.count()).where(
        Appeal.suspension_id == Suspension.id, Appeal.decided_at.is_(None)
    )
    found = await session.scalars(
        select(Suspension.user_id).where(
            Suspension.ended_at.is_(None),
            Suspension.erase_after <= clock.now(),
            waiting.scalar_subquery() == 0,
        )
    )
    return list(found.all())


async def _check_rank(session: AsyncSession, viewer: Viewer, user_id: UUID) -> None:
    registry = roles.registry_of(session)
    rights = await accounts_roles.rights(session, registry, user_id)
    await roles.check_within(session, viewer, rights & registry.staff_permissions.keys())


async def _locked(session: AsyncSession, viewer: Viewer, user_id: UUID) -> User:
    if user_id == viewer.user_id:
        raise OwnAccount
    return await locked_person(session, user_id)
