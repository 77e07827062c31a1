"""Copies of data, deletions that wait, accepted policies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class DataExport(Keyed, Base):
    """One copy a person at a time: the zip itself, so that every server can hand it out."""

    __tablename__ = "data_export"
    __table_args__ = (
        CheckConstraint("state in ('asked','ready','failed')", name="state"),
        CheckConstraint("(state = 'ready') = (content is not null)", name="ready_has_content"),
        CheckConstraint("octet_length(content) <= 33554432", name="content"),
        Index("ix_data_export_expires_at", "expires_at"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    locale: Mapped[str]
    state: Mapped[str] = mapped_column(default="asked")
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    expires_at: Mapped[datetime]


class DeletionRequest(Keyed, Base):
    """A person's account, or one child's profile, that is to be erased when its time comes.

    No foreign keys: the row outlives what it names and proves that it was done.
    """

    __tablename__ = "deletion_request"
    __table_args__ = (
        CheckConstraint("state in ('asked','undone','done')", name="state"),
        Index(
            "uq_deletion_request_user_id",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'asked' and child_id is null"),
        ),
        Index(
            "uq_deletion_request_child_id",
            "child_id",
            unique=True,
            postgresql_where=text("state = 'asked' and child_id is not null"),
        ),
        Index("ix_deletion_request_due_at", "due_at", postgresql_where=text("state = 'asked'")),
    )

    user_id: Mapped[UUID]  # who asked
    child_id: Mapped[UUID | None]  # null: the person's own account
    state: Mapped[str] = mapped_column(default="asked")
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PolicyAcceptance(Keyed, Base):
    """Evidence that a version was accepted; append-only, names nobody."""

    __tablename__ = "policy_acceptance"
    __table_args__ = (
        CheckConstraint("way in ('sign_up','order','page')", name="way"),
        Index("ix_policy_acceptance_user_id", "user_id", "policy", "version"),
        Index("ix_policy_acceptance_order_id", "order_id"),
    )

    user_id: Mapped[UUID | None]  # null: a guest, known by the order
    order_id: Mapped[UUID | None]
    policy: Mapped[str]
    version: Mapped[str]
    locale: Mapped[str]
    sha256: Mapped[str]  # of the text in that language
    way: Mapped[str]
