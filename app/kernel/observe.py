"""Structured logs with a request id; a log line never holds a secret, a code or a phone number."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from litestar.datastructures import Headers

from app.kernel.ids import new_id

log = structlog.get_logger("bozorcha")

SECRET_NAMES = ("pin", "code", "password", "token", "phone", "secret", "key", "authorization")


def _mask(_logger: object, _method: str, entry: Any) -> Any:
    for name in entry:
        if any(word in name.lower() for word in SECRET_NAMES):
            entry[name] = "***"
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
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s"
    )


@contextmanager
def request(scope: dict[str, Any], headers: Headers) -> Iterator[str]:
    """Bind an id to every line of this request; errors pages show it."""
    request_id = str(new_id())
    scope["state"]["request_id"] = request_id
    scope["state"]["started"] = time.perf_counter()
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        yield request_id
