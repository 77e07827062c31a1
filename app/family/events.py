"""Facts about families."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class ConsentDecided(Event):
    """A guardian gave or withdrew the consent that a child's profile rests on."""

    household_id: UUID
    child_id: UUID
    user_id: UUID
    decision: str


@dataclass(frozen=True)
class ChildPhoneLinked(Event):
    """A phone became a child's own; whoever holds it still has to choose picture and PIN."""

    household_id: UUID
    child_id: UUID
    device_id: UUID
    device: str
