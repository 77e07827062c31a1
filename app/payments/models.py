"""Intents, provider transactions, and the log of provider calls."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class PaymentIntent(Keyed, Base):
    """What should be paid; frozen when opened. `reference` is what the payer's provider sends
    back as `order_id`; `subject_id` is the row above that waits for the money."""

    __tablename__ = "payment_intent"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state in ('open','paid','cancelled','expired','refunded')", name="state"),
        Index("ix_payment_intent_expiry", "expires_at", postgresql_where=text("state = 'open'")),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    subject_id: Mapped[UUID] = mapped_column(unique=True)
    payer_id: Mapped[UUID | None]  # user; null for a guest
    payer_session_id: Mapped[UUID | None]
    amount: Mapped[int]  # minor units (tiyin)
    currency: Mapped[str] = mapped_column(CHAR(3))
    state: Mapped[str] = mapped_column(default="open")
    is_refundable: Mapped[bool] = mapped_column(default=True)  # false once goods were handed over
    receipt: Mapped[list[Any]] = mapped_column(default=list)  # fiscal lines, frozen
    return_path: Mapped[str]
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]


class PaymentTransaction(Keyed, Base):
    """One operation of a provider. Times are the integer milliseconds that were answered."""

    __tablename__ = "payment_transaction"
    __table_args__ = (
        CheckConstraint("state in (1, 2, -1, -2)", name="state"),
        UniqueConstraint("provider", "external_id"),
        Index("ix_payment_transaction_intent_id", "intent_id"),
        Index("ix_payment_transaction_statement", "provider", "provider_time"),
        Index(
            "uq_payment_transaction_paid",
            "intent_id",
            unique=True,
            postgresql_where=text("state = 2"),
        ),
        Index(
            "uq_payment_transaction_open",
            "intent_id",
            "provider",
            unique=True,
            postgresql_where=text("state = 1"),
        ),
    )

    intent_id: Mapped[UUID] = mapped_column(ForeignKey("payment_intent.id"))
    provider: Mapped[str]
    external_id: Mapped[str]
    amount: Mapped[int]
    state: Mapped[int]
    provider_time: Mapped[int]  # the provider's own time of creation, ms
    create_time: Mapped[int]
    perform_time: Mapped[int] = mapped_column(default=0)
    cancel_time: Mapped[int] = mapped_column(default=0)
    reason: Mapped[int | None]
    fiscal: Mapped[dict[str, Any]] = mapped_column(default=dict)  # PERFORM and CANCEL receipts


class ProviderCall(Keyed, Base):
    """Append-only log of what providers asked and what we answered; secrets are never in it."""

    __tablename__ = "provider_call"
    __table_args__ = (Index("ix_provider_call_created_at", "created_at"),)

    provider: Mapped[str]
    method: Mapped[str]
    request: Mapped[str]  # at most 4 KB
    response: Mapped[str]
    address: Mapped[str]
