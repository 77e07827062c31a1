"""Whether the process lives, and whether it can serve."""

from functools import cache
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from litestar import Response, get
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.kernel import access, web
from app.kernel.services import Services

ROOT = Path(__file__).resolve().parents[2]


@get("/health/live", opt=access.machines, name="pages.live")
async def live() -> Response[Any]:
    return web.answer_json({"status": "ok"})


@get("/health/ready", opt=access.machines, name="pages.ready")
async def ready(services: Services) -> Response[Any]:
    """200 when the database answers and is migrated; Valkey is told but not fatal."""
    version = await _version(services)
    database = "down" if version is None else "ok" if version == head() else "not migrated"
    checks = {"database": database, "valkey": "ok" if await _valkey(services) else "down"}
    is_ready = database == "ok"
    body = {"status": "ok" if is_ready else "unavailable", "checks": checks}
    return web.answer_json(body, 200 if is_ready else 503)


@cache
def head() -> str:
    """The newest migration in the tree."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    return ScriptDirectory.from_config(config).get_current_head() or ""


async def _version(services: Services) -> str | None:
    try:
        async with services.db.begin() as session:
            found = await session.scalar(text("select version_num from alembic_version"))
    except (SQLAlchemyError, OSError):
        return None
    return str(found)


async def _valkey(services: Services) -> bool:
    try:
        return bool(await services.redis.ping())
    except (RedisError, OSError):
        return False
