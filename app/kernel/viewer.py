"""Who is looking: the one value that every request carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.kernel import clock

CONFIRMATION_SECONDS = 300  # a passkey or PIN counts as fresh for five minutes


class Zone(StrEnum):
    """Which face the app shows; set by the server session, never by the client."""

    SHOP = "shop"
    KIDS = "kids"
    DESK = "desk"


class Role(StrEnum):
    GUARDIAN = "guardian"
    GIVER = "giver"
    SELLER = "seller"
    CLERK = "clerk"
    MODERATOR = "moderator"
    AGENT = "agent"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and what it is over: a household, a shop, or everything (None)."""

    role: Role
    scope_id: UUID | None


@dataclass(frozen=True, slots=True)
class Child:
    """The child in whose hands the device is."""

    id: UUID
    household_id: UUID
    nickname: str
    avatar: str
    hue: int
    age: int

    @property
    def step(self) -> str:
        """Layout step: '3' pictures only, '6' short words, '9' fuller, '13' near adult."""
        if self.age <= 5:
            return "3"
        if self.age <= 8:
            return "6"
        return "9" if self.age <= 12 else "13"


@dataclass(frozen=True, slots=True)
class Audience:
    """What may be shown: everything on sale, or what a person approved for a child of this age."""

    child_age: int | None = None
    blocked_category_ids: tuple[UUID, ...] = ()
    blocked_ids: tuple[UUID, ...] = ()

    @property
    def is_child(self) -> bool:
        return self.child_age is not None


ADULT = Audience()
_NO_BADGES: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Viewer:
    """A guest, a signed-in adult or a child; immutable for the length of the request."""

    session_id: UUID | None = None
    user_id: UUID | None = None
    name: str = ""
    locale: str | None = None
    grants: tuple[Grant, ...] = ()
    permissions: frozenset[str] = frozenset()
    zone: Zone = Zone.SHOP
    audience: Audience = ADULT
    child_id: UUID | None = None  # set by the session; `child` is filled from it
    child: Child | None = None
    confirmed_at: datetime | None = None
    csrf_secret: str = ""
    badges: Mapping[str, int] = field(default_factory=lambda: _NO_BADGES)

    @property
    def is_guest(self) -> bool:
        return self.user_id is None and self.child is None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_parent(self) -> bool:
        return Role.GUARDIAN in self.roles

    @property
    def is_seller(self) -> bool:
        return bool(self.roles & {Role.SELLER, Role.CLERK})

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & {Role.MODERATOR, Role.AGENT, Role.ADMIN})

    @property
    def household_id(self) -> UUID | None:
        """The family this viewer acts in: the child's, or the first where they are a guardian."""
        if self.child is not None:
            return self.child.household_id
        return next((g.scope_id for g in self.grants if g.role is Role.GUARDIAN), None)

    @property
    def seller_ids(self) -> tuple[UUID, ...]:
        """The shops this viewer works for."""
        shops = {Role.SELLER, Role.CLERK}
        return tuple(g.scope_id for g in self.grants if g.role in shops and g.scope_id)

    @property
    def is_confirmed(self) -> bool:
        """A passkey or PIN was given on this device within the last five minutes."""
        if self.confirmed_at is None:
            return False
        return clock.now() - self.confirmed_at < timedelta(seconds=CONFIRMATION_SECONDS)

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def cache_id(self) -> str:
        """Names this viewer's offline copies; changes with the person and with the zone."""
        if self.child is not None:
            return f"child-{self.child.id}"
        return f"user-{self.user_id}" if self.user_id else "guest"


GUEST = Viewer()
