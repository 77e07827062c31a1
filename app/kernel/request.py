"""The life of one request: locale, viewer, one lazy session, one commit, headers.

A plain ASGI layer outside the framework, so that unknown addresses, errors and HEAD pass it too.
Commit rule: after the answer is rendered and before its first byte is sent; an answer made from
an exception rolls back.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from litestar.datastructures import Headers
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import crypto, observe, security
from app.kernel.db import Access
from app.kernel.errors import BadRequest, Forbidden, NotFound, Unavailable
from app.kernel.i18n import Locale, negotiate, set_locale, split_locale
from app.kernel.ratelimit import Limits, network_of
from app.kernel.services import Services
from app.kernel.viewer import GUEST, Viewer

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOCALE_COOKIE = "locale"
MACHINES = ("/payments/", "/health/")  # they prove themselves or need no proof: no session
PROGRAMS = "/api/"  # called with a bearer token: no language in the address, no cookies
BODY_SECONDS = 15  # nobody needs longer to send a form; a stalled body is cut


@dataclass(slots=True)
class Unit:
    """The request's unit of work; `failed` makes it roll back."""

    services: Services
    viewer: Viewer
    read_only: bool
    failed: bool = False
    cookies: list[str] = field(default_factory=list)  # Set-Cookie values, added to any answer
    headers: dict[str, str] = field(default_factory=dict)  # added to any answer
    _session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        if self._session is None:
            self._session = self.services.db.session(access_of(self.viewer, self.read_only))
        return self._session

    async def finish(self) -> None:
        """Commit or roll back, and give the connection back."""
        if self._session is None:
            return
        session, self._session = self._session, None
        try:
            if self.failed:
                await session.rollback()
            else:
                await session.commit()
        finally:
            await session.close()


def access_of(viewer: Viewer, read_only: bool) -> Access:
    """A child's transaction runs as the restricted role, inside the child's age and blocks."""
    child = viewer.child
    if child is None:
        return Access(read_only=read_only)
    audience = viewer.audience
    config = {
        "role": "kids",
        "app.child_id": str(child.id),
        "app.household_id": str(child.household_id),
        "app.child_age": str(audience.child_age),
        "app.blocked_categories": _array(audience.blocked_category_ids),
        "app.blocked_products": _array(audience.blocked_ids),
    }
    return Access(read_only=read_only, config=config)


def _array(ids: tuple[Any, ...]) -> str:
    return "{" + ",".join(str(i) for i in ids) + "}"


LoadViewer = Callable[[Services, Scope, Headers], Awaitable[Viewer]]


