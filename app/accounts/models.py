"""Users, identities, one-time codes, sessions, passkeys, role grants."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.kernel.db import Base, Keyed


class User(Keyed, Base):
    __tablename__ = "user"

    name: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="uz")
    suspended_at: Mapped[datetime | None]


class Identity(Keyed, Base):
    """A way to be known; a verified phone or mail belongs to one user."""

    __tablename__ = "identity"
    __table_args__ = (
        CheckConstraint("kind in ('phone','mail')", name="kind"),
        UniqueConstraint("kind", "value"),
        Index("ix_identity_user_id", "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str]  # phone in E.164
    verified_at: Mapped[datetime | None]


class OneTimeCode(Keyed, Base):
    """A code sent to a phone; bound to the browser by `binding`, the hash of its cookie."""

    __tablename__ = "one_time_code"
    __table_args__ = (
        CheckConstraint("tries >= 0 and tries <= 5", name="tries"),
        Index("ix_one_time_code_target", "target", "created_at"),
        Index("ix_one_time_code_address", "address", "created_at"),
    )

    purpose: Mapped[str]
    target: Mapped[str]
    address: Mapped[str]  # hashed network of the asker
    binding: Mapped[bytes]
    code_hash: Mapped[bytes]
    tries: Mapped[int] = mapped_column(SmallInteger(), default=0)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Session(Keyed, Base):
    """A device's stay. A device in a child's hands has a session of its own, without a user."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("(zone = 'kids') = (child_id is not null)", name="kids_has_child"),
        CheckConstraint("zone <> 'kids' or user_id is null", name="kids_has_no_user"),
        Index("ix_session_user_id", "user_id"),
        Index("ix_session_child_id", "child_id"),
        Index("ix_session_suspended_id", "suspended_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(unique=True)
    csrf_secret: Mapped[str]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    zone: Mapped[str] = mapped_column(default="shop")
    child_id: Mapped[UUID | None]  # a child profile of `family`, which lies above this slice
    suspended_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("session.id", ondelete="SET NULL")
    )  # the guardian's session that waits while the child has the device
    device: Mapped[str] = mapped_column(default="")
    signed_in_at: Mapped[datetime | None]  # when its person last proved who they are
    confirmed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Passkey(Keyed, Base):
    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_user_id", "user_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    transports: Mapped[str] = mapped_column(default="")
    backup_eligible: Mapped[bool]
    backed_up: Mapped[bool]
    aaguid: Mapped[str]
    name: Mapped[str]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Keyed, Base):
    """A WebAuthn challenge: single use, five minutes, bound to the browser."""

    __tablename__ = "passkey_challenge"
    __table_args__ = (Index("ix_passkey_challenge_user_id", "user_id"),)

    purpose: Mapped[str]  # register | sign_in | confirm
    challenge: Mapped[bytes]
    binding: Mapped[bytes]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RoleGrant(Keyed, Base):
    """A role of a user over a scope: a household, a shop, or everything (null)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "role in ('guardian','giver','seller','clerk','moderator','agent','admin')",
            name="role",
        ),
        UniqueConstraint("user_id", "role", "scope_id", postgresql_nulls_not_distinct=True),
        Index("ix_role_grant_scope_id", "scope_id", "role"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    role: Mapped[str]
    scope_id: Mapped[UUID | None]
