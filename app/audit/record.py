"""Writes the audit trail, in the transaction of the deed itself."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.observe import SECRET_NAMES
from app.kernel.viewer import Viewer

HIDDEN = "***"


async def record(
    session: AsyncSession,
    viewer: Viewer,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    **details: Any,
) -> None:
    """Note who did what to which row; `action` reads `resource.verb`, for example `pin.locked`.

    Details whose name speaks of a secret are masked. The row commits or vanishes with the deed,
    and the database refuses to change or delete it.
    """
    await session.execute(
        insert(AuditEntry).values(
            id=new_id(),
            created_at=clock.now(),
            actor_id=viewer.user_id,
            actor_zone=viewer.zone,
            household_id=viewer.household_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            details=_masked(msgspec.to_builtins(details, str_keys=True)),
        )
    )


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if any(word in name.lower() for word in SECRET_NAMES) else _masked(inner)
            for name, inner in value.items()
        }
    return [_masked(inner) for inner in value] if isinstance(value, list) else value
