"""Looking at the shop as a buyer: reading only, announced, noted page by page, fifteen minutes.

The agent's session carries the id of the look; from it every request makes the Viewer of the buyer
without any right, and the guard lets it see what is declared `viewable` and do nothing.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import carrying
from app.accounts import roles as accounts_roles
from app.accounts.cookies import Connection
from app.accounts.models import User
from app.audit.record import record
from app.kernel import clock
from app.kernel.errors import AppError, Conflict, Forbidden, NotFound, NotSignedIn
from app.kernel.events import publish
from app.kernel.i18n import N_
from app.kernel.services import Services
from app.kernel.viewer import STAFF_ROLES, View, Viewer
from app.staff.events import SupportViewStarted
from app.staff.models import SupportView

PERMISSION = "support.view"
LIFETIME = timedelta(minutes=15)

_LOAD = text(
    """
    select v.id, v.user_id, v.ends_at, v.ended_at, u.name, u.suspended_at,
           exists(select 1 from role_grant g where g.user_id = u.id and g.role = any(:staff))
             as is_staff
    from support_view v join "user" u on u.id = v.user_id
    where v.id = :view_id and v.agent_id = :agent_id
    """
)


class NotOfStaff(Forbidden):
    code = "view_not_of_staff"
    message = N_("Nobody looks as a colleague, nor as themselves.")


class ViewOver(Conflict):
    code = "view_over"
    message = N_("The support view is over. You are yourself again.")


async def start(
    request: Connection,
    session: AsyncSession,
    viewer: Viewer,
    user_id: UUID,
    *,
    reason: str,
    ticket: str,
) -> None:
    """Begin to look as this person; the session gets a new token, the person a notice.

    Raises NotFound, also for a closed account, and NotOfStaff. Publishes SupportViewStarted.
    """
    if viewer.user_id is None or viewer.session_id is None:
        raise NotSignedIn
    person = await session.get(User, user_id)
    if person is None or person.suspended_at is not None:
        raise NotFound
    if user_id == viewer.user_id or await accounts_roles.is_staff(session, user_id):
        raise NotOfStaff
    view = SupportView(
        agent_id=viewer.user_id,
        user_id=user_id,
        reason=reason,
        ticket=ticket,
        ends_at=clock.now() + LIFETIME,
    )
    session.add(view)
    await session.flush()
    await carrying.carry(request, session, viewer.session_id, view.id)
    await record(
        session, viewer, "support_view.start", "user", user_id, reason=reason, ticket=ticket
    )
    await publish(session, SupportViewStarted(user_id, view.id, ticket))


async def enter(services: Services, viewer: Viewer) -> tuple[Viewer, AppError | None]:
    """The buyer's Viewer while the agent looks as them; a look that is over is ended, and said.

    Over is: the time is up, the agent lost the right, or the person became staff or was closed.
    """
    if viewer.view_id is None:
        return viewer, None
    async with services.db.lookups.connect() as connection:
        found = await connection.execute(
            _LOAD,
            {
                "view_id": viewer.view_id,
                "agent_id": viewer.user_id,
                "staff": [str(role) for role in STAFF_ROLES],
            },
        )
        row = found.one_or_none()
    is_on = (
        row is not None
        and row.ended_at is None
        and clock.now() < row.ends_at
        and not row.is_staff
        and row.suspended_at is None
        and viewer.may(PERMISSION)
        and not viewer.must_enrol
    )
    if row is None or not is_on:
        async with services.db.begin() as session:
            await finish(session, viewer)
        return viewer, ViewOver()
    buyer = Viewer(
        user_id=row.user_id,
        name=row.name,
        csrf_secret=viewer.csrf_secret,
        view_id=row.id,
        view=View(row.id, viewer, row.ends_at),
    )
    return buyer, None


async def note_page(services: Services, viewer: Viewer, path: str) -> None:
    """Put the page into the trail before it is shown; without that nothing is shown."""
    if viewer.view is None:
        return
    async with services.db.begin() as session:
        await record(
            session, viewer.view.agent, "support_view.read", "user", viewer.user_id, path=path
        )


async def finish(session: AsyncSession, agent: Viewer) -> UUID | None:
    """End the look that the agent's session carries; returns whose it was. Doing it twice is
    nothing."""
    if agent.session_id is None or agent.view_id is None:
        return None
    await carrying.drop(session, agent.session_id, agent.view_id)
    ended: UUID | None = await session.scalar(
        update(SupportView)
        .where(SupportView.id == agent.view_id, SupportView.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(SupportView.user_id)
    )
    if ended is not None:
        await record(session, agent, "support_view.end", "user", ended)
        return ended
    found: UUID | None = await session.scalar(
        select(SupportView.user_id).where(SupportView.id == agent.view_id)
    )
    return found
