"""How long a session lives: unused, and in all. The strictest role of a person decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kernel.viewer import SHOP_ROLES, STAFF_ROLES, Zone

TOUCH_AT_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Ends when unused for `idle`, and `absolute` after the sign-in whatever happens."""

    idle: timedelta
    absolute: timedelta

    @property
    def touch_every(self) -> timedelta:
        """How old `seen_at` may grow before it is written again; short stays need it sooner."""
        return min(TOUCH_AT_MOST, self.idle / 4)


PERSON = Lifetime(idle=timedelta(days=30), absolute=timedelta(days=90))
SHOPKEEPER = Lifetime(idle=timedelta(hours=12), absolute=timedelta(days=7))
STAFF = Lifetime(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
HALF_OPEN = Lifetime(idle=timedelta(minutes=15), absolute=timedelta(minutes=15))  # second step
CHILD = Lifetime(idle=timedelta(hours=2), absolute=timedelta(days=90))


def lifetime_of(zone: str, roles: Iterable[str]) -> Lifetime:
    """The limits of a session in this zone of a person with these roles."""
    if zone == Zone.KIDS:
        return CHILD
    held = set(roles)
    if held & STAFF_ROLES:
        return STAFF
    return SHOPKEEPER if held & SHOP_ROLES else PERSON


def is_over(lifetime: Lifetime, *, seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    return now >= expires_at or now - seen_at >= lifetime.idle
