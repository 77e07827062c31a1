"""A pass for the person of a closed account: it opens the page that says why, nothing else."""

from datetime import timedelta
from uuid import UUID

from app.accounts.cookies import Connection, settings_of
from app.kernel import clock, crypto, web
from app.kernel.ids import parse_id

PAGE = "/account-closed"
LIFETIME = timedelta(minutes=30)
_PURPOSE = "account-closed"


def _cookie(request: Connection) -> str:
    return "__Host-closed" if settings_of(request).is_secure else "closed"


def give_pass(request: Connection, user_id: UUID) -> str:
    """Let this browser read why the account is closed, and appeal, for half an hour; returns the
    page. Call it only after a proof of who it is."""
    until = int((clock.now() + LIFETIME).timestamp())
    signed = crypto.sign(settings_of(request), _PURPOSE, f"{user_id}:{until}")
    web.add_cookie(request, _cookie(request), signed, max_age=int(LIFETIME.total_seconds()))
    return PAGE


def pass_of(request: Connection) -> UUID | None:
    """Whose closed account this browser may read of."""
    signed = request.cookies.get(_cookie(request), "")
    text = crypto.unsign(settings_of(request), _PURPOSE, signed) if signed else None
    if text is None:
        return None
    person, _, until = text.partition(":")
    return parse_id(person) if clock.now().timestamp() < int(until) else None
