"""Who is looking: the one value that every request carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.kernel import clock

CONFIRMATION_SECONDS = 300  # a proof counts as fresh for five minutes


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
    STAFF = "staff"  # over a role that an admin made and named; it holds what that one holds


class Proof(StrEnum):
    """How a person last showed that it is them; what each opens: docs/decisions/step-up.md."""

    PIN = "pin"  # of the household, known to all of its adults
    CODE = "code"  # sent to a phone or a mailbox
    PASSWORD = "password"  # noqa: S105  its name
    RECOVERY = "recovery"
    AUTHENTICATOR = "authenticator"
    PASSKEY = "passkey"


SECOND_FACTORS = frozenset({Proof.RECOVERY, Proof.AUTHENTICATOR, Proof.PASSKEY})
FAMILY_ROLES = frozenset({Role.GUARDIAN, Role.GIVER})
SHOP_ROLES = frozenset({Role.SELLER, Role.CLERK})
STAFF_ROLES = frozenset({Role.MODERATOR, Role.AGENT, Role.ADMIN, Role.STAFF})


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


@dataclass(frozen=True, slots=True)
class View:
    """Somebody of the staff looks at the shop as this viewer; nothing can be changed meanwhile."""

    id: UUID
    agent: "Viewer"  # who really looks
    ends_at: datetime


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
    confirmed_by: Proof | None = None
    has_authenticator: bool = False
    has_passkey: bool = False
    half_open_id: UUID | None = None  # who has begun to sign in and owes the second step
    view_id: UUID | None = None  # set by the session; `view` is filled from it
    view: View | None = None
    csrf_secret: str = ""
    client_id: UUID | None = None  # the program that speaks for this person, if one does
    scopes: frozenset[str] = frozenset()  # what that program may do
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
        return bool(self.roles & SHOP_ROLES)

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF_ROLES)

    @property
    def household_id(self) -> UUID | None:
        """The family this viewer acts in: the child's, or the first where they are a guardian."""
        if self.child is not None:
            return self.child.household_id
        return next((g.scope_id for g in self.grants if g.role is Role.GUARDIAN), None)

    @property
    def seller_ids(self) -> tuple[UUID, ...]:
        """The shops this viewer works for."""
        return tuple(g.scope_id for g in self.grants if g.role in SHOP_ROLES and g.scope_id)

    @property
    def must_have_factor(self) -> bool:
        """Whoever acts for more than a family: staff and sellers, and any role to come."""
        return self.is_staff or bool(self.roles - FAMILY_ROLES)

    @property
    def must_enrol(self) -> bool:
        """Held at the page of the second factor until there is one."""
        has_one = self.has_authenticator or self.has_passkey
        return self.user_id is not None and self.must_have_factor and not has_one

    @property
    def asks_factor(self) -> bool:
        """A code or a password alone proves too little of this person. A passkey of somebody
        who need not have one is a convenience: losing it locks nobody out."""
        return self.has_authenticator or (self.has_passkey and self.must_have_factor)

    @property
    def is_confirmed(self) -> bool:
        """Proved within the last five minutes, by the household's PIN or better: enough for the
        family's matters. A code to the phone is not, since a child may hold that phone."""
        return self._is_fresh and self.confirmed_by not in (None, Proof.CODE)

    @property
    def is_self_confirmed(self) -> bool:
        """Proved within the last five minutes to be this very person: enough for everything."""
        if not self._is_fresh or self.confirmed_by in (None, Proof.PIN):
            return False
        return self.confirmed_by in SECOND_FACTORS or not self.asks_factor

    @property
    def _is_fresh(self) -> bool:
        if self.confirmed_at is None:
            return False
        return clock.now() - self.confirmed_at < timedelta(seconds=CONFIRMATION_SECONDS)

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def cache_id(self) -> str:
        """Names this viewer's offline copies; changes with the person and with the zone."""
        if self.view is not None:
            return f"view-{self.view.id}"
        if self.child is not None:
            return f"child-{self.child.id}"
        return f"user-{self.user_id}" if self.user_id else "guest"


GUEST = Viewer()
