"""Facts about programs that speak for people."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class ApiClientMade(Event):
    """`kind`: connection or key."""

    user_id: UUID
    client_id: UUID
    kind: str
    program: str


@dataclass(frozen=True)
class ApiTokenReused(Event):
    """A spent refresh token was shown again: somebody has a copy, so the connection has ended."""

    user_id: UUID
    client_id: UUID
    program: str
