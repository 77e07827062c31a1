"""Addresses that lead nowhere."""

from typing import Any

from litestar import Response, get

from app.kernel import access
from app.kernel.errors import NotFound


@get("/{path:path}", opt=access.viewable(access.everyone), name="pages.unknown")
async def unknown(path: str) -> Response[Any]:
    """So that an unknown address is answered in the reader's zone and language."""
    raise NotFound(path=path)
