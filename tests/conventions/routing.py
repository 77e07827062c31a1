"""Every route of the product, for tests that walk all of them."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from litestar.handlers import HTTPRouteHandler

from app import slices
from app.kernel import access

PARAMETER = re.compile(r"\{(\w+):(\w+)\}")


@dataclass(frozen=True)
class Route:
    """One method of one path; `rule` is None when the handler forgot to declare access."""

    method: str
    path: str
    name: str
    slice: str
    rule: access.Rule | None
    handler: Any

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Name and type of each path parameter."""
        return PARAMETER.findall(self.path)

    @property
    def is_read(self) -> bool:
        return self.method == "GET"

    @property
    def is_stream(self) -> bool:
        return self.path.endswith("/stream")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def registry() -> Any:
    return slices.registry()


@cache
def routes() -> tuple[Route, ...]:
    """All of them, in the order of the slices."""
    return tuple(
        Route(method, path, handler.name or "", part.name, handler.opt.get(access.KEY), handler)
        for part in registry().slices
        for handler in part.routes
        for path in sorted(handler.paths)
        for method in sorted(handler.http_methods - {"OPTIONS"})
    )


def handlers() -> list[tuple[str, HTTPRouteHandler]]:
    """Each handler once, with the name of its slice."""
    return [(part.name, handler) for part in registry().slices for handler in part.routes]
