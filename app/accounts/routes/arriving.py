"""What every way of signing in shares: how often a network may try, and where the person lands."""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import closed, cookies, noting, profile, roles, sessions, signup
from app.accounts.codes import CodeResult
from app.kernel import web
from app.kernel.i18n import get_locale
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits, address_of
from app.kernel.services import Services
from app.kernel.viewer import Proof, Viewer

AnyRequest = Request[Any, Any, Any]
TRIES = "30/15 minute"


def network(request: AnyRequest) -> str:
    """The asker's network. At home everybody is the loopback, so there it counts for nothing."""
    services: Services = request.scope["state"]["services"]
    host = request.client.host if request.client else ""
    is_home = host in {"127.0.0.1", "::1"} and not services.settings.is_production
    return "" if is_home else address_of(request)


async def slow_down(request: AnyRequest, limits: Limits, what: str) -> str:
    """Count a try of this network; returns it. Raises TooMany past thirty in fifteen minutes."""
    found = network(request)
    if found:
        await limits.hit(TRIES, what, found)
    return found


def too_many(request: AnyRequest) -> int:
    """The status of a refusal that is shown in the page; htmx shows no 429."""
    return 422 if web.is_htmx(request) else 429


async def arrive(
    request: AnyRequest, session: AsyncSession, user_id: UUID, target: str, *, by: Proof
) -> Response[Any]:
    """Sign the person in and lead on, first to the second step where one is asked.

    Links without a language follow the person's own from now on. Whose account is closed is
    signed in nowhere, and led to the page that says why.
    """
    if await signup.is_suspended(session, user_id):
        viewer: Viewer = request.scope["state"]["viewer"]
        await noting.refused(session, viewer, by, "closed", user_id)
        return web.redirect(request, closed.give_pass(request, user_id))
    await sessions.start(request, session, user_id, by=by)
    found = await profile.contact(session, user_id)
    cookies.remember_locale(request, found.locale if found else get_locale())
    home = await _home(session, user_id, web.local_path(target, "/"))
    return web.redirect(request, sessions.second_step(request, home))


async def _home(session: AsyncSession, user_id: UUID, target: str) -> str:
    return roles.home(await roles.names(session, user_id)) if target == "/" else target


def code_refusal(result: CodeResult) -> str:
    """What a code that does not open is answered with."""
    return {
        CodeResult.WRONG: _("This code is not right. Please look again."),
        CodeResult.EXPIRED: _("This code is too old. Please ask for a new one."),
        CodeResult.LOCKED: _("Too many wrong codes. Please ask for a new one."),
    }[result]
