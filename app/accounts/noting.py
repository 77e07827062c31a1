"""Notes sign-ins and their refusals in the audit trail, where no viewer is known yet."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.accounts.handles import Handle
from app.accounts.models import Identity, Session
from app.audit.record import record
from app.kernel.viewer import Grant, Role, Viewer


async def arrived(session: AsyncSession, row: Session, *, is_new_device: bool) -> None:
    """This stay is signed in, whole."""
    if row.user_id is None:
        return
    held = await roles.names(session, row.user_id)
    viewer = Viewer(user_id=row.user_id, grants=tuple(Grant(Role(one), None) for one in held))
    await record(
        session,
        viewer,
        "sign_in.done",
        "user",
        row.user_id,
        method=row.confirmed_by,
        device=row.device,
        is_new_device=is_new_device,
    )


async def refused(
    session: AsyncSession,
    viewer: Viewer,
    method: str,
    reason: str,
    who: Handle | UUID | None = None,
) -> None:
    """Somebody tried to sign in and was refused; a handle that nobody has is not kept."""
    if isinstance(who, Handle):
        owner = select(Identity.user_id).where(
            Identity.kind == who.kind, Identity.value == who.value
        )
        who = await session.scalar(owner)
    await record(session, viewer, "sign_in.refuse", "user", who, method=method, reason=reason)
