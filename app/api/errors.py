"""What programs are refused with; `code` is part of the API and does not change."""

from app.kernel.access import ScopeMissing
from app.kernel.errors import (
    AppError,
    BadRequest,
    Conflict,
    Invalid,
    NotFound,
    NotSignedIn,
    TooMany,
    Unavailable,
)
from app.kernel.i18n import N_


class TokenMissing(NotSignedIn):
    code = "token_missing"
    message = N_("Send a token: “Authorization: Bearer …”.")


class TokenRefused(NotSignedIn):
    """One answer for every fault, so that nobody learns by trying."""

    code = "token_refused"
    message = N_("This token is not valid, or not any more.")


class GrantRefused(BadRequest):
    code = "grant_refused"
    message = N_("This code or refresh token is not valid, or not any more.")


class KeyUsedOtherwise(Invalid):
    code = "idempotency_key_reused"
    message = N_("This “Idempotency-Key” was sent with another request before.")


class CursorRefused(Invalid):
    code = "cursor_refused"
    message = N_("This cursor is not one of ours. Take “next” as it came.")


class OneFilter(Invalid):
    code = "one_filter"
    message = N_("Send either “q” or “category”.")


REFUSALS: tuple[type[AppError], ...] = (
    TokenMissing,
    TokenRefused,
    GrantRefused,
    ScopeMissing,
    NotFound,
    Conflict,
    Invalid,
    KeyUsedOtherwise,
    CursorRefused,
    OneFilter,
    TooMany,
    Unavailable,
)
"""What the page of the API explains."""
