"""Messages: one sending through one channel."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Message(Keyed, Base):
    """What was sent to whom; the body is kept readable outside production only."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("channel in ('sms','mail','push')", name="channel"),
        CheckConstraint("state in ('waiting','sent','failed','gone')", name="state"),
        Index("ix_message_recipient", "recipient", "created_at"),
        Index("ix_message_user_id", "user_id"),
    )

    channel: Mapped[str]
    kind: Mapped[str]  # what it is about, for example `code` or `approval_asked`
    user_id: Mapped[UUID | None]
    recipient: Mapped[str]  # phone, address or push endpoint
    locale: Mapped[str]
    subject: Mapped[str | None]
    body: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
