"""Every refusal and every fault becomes one page, one fragment or one problem JSON.

Expected errors are logged at info; only the unexpected reach the error log. The page never holds
a stack, a path or a version, only the request id.
"""

import json
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.kernel import errors, web
from app.kernel.errors import AppError
from app.kernel.i18n import get_locale
from app.kernel.observe import log
from app.kernel.request import PROGRAMS, Unit

TEMPLATES = {400: "422", 401: "403", 405: "404"}
RETRY_SECONDS = 60  # when a limit does not say it better
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
        return _to_sign_in(request, error)
    if isinstance(error, errors.ProofNeeded):
        return _to_proof(request, error)
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
        if _is_of_program(request):
            return _wrong_values(request, error)
        family, status = errors.NotFound, 404
    return _answer(request, family(), status)


def on_nesting(request: Request[Any, Any, Any], error: RecursionError) -> Response[Any]:
    """JSON of thousands of brackets; of a body that a program sent, nothing else recurses."""
    if not _is_of_program(request):
        return on_fault(request, error)
    log.info("refused", reason="nesting", path=request.scope["state"].get("path"))
    return _answer(request, errors.BadRequest(), 400)


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
        return problem(request, error, status)
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


def _to_sign_in(request: Request[Any, Any, Any], error: errors.NotSignedIn) -> Response[Any]:
    unit: Unit = request.scope["state"]["unit"]
    unit.failed = True
    if _wants_json(request):
        return problem(request, error, 401)
    path = request.scope["state"]["path"] if request.method == "GET" else "/"
    return web.redirect(request, f"{error.where}?next={path}")


def _to_proof(request: Request[Any, Any, Any], error: errors.ProofNeeded) -> Response[Any]:
    """Pages lead to the proof and back; a sent form is refused, with the way to the proof."""
    unit: Unit = request.scope["state"]["unit"]
    unit.failed = True
    if _wants_json(request):
        return problem(request, error, error.status)
    back = quote(_page_of(request), safe="/")
    target = f"{error.where}{'&' if '?' in error.where else '?'}next={back}"
    if request.method == "GET":
        return web.redirect(request, target)
    if web.is_htmx(request):
        headers = {"HX-Redirect": f"/{get_locale().value}{target}", "cache-control": "no-store"}
        return Response(None, status_code=error.status, headers=headers)
    return web.page(
        request, "errors/proof.html", status=error.status, message=error.text(), target=target
    )


def _page_of(request: Request[Any, Any, Any]) -> str:
    """The page that the reader sees: this one, or the one that a form or a fragment belongs to."""
    if request.method == "GET" and not web.is_htmx(request):
        query = request.scope.get("query_string", b"").decode("latin-1")
        path: str = request.scope["state"]["path"]
        return web.local_path(path + (f"?{query}" if query else ""), "/")
    said = request.headers.get("hx-current-url") or request.headers.get("referer") or ""
    parts = urlsplit(said)
    if parts.netloc and parts.netloc != request.headers.get("host"):
        return "/"
    return web.local_path(parts.path + (f"?{parts.query}" if parts.query else ""), "/")


def _is_of_program(request: Request[Any, Any, Any]) -> bool:
    path: str = request.scope["state"].get("path", "")
    return path.startswith(PROGRAMS)


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    if _is_of_program(request):
        return True
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def _wrong_values(request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
    """Which part of what a program sent is wrong; an address of a wrong shape leads nowhere."""
    extra = error.extra if isinstance(error.extra, list) else []
    faults = [
        {"field": str(one.get("key", "")), "message": str(one.get("message", ""))} for one in extra
    ]
    if any(one.get("source") == "path" for one in extra):
        return _answer(request, errors.NotFound(), 404)
    _fail(request)
    return problem(request, errors.Invalid(), 422, errors=faults)


def _fail(request: Request[Any, Any, Any]) -> None:
    unit: Unit = request.scope["state"]["unit"]
    unit.failed = True


def problem(
    request: Request[Any, Any, Any], error: AppError, status: int, **more: Any
) -> Response[Any]:
    """RFC 9457; `code` is stable, the title is for people."""
    body = {"type": "about:blank", "status": status, "code": error.code, "title": error.text()}
    body |= more
    if status == errors.TooMany.status:
        unit: Unit = request.scope["state"]["unit"]
        unit.headers.setdefault("retry-after", str(RETRY_SECONDS))
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
    RecursionError: on_nesting,
    Exception: on_fault,
}
