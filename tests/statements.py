"""Counts what a request asks of the database, the noise-free guard of speed."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from app.kernel.services import Services


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    """The statements of the block; how a transaction is opened is not counted."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "set_config" not in statement:
            seen.append(statement)

    engine = services.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
