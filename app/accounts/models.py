"""Users, identities, one-time codes, passwords, sessions, passkeys, role grants."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.kernel.db import Base, Keyed


class User(Keyed, Base):
    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("(quiet_from is null) = (quiet_to is null)", name="quiet_hours"),
    )

    name: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="uz")
    suspended_at: Mapped[datetime | None]
    quiet_from: Mapped[time | None]  # Tashkent time; between the two, what can wait waits
    quiet_to: Mapped[time | None]


class Identity(Keyed, Base):
    """A way to be known; a verified phone or mail belongs to one user."""

    __tablename__ = "identity"
    __table_args__ = (
        CheckConstraint("kind in ('phone','mail')", name="kind"),
        UniqueConstraint("kind", "value"),
        Index("ix_identity_user_id", "user_id"),
        Index(
            "uq_identity_one_phone",
            "user_id",
            unique=True,
            postgresql_where=text("kind = 'phone'"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str]  # phone in E.164, mail in small letters
    verified_at: Mapped[datetime | None]


class OneTimeCode(Keyed, Base):
    """A code sent to a phone or mail; bound to the browser by `binding`, the id of its session."""

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


class Password(Keyed, Base):
    """Who has one has it besides the codes; `is_short` ones need a second factor."""

    __tablename__ = "password"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    hash: Mapped[str]
    is_short: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)


class PasswordTry(Keyed, Base):
    """Failures in a row at one account, or at an address that has none; `key` is a hash."""

    __tablename__ = "password_try"

    key: Mapped[bytes] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    open_at: Mapped[datetime] = mapped_column(default=clock.now)  # no try is looked at before


class PasswordReset(Keyed, Base):
    """Lets the holder of its secret choose a new password, once; without a user it is no use."""

    __tablename__ = "password_reset"
    __table_args__ = (
        Index("ix_password_reset_user_id", "user_id"),
        Index("ix_password_reset_target", "target", "created_at"),
        Index("ix_password_reset_address", "address", "created_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    target: Mapped[str]  # keyed hash of where it was sent
    address: Mapped[str]  # hashed network of the asker
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
    view_id: Mapped[UUID | None]  # a support view of `staff`, which lies above this slice
    device: Mapped[str] = mapped_column(default="")
    signed_in_at: Mapped[datetime | None]  # when its person last proved who they are
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]  # a `Proof`
    factor_at: Mapped[datetime | None]  # when the second step was passed in this stay
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


class SecondFactor(Keyed, Base):
    """A person's authenticator and the count of wrong codes, recovery codes included."""

    __tablename__ = "second_factor"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    seed: Mapped[str | None]  # encrypted
    new_seed: Mapped[str | None]  # encrypted; shown, and not yet proved by a right code
    proven_at: Mapped[datetime | None]
    last_step: Mapped[int | None]  # a code works once: later ones only
    failures: Mapped[int] = mapped_column(SmallInteger(), server_default="0")
    locked_until: Mapped[datetime | None]


class RecoveryCode(Keyed, Base):
    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_user_id", "user_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class RoleGrant(Keyed, Base):
    """A role of a user over a scope: a household, a shop, or everything (null)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "role in ('guardian','giver','seller','clerk','moderator','agent','admin','staff')",
            name="role",
        ),
        CheckConstraint("role <> 'staff' or scope_id is not null", name="staff_names_its_role"),
        UniqueConstraint("user_id", "role", "scope_id", postgresql_nulls_not_distinct=True),
        Index("ix_role_grant_scope_id", "scope_id", "role"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    role: Mapped[str]
    scope_id: Mapped[UUID | None]


class StaffRole(Keyed, Base):
    """A role of the staff in the admin's own words; held by a grant `staff` over its id."""

    __tablename__ = "staff_role"

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")


class StaffRolePermission(Base):
    __tablename__ = "staff_role_permission"

    role_id: Mapped[UUID] = mapped_column(
        ForeignKey("staff_role.id", ondelete="CASCADE"), primary_key=True
    )
    permission: Mapped[str] = mapped_column(primary_key=True)
