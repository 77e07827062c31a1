"""Finds the database for a command: given, of a running copy, or started just for it."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.local import folder as folders
from app.local import places, postgres, valkey

ANYWHERE = "http://localhost:8000"  # the address of a copy that serves no pages


@contextmanager
def attached(folder: Path, *, with_valkey: bool = False) -> Iterator[dict[str, str]]:
    """Give the environment of a process that works on the folder's database.

    DATABASE_URL from outside is taken as it is; else a running copy's server is used; else
    the embedded PostgreSQL (and Valkey, if asked) runs for as long as the block does.
    """
    given = os.environ.get("DATABASE_URL")
    copy = folders.running(folder)
    if given or copy:
        database_url = given or (copy.database_url if copy else "")
        redis_url = os.environ.get("REDIS_URL") or (copy.redis_url if copy else "")
        yield folders.environment(
            folder,
            database_url=database_url,
            redis_url=redis_url or "redis://localhost:6379/0",
            url=copy.url if copy else os.environ.get("BASE_URL", ANYWHERE),
        )
        return
    with contextlib.ExitStack() as stack:
        stack.enter_context(folders.held(folder))
        here = places.prepare(folder)
        stack.callback(postgres.stop, postgres.start(here))
        postgres.ensure_database(here)
        redis_url = os.environ.get("REDIS_URL", "")
        if with_valkey and not redis_url:
            stack.callback(valkey.stop, valkey.start(here))
        yield folders.environment(
            folder,
            database_url=postgres.address(here, driver="+asyncpg"),
            redis_url=redis_url or valkey.address(here),
            url=os.environ.get("BASE_URL", ANYWHERE),
        )
