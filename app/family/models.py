"""Households, children, their rules, limits and consent."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.kernel.db import Base, Keyed


class Household(Keyed, Base):
    """A family; the PIN is Argon2id over an HMAC with a pepper that is not in the database."""

    __tablename__ = "household"

    name: Mapped[str]
    pin_hash: Mapped[str | None]
    pin_failures: Mapped[int] = mapped_column(SmallInteger(), default=0)
    pin_locked_until: Mapped[datetime | None]
    hides_push_details: Mapped[bool] = mapped_column(default=False)
    confirm_above: Mapped[int] = mapped_column(default=0)  # tiyin; approvals above ask PIN/passkey
    paused_at: Mapped[datetime | None]


class ChildProfile(Keyed, Base):
    """A child: nickname, birth year and a drawn animal, nothing more. No login of its own."""

    __tablename__ = "child_profile"
    __table_args__ = (
        CheckConstraint("birth_year between 2000 and 2100", name="birth_year"),
        CheckConstraint("hue between 1 and 8", name="hue"),
        Index("ix_child_profile_household_id", "household_id"),
    )

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    nickname: Mapped[str]
    birth_year: Mapped[int] = mapped_column(SmallInteger())
    avatar: Mapped[str]
    hue: Mapped[int] = mapped_column(SmallInteger())
    closed_at: Mapped[datetime | None]


class ChildDevice(Keyed, Base):
    """A phone of the child's own, known by the hash of its cookie. Picture and PIN are Argon2id
    over an HMAC with the pepper; without them the cookie opens nothing."""

    __tablename__ = "child_device"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures"),
        Index("ix_child_device_child_id", "child_id"),
        Index("ix_child_device_session_id", "session_id"),
    )

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child_profile.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    secret_hash: Mapped[str | None]
    new_secret_hash: Mapped[str | None]  # chosen once, to be repeated
    failures: Mapped[int] = mapped_column(SmallInteger(), server_default="0")
    locked_until: Mapped[datetime | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("session.id", ondelete="SET NULL"))
    used_at: Mapped[datetime] = mapped_column(default=clock.now)  # when the child last came in
    ended_at: Mapped[datetime | None]


class ChildLink(Keyed, Base):
    """Makes one phone a child's: by a QR code, or by a short code typed on it. Five minutes."""

    __tablename__ = "child_link"
    __table_args__ = (Index("ix_child_link_child_id", "child_id"),)

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child_profile.id", ondelete="CASCADE"))
    token_hash: Mapped[bytes]
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ChildLinkTry(Keyed, Base):
    """Codes typed wrong in one network lately; `key` is its keyed hash."""

    __tablename__ = "child_link_try"

    key: Mapped[bytes] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(SmallInteger())
    began_at: Mapped[datetime] = mapped_column(default=clock.now)


class SafetyRules(Base):
    """What a guardian hides from one child, beyond what no child sees."""

    __tablename__ = "safety_rules"

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child_profile.id"), primary_key=True)
    age_ceiling: Mapped[int | None] = mapped_column(SmallInteger())  # years; null: the child's age
    blocked_category_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(PgUUID(as_uuid=True)), default=list
    )
    blocked_product_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(PgUUID(as_uuid=True)), default=list
    )
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class SpendingLimit(Base):
    """How much a child may spend in a day (Asia/Tashkent), in tiyin; a guardian chose it."""

    __tablename__ = "spending_limit"
    __table_args__ = (
        CheckConstraint("period in ('day')", name="period"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child_profile.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int]


class SpendingDay(Base):
    """The running sums of one child's day. `beyond` is what guardians allowed over the limit."""

    __tablename__ = "spending_day"
    __table_args__ = (
        CheckConstraint("reserved >= 0 and consumed >= 0 and beyond >= 0", name="positive"),
        CheckConstraint("reserved + consumed <= limit_amount", name="within_limit"),
    )

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child_profile.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    limit_amount: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)
    consumed: Mapped[int] = mapped_column(default=0)
    beyond: Mapped[int] = mapped_column(default=0)


class SpendingEntry(Keyed, Base):
    """One request's share of a day; each move of state changes the sums of its day with it."""

    __tablename__ = "spending_entry"
    __table_args__ = (
        CheckConstraint("state in ('reserved','consumed','released')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_spending_entry_child_id", "child_id", "day"),
    )

    request_id: Mapped[UUID] = mapped_column(unique=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child_profile.id"))
    day: Mapped[date]
    amount: Mapped[int]
    state: Mapped[str]
    is_beyond: Mapped[bool] = mapped_column(default=False)


class Consent(Keyed, Base):
    """Evidence of a guardian's decision; append-only, chained by hashes per household."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("decision in ('given','refused','withdrawn')", name="decision"),
        UniqueConstraint("household_id", "sequence"),
        Index("ix_consent_child_id", "child_id", "purpose"),
    )

    household_id: Mapped[UUID]  # no foreign keys: evidence outlives the people it numbers
    child_id: Mapped[UUID | None]
    user_id: Mapped[UUID]
    sequence: Mapped[int]
    purpose: Mapped[str]
    decision: Mapped[str]
    method: Mapped[str]
    notice_version: Mapped[str]
    notice_locale: Mapped[str]
    notice_sha256: Mapped[str]
    evidence: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    own_hash: Mapped[str]
