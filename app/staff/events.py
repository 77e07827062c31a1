"""Facts about the staff and what they do to accounts."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class StaffRightsChanged(Event):
    """A role was given to or taken from this person."""

    user_id: UUID
    change_id: UUID
    role: str
    is_given: bool


@dataclass(frozen=True)
class AccountDeletionDue(Event):
    """It was closed to be deleted, and the time to appeal is over."""

    user_id: UUID


@dataclass(frozen=True)
class AccountReopened(Event):
    """`words` are of whoever reopened it, for the person to read."""

    user_id: UUID
    suspension_id: UUID
    words: str


@dataclass(frozen=True)
class SupportViewStarted(Event):
    """Somebody of the support looks at the shop as this buyer."""

    user_id: UUID
    view_id: UUID
    ticket: str
