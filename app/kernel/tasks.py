"""Work after the commit: task rows in PostgreSQL, carried by arq on Valkey, run once.

The row is the truth, the queue only the carrier: a relay hands due rows to arq, a row that does
not come back within its lease is handed over again, and the runner locks the row and marks it
done in the same transaction as the task's effects. Flushing the queue loses nothing.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, Index, SmallInteger, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.kernel.db import Base
from app.kernel.ids import new_id

LEASE_SECONDS = 60  # whoever holds a row longer is taken for dead
RUN_SECONDS = LEASE_SECONDS - 15  # a task is cut, and that counted as a try, well before
CHANNEL = "tasks"  # LISTEN/NOTIFY channel that wakes the relay


class Queue(StrEnum):
    """Lanes that never wait for each other."""

    CRITICAL = "critical"  # payments, codes, approvals
    DEFAULT = "default"
    BULK = "bulk"  # campaigns, pictures, imports


class TaskState(StrEnum):
    WAITING = "waiting"
    QUEUED = "queued"
    DONE = "done"
    DEAD = "dead"


class TaskRow(Base):
    """One piece of work; `key` makes it unique (event and subscriber, or name and time slot)."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("state in ('waiting','queued','done','dead')", name="state"),
        Index(
            "ix_task_due",
            "queue",
            "run_after",
            postgresql_where=text("state in ('waiting','queued')"),
        ),
        Index("ix_task_done_at", "done_at", postgresql_where=text("state = 'done'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    queue: Mapped[str]
    payload: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=TaskState.WAITING)
    attempts: Mapped[int] = mapped_column(SmallInteger(), default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    run_after: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]  # since when an outward task runs; plain ones hold a lock
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


class Retry(Exception):
    """Raised by a task when the world outside is not ready; `after` seconds, or the back-off."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


TaskFunction = Callable[[Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Task:
    """A declared piece of work.

    A plain task receives the session of its own transaction and its arguments. An `outward`
    task talks to the world and receives the worker's `Services` instead: it opens short
    transactions itself, so that nothing is locked while it waits.
    """

    name: str
    run: TaskFunction
    args: type
    queue: Queue
    tries: int
    outward: bool
    every_seconds: int | None


@dataclass(frozen=True)
class NoArguments:
    """What a periodic task receives."""


def task(
    *,
    queue: Queue = Queue.DEFAULT,
    tries: int = 12,
    outward: bool = False,
    every_seconds: int | None = None,
) -> Callable[[TaskFunction], Task]:
    """Declare a function as a task; its second parameter's annotation is the payload type."""

    def declare(function: TaskFunction) -> Task:
        hints = get_type_hints(function)
        hints.pop("return", None)
        args = list(hints.values())[1]
        name = f"{function.__module__.removeprefix('app.')}.{function.__name__}"
        return Task(name, function, args, queue, tries, outward, every_seconds)

    return declare


async def enqueue(
    session: AsyncSession,
    work: Task,
    args: Any,
    *,
    key: str | None = None,
    after_seconds: float = 0,
) -> None:
    """Write the task row in the caller's transaction; a second row with the same key is ignored."""
    row = {
        "id": new_id(),
        "name": work.name,
        "queue": work.queue,
        "payload": msgspec.to_builtins(args),
        "key": key,
        "state": TaskState.WAITING,
        "attempts": 0,
        "created_at": clock.now(),
        "run_after": clock.now() + timedelta(seconds=after_seconds),
    }
    statement = insert(TaskRow).values(row)
    if key is not None:
        statement = statement.on_conflict_do_nothing(index_elements=["key"])
    written = await session.execute(statement)
    if getattr(written, "rowcount", 0) and after_seconds == 0:  # an ignored row wakes nobody
        await session.execute(select(func.pg_notify(CHANNEL, work.queue)))


def backoff(attempts: int) -> float:
    """Seconds until the next try: 1, 2, 4 … at most half an hour."""
    return float(min(2 ** max(attempts - 1, 0), 1800))
