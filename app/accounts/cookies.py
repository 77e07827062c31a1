"""The two cookies of a session: its token, unreadable to scripts, and the CSRF token for them."""

from typing import Any

from app.kernel import web
from app.kernel.config import Settings
from app.kernel.request import LOCALE_COOKIE
from app.kernel.security import CSRF_COOKIE

LOCALE_SECONDS = 365 * 24 * 3600

Connection = Any  # a request of the framework, which this slice's rules know nothing of


def session_cookie(settings: Settings) -> str:
    """`__Host-` pins the cookie to this host and to https; plain http cannot carry it."""
    return "__Host-session" if settings.is_secure else "session"


def reset_cookie(settings: Settings) -> str:
    """Holds the secret of a link for a new password while its owner chooses one."""
    return "__Host-reset" if settings.is_secure else "reset"


def child_cookie(settings: Settings) -> str:
    """Names a phone of a child's own, for as long as it is one; opens nothing by itself."""
    return "__Host-child" if settings.is_secure else "child"


def link_cookie(settings: Settings) -> str:
    """Holds the secret of a link to a child while the phone is asked whether it is theirs."""
    return "__Host-link" if settings.is_secure else "link"


def settings_of(request: Connection) -> Settings:
    settings: Settings = request.scope["state"]["services"].settings
    return settings


def give(request: Connection, token: str, csrf_secret: str, seconds: int) -> None:
    """Set both cookies; an empty `csrf_secret` (a guest's stay) leaves the second one out."""
    web.add_cookie(request, session_cookie(settings_of(request)), token, max_age=seconds)
    if csrf_secret:
        web.add_cookie(request, CSRF_COOKIE, csrf_secret, max_age=seconds, http_only=False)


def take_away(request: Connection) -> None:
    """Delete both cookies."""
    web.add_cookie(request, session_cookie(settings_of(request)), "", max_age=0)
    web.add_cookie(request, CSRF_COOKIE, "", max_age=0, http_only=False)


def expire(scope: dict[str, Any], settings: Settings, *, both: bool) -> None:
    """Delete the CSRF cookie of a dead session, and with `both` its token, before any handler.

    A stale CSRF cookie would be sent in the place of the page's own token.
    """
    secure = "; Secure" if settings.is_secure else ""
    names = [CSRF_COOKIE, session_cookie(settings)] if both else [CSRF_COOKIE]
    unit = scope["state"]["unit"]
    unit.cookies += [f"{name}=; Path=/; Max-Age=0; SameSite=Lax{secure}" for name in names]


def remember_locale(request: Connection, locale: str) -> None:
    """Let addresses without a language open in this one."""
    web.add_cookie(request, LOCALE_COOKIE, locale, max_age=LOCALE_SECONDS)
