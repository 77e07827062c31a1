"""A device that calls every route of the product, and keeps each answer as bytes.

It speaks to the app itself, so that an endless stream can be left after its first words.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from tests.conventions.routing import PARAMETER, Route, registry, routes

STREAM_SECONDS = 5.0
HTMX = {"hx-request": "true"}
TYPED = {
    "quantity": "1",
    "reason": "love",
    "key": "walking-0001",
    "picture": "whale",
    "pin": "000000",
    "pin_again": "000000",
    "phone": "+998935550000",
    "code": "123456",
    "name": "Yangi",
    "nickname": "Yangi",
    "birth_year": "2018",
    "avatar": "fox",
    "agree": "yes",
    "daily_limit": "1000",
    "age_ceiling": "",
    "decision": "approve",
    "seen_price": "100000000",
    "answer": "later",
    "locale": "uz",
    "next": "/catalog",
    "recipient": "Yangi Odam",
    "region": "1726",
    "district": "1726294",
    "street": "Yangi kocha, 1",
    "landmark": "",
    "tracking_number": "",
    "scenario": "pay",
    "recovery": "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF",
    "way": "factor",
    "sent_code": "123456",
    "password": "yetti qavat osmon ostida",
}
"""What a form of ours may ask for; nobody else's words among them."""


@dataclass(frozen=True)
class Call:
    """One request as it is sent, with what it says itself."""

    route: Route
    path: str
    query: str = ""
    htmx: bool = False

    @property
    def url(self) -> str:
        return self.path + (f"?{self.query}" if self.query else "")

    def __str__(self) -> str:
        return f"{self.route.method} {self.url}{' (htmx)' if self.htmx else ''}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: str) -> str:
        return next((v.decode() for n, v in self.headers if n.decode() == name), "")

    @property
    def all_bytes(self) -> bytes:
        return self.body + b"\n" + b"\n".join(n + b": " + v for n, v in self.headers)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Device:
    """A browser with the cookies and the CSRF token of an httpx client."""

    app: Any
    client: httpx.AsyncClient

    async def call(
        self,
        call: Call,
        form: Mapping[str, str] | None = None,
        *,
        json: bytes | None = None,
        with_token: bool = True,
    ) -> Answer:
        """The answer to one call; a POST sends the form, or the JSON when some is given."""
        headers = {"host": "localhost:8000", "accept": "text/html"} | (HTMX if call.htmx else {})
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.client.cookies.jar)
        headers |= {"cookie": cookies} if cookies else {}
        body = b""
        if not call.route.is_read:
            kind = "application/x-www-form-urlencoded" if json is None else "application/json"
            headers |= {"content-type": kind, "origin": "http://localhost:8000"}
            body = urlencode(form or {}).encode() if json is None else json
            headers["content-length"] = str(len(body))
            token = self.client.headers.get("x-csrf-token")
            headers |= {"x-csrf-token": token} if token and with_token else {}
        return await exchange(self.app, call, headers, body)


async def exchange(app: Any, call: Call, headers: Mapping[str, str], body: bytes) -> Answer:
    """One request over ASGI; a stream is left once it has said something."""
    gone, sent = asyncio.Event(), False
    told: dict[str, Any] = {"status": 0, "headers": ()}
    parts: list[bytes] = []

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told.update(status=message["status"], headers=tuple(message["headers"]))
        else:
            parts.append(message.get("body", b""))
            if not message.get("more_body") or call.route.is_stream:
                gone.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": call.route.method,
        "scheme": "http",
        "path": call.path,
        "raw_path": quote(call.path).encode(),
        "query_string": call.query.encode(),
        "root_path": "",
        "headers": [(n.encode(), v.encode()) for n, v in headers.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("localhost", 8000),
        "state": {},
    }
    running = asyncio.ensure_future(app(scope, receive, send))
    leaving = asyncio.ensure_future(gone.wait())
    await asyncio.wait({running, leaving}, return_when=asyncio.FIRST_COMPLETED)
    try:
        await asyncio.wait_for(running, STREAM_SECONDS)
    finally:
        leaving.cancel()
    return Answer(told["status"], told["headers"], b"".join(parts))


def calls(
    values: Mapping[str, Sequence[str]],
    queries: Mapping[str, Sequence[str]],
    *,
    in_full: Callable[[Route], bool] = lambda _route: True,
    only: Route | None = None,
) -> Iterator[Call]:
    """Every route with every value of its parameters; reads also for htmx.

    Routes that are not to be walked `in_full` get the first and the last value of each; `only`
    names a single one. A parameter that `values` does not name is a KeyError: whoever adds one
    says what to try.
    """
    bare = registry().bare_paths
    for route in (only,) if only else routes():
        names = [name for name, _ in route.parameters]
        tried = [values[name] for name in names]
        if not in_full(route):
            tried = [[*dict.fromkeys((some[0], some[-1]))] for some in tried]
        for chosen in product(*tried):
            filled = dict(zip(names, chosen, strict=True))
            path = PARAMETER.sub(lambda found, known=filled: known[found[1]], route.path)
            path = path.replace("//", "/")
            located = path if path.startswith(bare) else f"/uz{path}"
            for query in ["", *(queries.get(route.name, ()) if route.is_read else ())]:
                yield Call(route, located, query)
                if route.is_read and not route.is_stream:
                    yield Call(route, located, query, htmx=True)
