"""Facts about incidents."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class IncidentOpened(Event):
    """Personal data may have come into wrong hands; the 72 hours run."""

    incident_id: UUID
    number: str
    opened_by: UUID


@dataclass(frozen=True)
class IncidentOverdue(Event):
    """The 72 hours are over and the authority does not know."""

    incident_id: UUID
    number: str
    due_at: datetime
