"""Access is declared once on the route and denied by default.

Two questions only: may this viewer do this kind of thing (here), and which rows (the slice's
own select, where a row outside it is a 404).
"""

from dataclasses import dataclass, replace
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.kernel.errors import Forbidden, NotFound, NotSignedIn, ProofNeeded
from app.kernel.i18n import N_
from app.kernel.viewer import Viewer, Zone

KEY = "access"
ADULT_ZONES = frozenset({Zone.SHOP, Zone.DESK})

# Where a proof is given: at sign-in, once and for all, again.
SECOND_STEP, ENROLMENT, CONFIRMATION = "/sign-in/second-step", "/me/second-factor", "/confirm"


@dataclass(frozen=True, slots=True)
class Rule:
    """Zones that may call the route, and what the viewer must be there."""

    zones: frozenset[Zone]
    signed_in: bool = False
    permission: str | None = None
    confirmed: bool = False  # proved lately to be this very person
    by_pin: bool = False  # with `confirmed`: the household's PIN is proof enough
    held_too: bool = False  # open to whoever still has to set up a second factor
    half_open_too: bool = False  # open to whoever still owes the second step of the sign-in
    viewable: bool = False  # a read that staff may see while they look at the shop as a buyer
    ends_view: bool = False  # the one deed that is open to them then
    machine: bool = False  # no session, no CSRF: the route proves its caller itself
    scope: str | None = None  # of a machine that speaks for a person: what its token must allow


def _rule(**kwargs: Any) -> dict[str, Any]:
    return {KEY: Rule(**kwargs)}


everyone = _rule(zones=frozenset(Zone))
"""Guests, adults and children; the route reads only what the audience may see."""

adults = _rule(zones=ADULT_ZONES)
"""Guests and adults; for a child the page does not exist."""

signed_in = _rule(zones=ADULT_ZONES, signed_in=True)
"""Adults with an account."""

signed_in_confirmed = _rule(zones=ADULT_ZONES, signed_in=True, confirmed=True)
"""Adults who showed within five minutes that it is them; others are asked on the way."""

proving = _rule(zones=ADULT_ZONES, signed_in=True, held_too=True)
"""What proves who one is: open also before a required second factor is set up."""

enrolling = _rule(zones=ADULT_ZONES, signed_in=True, confirmed=True, held_too=True)
"""Setting up the second factor: what is left to those who must have one and do not."""

leaving = _rule(zones=ADULT_ZONES, signed_in=True, held_too=True, half_open_too=True)
"""Open in every state of a sign-in: its second step, and signing out."""

always = _rule(zones=frozenset(Zone), held_too=True)
"""Everyone in every state of a sign-in: choosing the language, the page without a network."""

kids = _rule(zones=frozenset({Zone.KIDS}))
"""Only a device in a child's hands."""

machines = _rule(zones=frozenset(Zone), machine=True)
"""Health checks, provider callbacks, the app's own files."""


def may(permission: str, *, confirmed: bool = False, by_pin: bool = False) -> dict[str, Any]:
    """Adults whose roles hold the permission; with `confirmed` only within five minutes of a
    proof that it is them, and with `by_pin` the household's PIN is one."""
    return _rule(
        zones=ADULT_ZONES,
        signed_in=True,
        permission=permission,
        confirmed=confirmed or by_pin,
        by_pin=by_pin,
    )


def api(scope: str) -> dict[str, Any]:
    """Programs that speak for an adult by a bearer token with this scope; cookies do not count,
    so that no browser can be made to call it."""
    return _rule(zones=ADULT_ZONES, machine=True, scope=scope)


ending_view = _rule(zones=ADULT_ZONES, ends_view=True)
"""The button that ends a look at the shop as a buyer."""


def viewable(opt: dict[str, Any]) -> dict[str, Any]:
    """The same access, and open to staff who look at the shop as a buyer. For reads alone, and
    never for what is about a family, a child, a payment or the person's own settings."""
    return {KEY: replace(opt[KEY], viewable=True)}


class ScopeMissing(Forbidden):
    code = "scope_missing"
    message = N_("This token may not do that: a scope is missing.")


class NotInView(Forbidden):
    code = "not_in_view"
    message = N_("This is not part of a support view: it only shows the shop, and changes nothing.")


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
    viewer: Viewer = connection.scope["state"]["viewer"]
    if viewer.view is not None:
        _check_view(rule, is_read=connection.scope.get("method") == "GET")
    check(rule, viewer)


def _check_view(rule: Rule, *, is_read: bool) -> None:
    """Staff who look as somebody else: closed by default, and no deed but ending it."""
    if rule.machine or rule.ends_view or (rule.viewable and is_read):
        return
    raise NotInView


def check(rule: Rule, viewer: Viewer) -> None:
    """Raise unless the viewer may pass. A page of another zone does not exist: 404.

    Whoever must have a second factor is held at its page until there is one.
    """
    if rule.scope is not None:
        _check_program(rule.scope, viewer)
    if rule.machine:
        return
    if viewer.zone not in rule.zones:
        raise NotFound
    if viewer.must_enrol and not rule.held_too:
        raise ProofNeeded(ENROLMENT)
    if rule.signed_in:
        _check_person(rule, viewer)


def _check_program(scope: str, viewer: Viewer) -> None:
    if viewer.client_id is None:
        raise NotSignedIn
    if viewer.must_enrol:
        raise ProofNeeded(ENROLMENT)
    if scope not in viewer.scopes:
        raise ScopeMissing


def _check_person(rule: Rule, viewer: Viewer) -> None:
    if viewer.half_open_id is not None:
        if rule.half_open_too:
            return
        raise ProofNeeded(SECOND_STEP)
    if viewer.user_id is None:
        raise NotSignedIn
    if rule.permission is not None and not viewer.may(rule.permission):
        raise NotFound if viewer.child else Forbidden
    if rule.confirmed:
        demand_confirmed(viewer, by_pin=rule.by_pin)


def demand_confirmed(viewer: Viewer, *, by_pin: bool = False) -> None:
    """For handlers where only the row tells whether a proof is needed; raises ProofNeeded."""
    if viewer.is_confirmed if by_pin else viewer.is_self_confirmed:
        return
    raise ProofNeeded(f"{CONFIRMATION}?pin=1" if by_pin else CONFIRMATION)
