"""What happened to the money of a subject (an order, for whoever opened the intent)."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class PaymentStarted(Event):
    """A provider opened a transaction: the payer is at the card form or the code."""

    intent_id: UUID
    subject_id: UUID


@dataclass(frozen=True)
class PaymentCaptured(Event):
    """The money is ours, once for each intent."""

    intent_id: UUID
    subject_id: UUID
    amount: int  # minor units


@dataclass(frozen=True)
class PaymentCancelled(Event):
    """An attempt ended without money; the intent stays open and may be paid in another try."""

    intent_id: UUID
    subject_id: UUID
    reason: int | None


@dataclass(frozen=True)
class PaymentReversed(Event):
    """The provider takes a captured payment back and returns it to the payer."""

    intent_id: UUID
    subject_id: UUID
    amount: int  # minor units
