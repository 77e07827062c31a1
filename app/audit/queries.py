"""Reads of the audit trail for the screens of families and staff."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry

LAST = 100


async def of_subject(
    session: AsyncSession, subject_kind: str, subject_id: UUID
) -> Sequence[AuditEntry]:
    """What was done to one row, newest first."""
    statement = select(AuditEntry).where(
        AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id
    )
    return (await session.scalars(statement.order_by(AuditEntry.id.desc()).limit(LAST))).all()


async def of_household(session: AsyncSession, household_id: UUID) -> Sequence[AuditEntry]:
    """What was done in one family, newest first."""
    statement = select(AuditEntry).where(AuditEntry.household_id == household_id)
    return (await session.scalars(statement.order_by(AuditEntry.id.desc()).limit(LAST))).all()
