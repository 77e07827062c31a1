"""`./bozorcha doctor`: what this machine has, and what to do about what it has not."""

import asyncio
import hashlib
import os
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import redis
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.local import chromium
from app.local import folder as folders
from app.local.attaching import attached
from app.local.trouble import Trouble

FREE_MB = 500
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin")


def doctor(folder: Path, port: int) -> bool:
    """Print a line for each thing looked at, `ok` or `PROBLEM` with the remedy.

    Gives whether all is well. Starts the embedded services when no copy runs.
    """
    good = [
        _line("Python", lambda: sys.version.split()[0]),
        _line("packages", _packages),
        _line("disk", lambda: _disk(folder)),
        _line("port", lambda: _port(folder, port)),
        _line("Chromium", _chromium),
    ]
    try:
        with attached(folder, with_valkey=True) as environment:
            url = environment["DATABASE_URL"]
            good += [
                _line("database", lambda: _ask(url, _version)),
                _line("extensions", lambda: _ask(url, _extensions)),
                _line("Cyrillic search", lambda: _ask(url, _cyrillic)),
                _line("migrations", lambda: _ask(url, _migrations)),
                _line("Valkey", lambda: _valkey(environment["REDIS_URL"])),
            ]
    except Trouble as trouble:
        print(f"PROBLEM {'services':<16} {trouble}")
        return False
    return all(good)


def _line(name: str, look: Callable[[], str]) -> bool:
    try:
        answer = look()
    except Exception as error:  # whatever is wrong is the answer
        reason = str(error).strip().splitlines() or [type(error).__name__]
        print(f"PROBLEM {name:<16} {reason[0]}")
        return False
    print(f"ok      {name:<16} {answer}")
    return True


def _packages() -> str:
    stamp = folders.ROOT / ".venv" / ".stamp"
    lock = hashlib.sha256((folders.ROOT / "requirements.lock").read_bytes()).hexdigest()
    if not stamp.exists():
        raise Trouble("installed by hand: start with ./bozorcha, which installs what is locked")
    return f"as locked ({lock[:12]})"


def _disk(folder: Path) -> str:
    there = next(step for step in (folder, *folder.parents) if step.exists())
    if not os.access(there, os.W_OK):
        raise Trouble(f"{there} cannot be written: choose another folder with --data DIR")
    free = shutil.disk_usage(there).free // 1_000_000
    if free < FREE_MB:
        raise Trouble(f"{free} MB free at {there}: make room or choose --data DIR")
    return f"{free} MB free"


def _port(folder: Path, port: int) -> str:
    copy = folders.running(folder)
    if copy:
        return f"a copy runs at {copy.url}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Trouble(f"{port} is busy: choose another one with --port N") from error
    return f"{port} is free"


def _chromium() -> str:
    found = chromium.find()
    if not found:
        raise Trouble("none: ./bozorcha test installs it, or apt-get install chromium")
    return found


def _ask(url: str, question: Callable[[AsyncConnection], Awaitable[str]]) -> str:
    async def ask() -> str:
        engine = create_async_engine(url, poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                return await question(connection)
        finally:
            await engine.dispose()

    return asyncio.run(ask())


async def _version(connection: AsyncConnection) -> str:
    return f"PostgreSQL {(await connection.scalar(text('SHOW server_version')))}"


async def _extensions(connection: AsyncConnection) -> str:
    rows = await connection.scalars(text("SELECT name FROM pg_available_extensions"))
    missing = sorted(set(EXTENSIONS) - set(rows))
    if missing:
        raise Trouble(f"{', '.join(missing)} missing: install postgresql-contrib")
    return ", ".join(EXTENSIONS)


async def _cyrillic(connection: AsyncConnection) -> str:
    has = await connection.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"))
    if not has:
        raise Trouble("pg_trgm is not in this database yet: ./bozorcha migrate")
    if not await connection.scalar(text("SELECT similarity('ИГРУШКА', 'игрушки') > 0.3")):
        raise Trouble("Cyrillic letters are not seen: create the database with LC_CTYPE C.UTF-8")
    return "works"


async def _migrations(connection: AsyncConnection) -> str:
    scripts = ScriptDirectory.from_config(Config(toml_file=folders.ROOT / "pyproject.toml"))
    wanted = scripts.get_current_head()
    exists = await connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
    now = exists and await connection.scalar(text("SELECT version_num FROM alembic_version"))
    if now != wanted:
        raise Trouble(f"at {now or 'nothing'}, newest is {wanted}: ./bozorcha migrate")
    return f"at head ({wanted})"


def _valkey(url: str) -> str:
    client = redis.Redis.from_url(url, socket_timeout=2)
    try:
        about = client.info("server")
    finally:
        client.close()
    assert isinstance(about, dict)
    return f"Valkey {about.get('valkey_version') or about.get('redis_version')}"
