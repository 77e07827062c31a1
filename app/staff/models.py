"""Closed accounts, what their people say to it, and looks at the shop as a buyer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Suspension(Keyed, Base):
    """Why an account is closed; one of a person is open at a time, ended ones stay."""

    __tablename__ = "suspension"
    __table_args__ = (
        Index("ix_suspension_user_id", "user_id"),
        Index("ix_suspension_by_id", "by_id"),
        Index("ix_suspension_ended_by", "ended_by"),
        Index(
            "uq_suspension_one_open",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    reason: Mapped[str]
    words: Mapped[str]  # read by the person
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    erase_after: Mapped[datetime | None]  # the account is to be deleted then
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    ended_words: Mapped[str] = mapped_column(default="")


class Appeal(Keyed, Base):
    """What the person says to it, and the answer of somebody who did not close the account."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint("decision in ('granted','refused')", name="decision"),
        CheckConstraint("(decision is null) = (decided_at is null)", name="decided"),
        Index("ix_appeal_suspension_id", "suspension_id"),
        Index("ix_appeal_decided_by", "decided_by"),
        Index(
            "uq_appeal_one_open",
            "suspension_id",
            unique=True,
            postgresql_where=text("decided_at is null"),
        ),
    )

    suspension_id: Mapped[UUID] = mapped_column(ForeignKey("suspension.id", ondelete="CASCADE"))
    words: Mapped[str]
    decision: Mapped[str | None]
    answer: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))


class SupportView(Keyed, Base):
    """One look at the shop as this buyer; the agent's session carries its id meanwhile."""

    __tablename__ = "support_view"
    __table_args__ = (
        Index("ix_support_view_agent_id", "agent_id"),
        Index("ix_support_view_user_id", "user_id"),
    )

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    reason: Mapped[str]
    ticket: Mapped[str]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
