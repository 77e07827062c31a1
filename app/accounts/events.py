"""Facts about people and their ways in."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class UserRegistered(Event):
    user_id: UUID


@dataclass(frozen=True)
class SignedIn(Event):
    """`is_new_device`: this person was known, this kind of device was not."""

    user_id: UUID
    session_id: UUID
    device: str
    is_new_device: bool


@dataclass(frozen=True)
class SessionEnded(Event):
    session_id: UUID
    user_id: UUID | None


@dataclass(frozen=True)
class PasskeyAdded(Event):
    user_id: UUID
    passkey_id: UUID
    label: str


@dataclass(frozen=True)
class PasskeyRemoved(Event):
    user_id: UUID
    passkey_id: UUID
    label: str


@dataclass(frozen=True)
class WaysChanged(Event):
    """`what`: a key of `notices.CHANGES`, as password_set or mail_removed."""

    user_id: UUID
    change_id: UUID
    what: str
