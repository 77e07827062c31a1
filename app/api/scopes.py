"""What a program may be allowed, and what of it a person can give. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.kernel.i18n import N_
from app.kernel.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Scope:
    """`words` is a msgid; whoever lacks `permission` cannot give it, and it is gone with that."""

    words: str
    permission: str | None = None


SCOPES: Mapping[str, Scope] = {
    "profile:read": Scope(N_("See your name, language and roles")),
    "catalogue:read": Scope(N_("Read categories and products")),
    "orders:read": Scope(N_("See your orders and where they are")),
    "family:read": Scope(N_("See the nicknames and age groups of your children"), "family.manage"),
    "sales:read": Scope(N_("See the orders of your shop with their addresses"), "order.fulfil"),
    "sales:write": Scope(N_("Accept, pack and hand over the orders of your shop"), "order.fulfil"),
}


def allowed(viewer: Viewer, wanted: Collection[str] = tuple(SCOPES)) -> frozenset[str]:
    """Of the wanted scopes those that this person can give now."""
    return frozenset(
        name
        for name, scope in SCOPES.items()
        if name in wanted and (scope.permission is None or viewer.may(scope.permission))
    )


def in_order(scopes: Collection[str]) -> list[str]:
    """As people and programs read them."""
    return [name for name in SCOPES if name in scopes]
