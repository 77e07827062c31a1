"""Services for one test run, thrown away after it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.local import places, postgres, valkey


@dataclass(frozen=True)
class TestServices:
    """`database_url` is a superuser's plain DSN of the database `postgres`."""

    __test__ = False

    database_url: str
    redis_url: str


@contextmanager
def test_services() -> Iterator[TestServices]:
    """Run a PostgreSQL and a Valkey of their own in a temporary folder.

    Plain and synchronous, so it can be used from pytest hooks as well as inside a running
    event loop. Call it from the main thread. Durability is off: never for real data.
    """
    folder = Path(tempfile.mkdtemp(prefix="bozorcha-test-"))
    folder.chmod(0o711)  # as root the services run as nobody, who must get through
    try:
        here = places.prepare(folder)
        database = postgres.start(here, throwaway=True)
        try:
            postgres.check_cyrillic(here)
            cache = valkey.start(here)
            try:
                yield TestServices(postgres.address(here, "postgres"), valkey.address(here))
            finally:
                valkey.stop(cache)
        finally:
            postgres.stop(database)
    finally:
        places.forget(folder)
