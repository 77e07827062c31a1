"""Structured logs with a request id; a log line never holds a secret, a code or a phone number."""

import logging
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from litestar.datastructures import Headers

from app.kernel.ids import new_id

log = structlog.get_logger("bozorcha")

SECRET_NAMES = ("pin", "code", "password", "token", "phone", "secret", "key", "authorization")


_NUMBER = re.compile(r"\+?\d{6,}")  # phones, codes, PINs; request ids are fields of their own


def _mask(_logger: object, _method: str, entry: Any) -> Any:
    for name in entry:
        if any(word in name.lower() for word in SECRET_NAMES):
            entry[name] = "***"
    return entry


def _scrub(_logger: object, _method: str, entry: Any) -> Any:
    """Take numbers of people out of the texts of errors: the database quotes what it refused."""
    for name in ("error", "exception"):
        if isinstance(entry.get(name), str):
            entry[name] = _NUMBER.sub("###", entry[name])
    return entry


def configure(*, json: bool) -> None:
    """Send everything to stderr: JSON lines in production, readable lines elsewhere."""
    renderer = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask,
            structlog.processors.format_exc_info,
            _scrub,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s"
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a deed comes from: the request and the keyed hash of its network. Tasks have none."""

    request_id: UUID | None = None
    network: str | None = None


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def origin() -> Origin:
    """The origin of the request that is being answered; an empty one in tasks and commands."""
    return _origin.get()


@contextmanager
def request(scope: dict[str, Any], headers: Headers, network: str | None = None) -> Iterator[str]:
    """Bind an id to every line of this request; errors pages show it."""
    made = new_id()
    request_id = str(made)
    scope["state"]["request_id"] = request_id
    scope["state"]["started"] = time.perf_counter()
    token = _origin.set(Origin(made, network))
    try:
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            yield request_id
    finally:
        _origin.reset(token)
