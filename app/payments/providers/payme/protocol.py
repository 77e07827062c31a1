"""The envelope: who calls, strict JSON in, one line of JSON out."""

import base64
import json
from dataclasses import dataclass
from typing import Any, NoReturn

from app.kernel import crypto
from app.kernel.config import Settings
from app.payments.providers.payme import faults
from app.payments.providers.payme.faults import Fault

MAX_BODY_BYTES = 65_536
MAX_TEXT = 255  # characters of an id that we keep
MAX_INTEGER = 2**63 - 1  # what a BIGINT holds
LOGIN = "Paycom"

RequestId = int | str | None


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose envelope is right."""

    id: RequestId
    method: str
    params: dict[str, Any]


def check_credentials(settings: Settings, header: str | None) -> None:
    """Raise the one refusal (-32504) for whatever is wrong with the Authorization header."""
    expected = key(settings)
    scheme, _, encoded = (header or "").partition(" ")
    try:
        sent = base64.b64decode(encoded.strip().encode("latin-1"), validate=True)
    except (ValueError, UnicodeError):
        sent = b""
    # Compared whole, as bytes: nothing is decoded, so no text can make it fail otherwise.
    right = crypto.same(sent, f"{LOGIN}:{expected}".encode())
    if not expected or scheme.lower() != "basic" or not right:
        raise faults.no_access()


def key(settings: Settings) -> str:
    """The cash box's key; outside production one made from our secret stands in for it."""
    given = settings.payme_key.get_secret_value()
    if given or settings.is_production:
        return given
    return crypto.keyed_hash(settings, "payme-sandbox", "").hex()


def read_id(body: bytes) -> RequestId:
    """The id to echo; None when there is none to read."""
    try:
        return _id_of(_object(body))
    except Fault:
        return None


def read_call(body: bytes) -> Call:
    """The call. Raises -32700 for what is not JSON, -32600 for a wrong envelope."""
    sent = _object(body)
    if "id" in sent and sent["id"] is not None and _id_of(sent) is None:
        raise faults.bad_envelope("id")
    method, params = sent.get("method"), sent.get("params")
    if not isinstance(method, str) or not is_storable(method):
        raise faults.bad_envelope("method")
    if not isinstance(params, dict):
        raise faults.bad_envelope("params")
    return Call(_id_of(sent), method, params)


def answer(request_id: RequestId, result: dict[str, Any]) -> bytes:
    return _line({"jsonrpc": "2.0", "id": request_id, "result": result})


def refuse(request_id: RequestId, fault: Fault) -> bytes:
    return _line({"jsonrpc": "2.0", "id": request_id, "error": fault.body()})


def is_storable(text: str, limit: int = MAX_TEXT) -> bool:
    """Whether PostgreSQL can keep the text: no NUL, no lone surrogate, not too long."""
    if len(text) > limit or "\x00" in text:
        return False
    return not any("\ud800" <= char <= "\udfff" for char in text)


def is_integer(value: object) -> bool:
    """A whole JSON number that a BIGINT holds; `true` is an int to Python, but not to us."""
    return type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER


def _object(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise faults.not_json() from None
    if not isinstance(sent, dict):
        raise faults.bad_envelope()
    return sent


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity are words of JavaScript, not of JSON


def _id_of(sent: dict[str, Any]) -> RequestId:
    value = sent.get("id")
    if isinstance(value, str):
        return value if is_storable(value) else None
    return value if type(value) is int and is_integer(value) else None


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
