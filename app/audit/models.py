"""The audit trail."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class AuditEntry(Keyed, Base):
    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
        Index("ix_audit_entry_household_id", "household_id", "created_at"),
    )

    actor_id: Mapped[UUID | None]
    actor_zone: Mapped[str]
    household_id: Mapped[UUID | None]
    action: Mapped[str]  # `resource.action`, for example `pin.locked`
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
