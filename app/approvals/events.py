"""Facts of asking and deciding."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class ApprovalAsked(Event):
    request_id: UUID
    household_id: UUID
    child_id: UUID


@dataclass(frozen=True)
class ApprovalDecided(Event):
    """`decision` is approved, declined or lapsed; a lapse is decided by nobody."""

    request_id: UUID
    household_id: UUID
    child_id: UUID
    decision: str
    decided_by: UUID | None