class RequestScope:
    """Wraps the framework's app; `load_viewer` turns the cookie into the Viewer."""

    def __init__(
        self, app: App, services: Services, load_viewer: LoadViewer, limits: Limits
    ) -> None:
        self._app = app
        self._limits = limits
        self._services = services
        self._load_viewer = load_viewer
        self._headers = security.headers(services.settings)
        self._bare = services.registry.bare_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(PROGRAMS):
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        headers = Headers.from_scope(scope)  # type: ignore[arg-type]
        locale, path = split_locale(scope["path"])
        bare = path.startswith(self._bare) and locale is None
        state = scope.setdefault("state", {})
        unit = Unit(self._services, GUEST, read_only=scope["method"] in security.SAFE_METHODS)
        state["unit"], state["viewer"], state["services"] = unit, GUEST, self._services
        state["path"], state["limits"] = path, self._limits
        sender = _Sender(send, unit, self._headers, is_head=scope["method"] == "HEAD")
        refusal = self._refusal(scope, headers)
        with observe.request(scope, headers, self._network(scope)):
            is_read = scope["method"] in ("GET", "HEAD")
            if locale is None and not bare and refusal is None and is_read:
                await _redirect_to_locale(scope, headers, sender)
                return
            chosen = locale or _wanted(headers)
            set_locale(chosen)
            state["locale"] = chosen
            scope["path"], scope["raw_path"] = path, path.encode("utf-8", "surrogatepass")
            if scope["method"] == "HEAD":
                scope["method"] = "GET"
            state["refusal"] = refusal
            try:
                if refusal is None and not path.startswith(MACHINES):
                    unit.viewer = state["viewer"] = await self._viewer(scope, headers)
                    unit.read_only = unit.read_only or unit.viewer.view is not None
                await self._app(scope, _timed(receive), sender)
            finally:
                unit.failed = True  # a no-op after the commit; a vanished client rolls back
                await unit.finish()

    def _network(self, scope: Scope) -> str:
        """The caller's network as a keyed hash: the same for a neighbour, an address for nobody."""
        host = (scope.get("client") or ("",))[0]
        return crypto.keyed_hash(self._services.settings, "network", network_of(host)).hex()[:16]

    async def _viewer(self, scope: Scope, headers: Headers) -> Viewer:
        """The viewer; with the database gone a guest, who is told so by every page."""
        try:
            return await self._load_viewer(self._services, scope, headers)
        except (DBAPIError, PoolTimeout, OSError):
            scope["state"]["refusal"] = Unavailable()
            return GUEST

    def _refusal(self, scope: Scope, headers: Headers) -> Exception | None:
        """What is wrong with the request before anyone reads it."""
        host = (headers.get("host") or "").rsplit(":", 1)[0]
        if host not in self._services.settings.allowed_hosts:
            return BadRequest()
        text = scope["path"] + unquote(
            scope.get("query_string", b"").decode("latin-1"), errors="replace"
        )
        if "\x00" in text or "\ufffd" in text or not _is_text(text):
            return BadRequest()
        locale, path = split_locale(scope["path"])
        if locale is not None and path.startswith(PROGRAMS):
            return NotFound()
        if scope["method"] in security.SAFE_METHODS or scope["path"].startswith(MACHINES):
            return None
        try:
            security.check_origin(self._services.settings, headers)
        except Forbidden as error:
            return error
        return None


class _Sender:
    """Commits before the first byte, adds the headers, drops the body of a HEAD."""

    def __init__(
        self, send: Send, unit: Unit, headers: list[tuple[bytes, bytes]], *, is_head: bool
    ) -> None:
        self._send = send
        self._unit = unit
        self._headers = headers
        self._is_head = is_head

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._unit.finish()
            known = {name.lower() for name, _ in message["headers"]}
            extra = [(n, v) for n, v in self._headers if n not in known]
            extra += [(b"set-cookie", cookie.encode()) for cookie in self._unit.cookies]
            extra += [(n.encode(), v.encode()) for n, v in self._unit.headers.items()]
            message = {**message, "headers": [*message["headers"], *extra]}
        elif self._is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _timed(receive: Receive) -> Receive:
    """Bounds the whole time that a body may take; later calls only wait for the client to leave."""
    ended = False

    async def bounded() -> Message:
        nonlocal ended
        if ended:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), BODY_SECONDS)
        except TimeoutError:
            return {"type": "http.disconnect"}
        ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    return bounded


async def _redirect_to_locale(scope: Scope, headers: Headers, send: _Sender) -> None:
    locale = _wanted(headers)
    query = scope.get("query_string", b"")
    target = f"/{locale.value}{scope['path']}".encode() + (b"?" + query if query else b"")
    start = {
        "type": "http.response.start",
        "status": 307,
        "headers": [
            (b"location", _ascii(target)),
            (b"vary", b"Accept-Language, Cookie"),
            (b"cache-control", b"no-store"),
            (b"content-length", b"0"),
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": b""})


def _wanted(headers: Headers) -> Locale:
    return negotiate(_cookie(headers, LOCALE_COOKIE), None, headers.get("accept-language"))


def _ascii(target: bytes) -> bytes:
    return quote(target, safe="/?&=%:+,;@~-._").encode()


def _cookie(headers: Headers, name: str) -> str | None:
    for part in (headers.get("cookie") or "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
