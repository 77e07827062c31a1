"""Programs that speak for people: connections with their refresh tokens, and keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class ApiClient(Keyed, Base):
    """A connection, which is a family of tokens, or a key. Every call looks at this row."""

    __tablename__ = "api_client"
    __table_args__ = (
        CheckConstraint("kind in ('connection','key')", name="kind"),
        CheckConstraint("kind <> 'key' or secret_hash is not null", name="key_has_secret"),
        CheckConstraint("ended_why in ('person','reuse','closed')", name="ended_why"),
        CheckConstraint("(ended_at is null) = (ended_why is null)", name="ended"),
        Index("ix_api_client_user_id", "user_id", "id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str]
    name: Mapped[str]  # given by the person
    scopes: Mapped[list[Any]]
    secret_hash: Mapped[bytes | None]  # of a key
    code_hash: Mapped[bytes | None] = mapped_column(unique=True)  # until the code is exchanged
    code_expires_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # None: a key that goes on until it is ended
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]


class ApiRefresh(Keyed, Base):
    """A refresh token of a family, spent or not. Spent ones stay: whoever shows one is a thief,
    or was robbed by one."""

    __tablename__ = "api_refresh"
    __table_args__ = (
        CheckConstraint("(used_at is null) = (successor_id is null)", name="spent"),
        Index("ix_api_refresh_client_id", "client_id"),
    )

    client_id: Mapped[UUID] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]  # unused for so long, it opens nothing
    used_at: Mapped[datetime | None]
    used_from: Mapped[bytes | None]  # keyed hash of the network and the program that showed it
    successor_id: Mapped[UUID | None]


class ApiAnswer(Keyed, Base):
    """What a deed was answered, so that the same request sent again is not the same deed again."""

    __tablename__ = "api_answer"
    __table_args__ = (Index("uq_api_answer_key", "client_id", "key", unique=True),)

    client_id: Mapped[UUID] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"))
    key: Mapped[str]
    request_hash: Mapped[bytes]
    answer: Mapped[bytes | None]  # JSON; None only inside the transaction of the deed
