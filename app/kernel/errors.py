"""Five families of expected errors; slices subclass them and name the fact.

`code` is stable for machines, `message` is a msgid that is translated when the error is shown.
"""

from typing import Any, ClassVar

from app.kernel.i18n import N_, gettext


class AppError(Exception):
    """An expected refusal with a status, a stable code and a sentence for people."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    message: ClassVar[str] = N_("Something went wrong. Please try again.")

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details

    def text(self) -> str:
        """The sentence in the reader's language."""
        return gettext(self.message, **self.details)


class Invalid(AppError):
    status = 422
    code = "invalid"
    message = N_("Please check what you typed.")


class BadRequest(AppError):
    status = 400
    code = "bad_request"
    message = N_("We could not understand this request.")


class NotSignedIn(AppError):
    status = 401
    code = "not_signed_in"
    message = N_("Please sign in first.")
    where: ClassVar[str] = "/sign-in"  # the page that leads in


class Forbidden(AppError):
    status = 403
    code = "forbidden"
    message = N_("This page is not open to you.")


class ProofNeeded(AppError):
    """Something has to be proved first, on the page `where`, which leads back here."""

    status = 403
    code = "proof_needed"
    message = N_("For your safety, please show first that it is you.")

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where


class NotFound(AppError):
    status = 404
    code = "not_found"
    message = N_("We could not find this page.")


class Conflict(AppError):
    status = 409
    code = "conflict"
    message = N_("This has changed in the meantime. Please look again.")


class TooLarge(AppError):
    status = 413
    code = "too_large"
    message = N_("This is too large to send.")


class TooMany(AppError):
    status = 429
    code = "too_many"
    message = N_("Too many tries. Please wait a little.")


class Unavailable(AppError):
    status = 503
    code = "unavailable"
    message = N_("This is not available right now. Please try again in a minute.")
