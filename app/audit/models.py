"""The audit trail, and the chain that proves it."""

from datetime import date, datetime
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
        Index("ix_audit_entry_actor_id", "actor_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
        Index("ix_audit_entry_created_at", "created_at"),
    )

    actor_id: Mapped[UUID | None]
    actor_zone: Mapped[str]
    actor_role: Mapped[str] = mapped_column(server_default="")
    household_id: Mapped[UUID | None]
    action: Mapped[str]  # `resource.action`, for example `pin.lock`
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[UUID | None]  # None: done by a task
    network: Mapped[str | None]  # keyed hash of the network, never the address


class AuditSeal(Base):
    """The place of one entry in the chain of a day.

    No foreign key: a seal outlives the entry it names, so that a missing one has a name.
    """

    __tablename__ = "audit_seal"

    day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # 1, 2, 3 … in its day
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    previous_hash: Mapped[str] = mapped_column(unique=True)  # the chain can have no fork
    own_hash: Mapped[str]
    key_id: Mapped[str]
    sealed_at: Mapped[datetime]


class AuditDay(Base):
    """The signed head of a day that is over."""

    __tablename__ = "audit_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int]  # of the last seal
    head_hash: Mapped[str]
    key_id: Mapped[str]
    signature: Mapped[str]
    closed_at: Mapped[datetime]
