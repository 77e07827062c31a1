"""Writes the audit trail, in the transaction of the deed itself."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.observe import SECRET_NAMES, origin
from app.kernel.viewer import Role, Viewer

HIDDEN = "***"
# Who acts with several roles acts with the strongest.
STRONGEST = (*(Role.ADMIN, Role.MODERATOR, Role.AGENT), *(Role.SELLER, Role.CLERK), *Role)


async def record(
    session: AsyncSession,
    viewer: Viewer,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    **details: Any,
) -> None:
    """Note who did what to which row; `action` reads `resource.verb`, for example `pin.lock`.

    A change says `before` and `after`, each a mapping of names to values. Details whose name
    speaks of a secret are masked. Request and network come from the request that is answered.
    The row commits or vanishes with the deed, and the database refuses to change or delete it.
    """
    source = origin()
    if viewer.view is not None:  # whoever looks through a person’s eyes acts as themselves
        viewer = viewer.view.agent
    viewer = viewer.view.agent if viewer.view else viewer  # who looks as a buyer acts as themselves
    await session.execute(
        insert(AuditEntry).values(
            id=new_id(),
            created_at=clock.now(),
            actor_id=viewer.user_id,
            actor_zone=viewer.zone,
            actor_role=acting_role(viewer, is_request=source.request_id is not None),
            household_id=viewer.household_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            details=_masked(msgspec.to_builtins(details, str_keys=True)),
            request_id=source.request_id,
            network=source.network,
        )
    )


def acting_role(viewer: Viewer, *, is_request: bool) -> str:
    """A role, or `child`, `buyer`, `guest`; `system` for what a task or a command does."""
    if viewer.child_id is not None:
        return "child"
    if viewer.user_id is None:
        return "guest" if is_request else "system"
    return next((role.value for role in STRONGEST if role in viewer.roles), "buyer")


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if any(word in name.lower() for word in SECRET_NAMES) else _masked(inner)
            for name, inner in value.items()
        }
    return [_masked(inner) for inner in value] if isinstance(value, list) else value
