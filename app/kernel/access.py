"""Access is declared once on the route and denied by default.

Two questions only: may this viewer do this kind of thing (here), and which rows (the slice's
own select, where a row outside it is a 404).
"""

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.kernel.errors import Forbidden, NotFound, NotSignedIn
from app.kernel.viewer import Viewer, Zone

KEY = "access"
ADULT_ZONES = frozenset({Zone.SHOP, Zone.DESK})


@dataclass(frozen=True, slots=True)
class Rule:
    """Zones that may call the route, and what the viewer must be there."""

    zones: frozenset[Zone]
    signed_in: bool = False
    permission: str | None = None
    machine: bool = False  # no session, no CSRF: the route proves its caller itself


def _rule(**kwargs: Any) -> dict[str, Any]:
    return {KEY: Rule(**kwargs)}


everyone = _rule(zones=frozenset(Zone))
"""Guests, adults and children; the route reads only what the audience may see."""

adults = _rule(zones=ADULT_ZONES)
"""Guests and adults; for a child the page does not exist."""

signed_in = _rule(zones=ADULT_ZONES, signed_in=True)
"""Adults with an account."""

kids = _rule(zones=frozenset({Zone.KIDS}))
"""Only a device in a child's hands."""

machines = _rule(zones=frozenset(Zone), machine=True)
"""Health checks, provider callbacks, the app's own files."""


def may(permission: str) -> dict[str, Any]:
    """Adults whose roles hold the permission."""
    return _rule(zones=ADULT_ZONES, signed_in=True, permission=permission)


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The one guard of the app; raises Forbidden when a route declares nothing.

    Async although it waits for nothing: the framework runs plain functions in a thread.
    """
    refusal: Exception | None = connection.scope["state"]["refusal"]
    if refusal is not None:
        raise refusal
    rule: Rule | None = handler.opt.get(KEY)
    if rule is None:
        raise Forbidden
    check(rule, connection.scope["state"]["viewer"])


def check(rule: Rule, viewer: Viewer) -> None:
    """Raise unless the viewer may pass. A page of another zone does not exist: 404."""
    if rule.machine:
        return
    if viewer.zone not in rule.zones:
        raise NotFound
    if not rule.signed_in:
        return
    if viewer.user_id is None:
        raise NotSignedIn
    if rule.permission is not None and not viewer.may(rule.permission):
        raise NotFound if viewer.child else Forbidden
