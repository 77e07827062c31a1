"""Quiet hours: when a person's phone stays still for news that can wait."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.kernel.clock import TASHKENT


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, Tashkent time; they may span midnight."""

    since: time
    until: time

    @classmethod
    def of(cls, since: time | None, until: time | None) -> "QuietHours | None":
        return cls(since, until) if since is not None and until is not None else None

    def seconds_left(self, now: datetime) -> float:
        """How long the quiet that holds now still lasts; 0 outside the hours."""
        local = now.astimezone(TASHKENT)
        if not self._holds(local.time()):
            return 0
        end = datetime.combine(local.date(), self.until, TASHKENT)
        if end <= local:
            end += timedelta(days=1)
        return (end - local).total_seconds()

    def _holds(self, now: time) -> bool:
        if self.since < self.until:
            return self.since <= now < self.until
        return now >= self.since or now < self.until
