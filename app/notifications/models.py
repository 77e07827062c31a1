"""The inbox and the devices that may be pushed to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Notification(Keyed, Base):
    """What a user is told; its words are made from `kind` and `data` when it is read."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_user_id", "user_id", "created_at"),
        Index("ix_notification_unread", "user_id", postgresql_where=text("read_at is null")),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(unique=True)  # event and user: told once
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    path: Mapped[str]
    read_at: Mapped[datetime | None]


class PushSubscription(Keyed, Base):
    __tablename__ = "push_subscription"
    __table_args__ = (
        Index("ix_push_subscription_user_id", "user_id"),
        Index("ix_push_subscription_session_id", "session_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    locale: Mapped[str]
    seen_at: Mapped[datetime]
    failed_at: Mapped[datetime | None]
