"""How a resource is declared, once: address, scope, refusals; and how it answers."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from app.api.errors import CursorRefused
from app.api.shapes import Problem
from app.kernel import access, paging

ROOT = "/api/v1"
CURSOR_LENGTH = 400  # characters
T = TypeVar("T")
Declare = Callable[[Any], HTTPRouteHandler]

_WHY = {
    400: "The request could not be understood.",
    401: "No token, or one that is not valid any more.",
    403: "The token lacks the scope.",
    404: "There is nothing here that you may see.",
    409: "It has changed in the meantime.",
    422: "A value is wrong; `errors` says which.",
    429: "Too many calls; `Retry-After` says when to come back.",
    503: "Not available right now.",
}


def refusals(*statuses: int) -> Mapping[int, ResponseSpec]:
    """The problem documents that an operation may answer with."""
    return {
        status: ResponseSpec(
            Problem,
            generate_examples=False,
            description=_WHY[status],
            media_type="application/problem+json",
        )
        for status in sorted(statuses)
    }


def _secured(scope: str, more: tuple[int, ...]) -> dict[str, Any]:
    return {
        "opt": access.api(scope),
        "security": [{"bearer": [scope]}],
        "responses": refusals(400, 401, 403, 429, 503, *more),
        "description": f"Scope `{scope}`.",
    }


def reads(
    path: str, scope: str, name: str, summary: str, *more: int, is_cached: bool = False
) -> Declare:
    """A GET under /api/v1 for tokens with the scope; `more` are statuses it may refuse with."""
    said = _secured(scope, more)
    if is_cached:
        unchanged = ResponseSpec(None, generate_examples=False, description="As you have it.")
        said["responses"] = {**said["responses"], 304: unchanged}
    return get(f"{ROOT}{path}", name=f"api.{name}", summary=summary, tags=[name], **said)


def does(path: str, scope: str, name: str, summary: str, *more: int) -> Declare:
    """A POST of the same kind, answered with 200."""
    return post(
        f"{ROOT}{path}",
        name=f"api.{name}",
        summary=summary,
        tags=[name],
        status_code=200,
        **_secured(scope, more),
    )


def answer(value: T) -> Response[T]:
    """Of one person: nobody keeps a copy."""
    return Response(value, headers={"cache-control": "no-store"})


def answer_cached(request: Request[Any, Any, Any], value: T) -> Response[T]:
    """What is the same for everybody: with an ETag, and 304 for whoever has it already."""
    body = msgspec.json.encode(value)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"cache-control": "private, no-cache", "etag": tag, "vary": "Authorization"}
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or f"W/{tag}" in known:
        same: Any = Response(None, status_code=304, headers=headers)
        return same  # type: ignore[no-any-return]
    whole: Any = Response(body, media_type=MediaType.JSON, headers=headers)
    return whole  # type: ignore[no-any-return]


def check_cursor(cursor: str | None, length: int) -> None:
    """Raises CursorRefused for a cursor that no page of ours gave."""
    if cursor is not None and paging.decode(cursor, length) is None:
        raise CursorRefused
