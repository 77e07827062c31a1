"""What providers call. No session, no CSRF, no locale, no limit: each call proves itself."""

from typing import Any

from litestar import HttpMethod, Request, Response, post, route
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from app.kernel import access
from app.kernel.errors import AppError
from app.kernel.services import Services
from app.payments.providers.payme import endpoint, faults, protocol
from app.payments.providers.payme.endpoint import Incoming

PATH = "/payments/payme"
JSON = "application/json; charset=UTF-8"


def _on_refusal(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Refusals before the handler or while the body is read stay inside the protocol."""
    too_large = getattr(error, "status_code", 200) == HTTP_413_REQUEST_ENTITY_TOO_LARGE
    return _answer(protocol.refuse(None, faults.bad_envelope()), 413 if too_large else 200)


@post(
    PATH,
    opt=access.machines,
    name="payments.payme",
    request_max_body_size=protocol.MAX_BODY_BYTES,
    exception_handlers={AppError: _on_refusal, HTTPException: _on_refusal},
)
async def payme(request: Request[Any, Any, Any], services: Services) -> Response[bytes]:
    """Payme's Merchant API; the status is 200 for every answer of the protocol."""
    address = request.client.host if request.client else ""
    incoming = Incoming(request.headers.get("authorization"), await request.body(), address)
    return _answer(await endpoint.respond(services, incoming))


@route(
    PATH,
    http_method=[HttpMethod.GET, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE],
    opt=access.machines,
    name="payments.payme_not_post",
    status_code=405,
)
async def payme_not_post() -> Response[bytes]:
    """Only POST is spoken here."""
    answer = _answer(protocol.refuse(None, faults.not_post()), 405)
    answer.headers["allow"] = "POST"
    return answer


def _answer(body: bytes, status: int = 200) -> Response[bytes]:
    return Response(
        body, status_code=status, media_type=JSON, headers={"cache-control": "no-store"}
    )
