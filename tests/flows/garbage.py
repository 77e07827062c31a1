"""What careless and hostile clients send."""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

from app.kernel.forms import FormModel
from app.kernel.ids import new_id
from tests import cast
from tests.conventions.routing import Route

FORM = "application/x-www-form-urlencoded"
# What a well-meaning person would type, so that one wrong field at a time is reached.
PLAUSIBLE: dict[str, str] = {
    "phone": cast.dilnoza.phone, "code": "123456", "name": "Lola", "locale": "uz", "next": "/me",
    "agree": "yes", "nickname": "Lola", "birth_year": "2018", "avatar": "fox", "daily_limit": "50000",
    "pin": "739146", "pin_again": "739146", "age_ceiling": "7", "blocked": str(cast.key("slaym")),
    "scenario": "success", "recipient": "Lola", "region": "1726", "district": "1726294",
    "street": "9-mavze", "landmark": "", "offer": str(cast.planetarium.offer_id), "quantity": "1",
    "tab": "new", "tracking_number": "AB1", "decision": "decline", "seen_price": "4500000",
    "answer": "later", "reason": "school", "key": "abcdefgh12345678", "step": "pay", "seen": "1",
    "detected_at": "2026-01-05T10:30",
    "nature": "A copy lay open",
    "categories": "orders",
    "people": "12",
    "records": "12",
    "effects": "Calls",
    "measures": "Closed",
    "notified_at": "2026-01-06T10:30",
    "people_told_at": "",
    "is_closed": "1",
    "version": "1",
    "scopes": "profile:read",
    "days": "30",
    "recovery": "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF",
    "picture": "whale",
    "way": "factor",
    "sent_code": "123456",
    "password": "yetti qavat osmon ostida",
    "current_password": "",
    "new_password": "yetti qavat osmon ustida",
    "end_others": "1",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "description": "Looks after appeals",
    "permissions": "appeal.decide",
    "role": "agent",
    "words": "Two parcels went to the wrong street",
    "deletion": "",
    "ticket": "T-100",
    "sure": "yes",
    "label": "Kitchen tablet",
}  # fmt: skip
VALUES = (
    "",
    " ",
    "☂" * 300,
    "x" * 19_000,
    "9" * 4_301,  # more digits than Python turns into a number
    "-1",
    "99999999999999999999",
    "1.5e308",
    "NaN",
    "٣",
    "%s{{7*7}}'\";--",
    "../../etc/passwd",
    "//evil.example",
    "\u202e",
    "[]",
    "true",
    str(new_id()),
)
RAW: tuple[tuple[str, bytes], ...] = (
    (FORM, b""),
    (FORM, b"name=%00&phone=%00&pin=%00&offer=%00&scenario=%00&step=%00"),
    (FORM, b"name=%ED%A0%80&phone=%ED%A0%80&street=%ED%A0%80&key=%ED%A0%80"),
    (FORM, b"name=%FF%FE&nickname=%C3"),
    (FORM, b"&&&===%%%;;;"),
    (FORM, "&".join(f"f{n}=1" for n in range(1500)).encode()),
    (FORM, b"name=a&name=b&offer=1&offer=2&blocked=1&blocked=x"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
    (
        "multipart/form-data; boundary=x",
        (
            b'--x\r\nContent-Disposition: form-data; name="name"; filename="a.svg"\r\n'
            b"Content-Type: image/svg+xml\r\n\r\n<svg/>\r\n--x--\r\n"
        ),
    ),
    ("text/plain", b"hello"),
    ("", b"\x00\x01\x02"),
    ("application/json", b""),
    ("application/json", b"\xff\xfe"),
    ("application/json", b"{"),
    ("application/json", b"[" * 50_000),
    ("application/json; charset=utf-7", b"{}"),
)
JSON: tuple[Any, ...] = (
    None,
    7,
    "text",
    [],
    [[]],
    {},
    {"id": None, "rawId": 7, "response": [], "type": {}},
    {"id": "☂", "rawId": "!!!", "response": {"clientDataJSON": "x", "signature": 1}, "type": "a"},
    {"endpoint": "http://10.0.0.1/", "keys": {"p256dh": "x", "auth": "y"}},
    {"endpoint": "https://[::1", "keys": {"p256dh": "\x00", "auth": ""}},
    {"endpoint": "https://a.example/" + "x" * 9_000, "keys": None},
    {"endpoint": ["https://a.example"], "keys": {"p256dh": 1, "auth": {}}, "locale": 9},
    {"next": "\ud800", "id": "\x00", "purpose": -(10**40)},
)


def bodies(route: Route) -> Iterator[tuple[str, bytes]]:
    """Content type and body: raw nonsense, odd JSON, forms wrong in one field and in all."""
    yield from RAW
    for value in JSON:
        yield "application/json", json.dumps(value).encode()
    names = sorted(fields(route))
    for value in VALUES:
        yield FORM, encode(dict.fromkeys([*names, "next"], value))
        for name in names:
            yield FORM, encode({**plausible(names), name: value})
    for name in names:
        yield FORM, encode({k: v for k, v in plausible(names).items() if k != name})


def plausible(names: Any) -> dict[str, str]:
    return {name: PLAUSIBLE[name] for name in names}


def encode(values: dict[str, str]) -> bytes:
    from urllib.parse import urlencode

    return urlencode(values, errors="surrogatepass").encode()


def fields(route: Route) -> set[str]:
    """The fields of the forms that the handler reads, of all of its module when it chooses one."""
    function = route.handler.fn
    named = re.findall(r"read_form\(\s*request, ([\w.]+)\)", inspect.getsource(function))
    models = [_resolve(function, name) for name in named]
    found = {name for model in models for name in model.model_fields}
    if models and not found:
        own = function.__module__.split(".")[1]
        found = {
            name
            for model in FormModel.__subclasses__()
            if model.__module__.split(".")[1] in (own, "shipping")
            for name in model.model_fields
        } | {"step", "key", "seen"}
    return found


def _resolve(function: Any, dotted: str) -> type[FormModel]:
    first, *rest = dotted.split(".")
    value = function.__globals__[first]
    for name in rest:
        value = getattr(value, name)
    return value  # type: ignore[no-any-return]
