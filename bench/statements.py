"""How many SQL statements a page asks, counted inside this process on the copy's database."""

import logging
from typing import Any

import httpx
from sqlalchemy import event

from app import main
from app.kernel.services import Services
from bench.copy import Failed
from bench.pages import Page


async def count(services: Services, pages: list[Page]) -> dict[str, int]:
    """Statements of each page; how a transaction is opened and narrowed is not counted."""
    app = main.scoped(main.framework(services.settings, services.registry), services)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "set_config" not in statement:
            seen.append(statement)

    event.listen(services.db.engine.sync_engine, "before_cursor_execute", note)
    found = {}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as line:
        for page in pages:
            seen.clear()
            answer = await line.get(page.path, headers=page.headers)
            if answer.status_code != httpx.codes.OK:
                raise Failed(f"{page.path}: {answer.status_code}")
            found[page.name] = len(seen)
    event.remove(services.db.engine.sync_engine, "before_cursor_execute", note)
    return found
