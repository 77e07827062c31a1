"""Facts of delivery."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class PushGone(Event):
    """The push service knows the subscription no longer; what was meant for it did not arrive."""

    endpoint: str
    message_id: UUID
