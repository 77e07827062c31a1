"""Every refusal and every fault becomes one page, one fragment or one problem JSON.

Expected errors are logged at info; only the unexpected reach the error log. The page never holds
a stack, a path or a version, only the request id.
"""

import json
from typing import Any

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.kernel import errors, web
from app.kernel.errors import AppError
from app.kernel.i18n import get_locale
from app.kernel.observe import log
from app.kernel.request import Unit

TEMPLATES = {400: "422", 401: "403", 405: "404"}
KNOWN = {"403", "404", "409", "413", "422", "429", "500", "503"}
_BY_STATUS: dict[int, type[AppError]] = {
    400: errors.BadRequest,
    401: errors.NotSignedIn,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.NotFound,
    413: errors.TooLarge,
    429: errors.TooMany,
}


def on_app_error(request: Request[Any, Any, Any], error: AppError) -> Response[Any]:
    """A refusal of ours."""
    log.info("refused", reason=error.code, path=request.scope["state"].get("path"))
    if isinstance(error, errors.NotSignedIn):
        return _to_sign_in(request)
    return _answer(request, error, error.status)


def on_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """A refusal of the framework (unknown address, wrong method, body too large)."""
    family = _BY_STATUS.get(error.status_code)
    if family is None and error.status_code < 500:
        family = errors.BadRequest
    if family is None:
        return on_fault(request, error)
    status = 405 if isinstance(error, MethodNotAllowedException) else family.status
    if isinstance(error, ValidationException):  # a path or query value of a wrong type
        family, status = errors.NotFound, 404
    return _answer(request, family(), status)


def on_database_down(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The database does not answer: say so, ask to come back."""
    if isinstance(error, DBAPIError) and not (
        error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
    ):
        return on_fault(request, error)
    log.error("database_down", error=repr(error)[:300])
    return _answer(request, errors.Unavailable(), 503)


def on_fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A fault of ours: logged whole, shown as a number."""
    log.error("fault", error=repr(error), exc_info=error)
    return _answer(request, AppError(), 500)


def _answer(request: Request[Any, Any, Any], error: AppError, status: int) -> Response[Any]:
    unit: Unit = request.scope["state"]["unit"]
    unit.failed = True
    if _wants_json(request):
        return _problem(error, status)
    text = error.text()
    if web.is_htmx(request):
        body = _toast(text)
        return Response(
            None,
            status_code=status,
            headers={"HX-Trigger": body, "HX-Reswap": "none", "cache-control": "no-store"},
        )
    name = TEMPLATES.get(status, str(status))
    template = f"errors/{name if name in KNOWN else '500'}.html"
    retry = request.scope["state"]["path"] if request.method == "GET" else ""
    return web.page(request, template, status=status, message=text, retry=retry)


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    unit: Unit = request.scope["state"]["unit"]
    unit.failed = True
    if _wants_json(request):
        return _problem(errors.NotSignedIn(), 401)
    path = request.scope["state"]["path"] if request.method == "GET" else "/"
    return web.redirect(request, f"/sign-in?next={path}")


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def _problem(error: AppError, status: int) -> Response[Any]:
    body = {"type": "about:blank", "status": status, "code": error.code, "title": error.text()}
    return Response(
        body,
        status_code=status,
        media_type=MediaType.JSON,
        headers={
            "content-type": "application/problem+json",
            "content-language": get_locale().html_lang,
            "cache-control": "no-store",
        },
    )


def _toast(text: str) -> str:
    return json.dumps({"toast": {"kind": "bad", "text": text}})  # ASCII, so it fits a header


EXCEPTION_HANDLERS: Any = {
    AppError: on_app_error,
    HTTPException: on_http_exception,
    DBAPIError: on_database_down,
    PoolTimeout: on_database_down,
    ConnectionError: on_database_down,
    Exception: on_fault,
}
