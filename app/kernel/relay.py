"""Hands due task rows to arq and plants the periodic ones.

One runs in every worker for the queues of that worker. A NOTIFY wakes it; a sweep every second
catches what a crash or a lost connection left.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from arq import ArqRedis
from redis.exceptions import RedisError
from sqlalchemy import and_, or_, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.kernel.observe import log
from app.kernel.services import Services
from app.kernel.tasks import (
    CHANNEL,
    LEASE_SECONDS,
    NoArguments,
    Queue,
    TaskRow,
    TaskState,
    enqueue,
)

SWEEP_SECONDS = 1.0
BATCH = 200


class Relay:
    """The loop of one worker process."""

    def __init__(self, services: Services, carrier: ArqRedis, queues: Sequence[Queue]) -> None:
        self._services = services
        self._carrier = carrier
        self._queues = tuple(queues)
        self._wake = asyncio.Event()
        self._planted: dict[str, int] = {}  # the slot of each periodic task that is surely there

    async def run(self) -> None:
        """Run until cancelled; survives a dead database and a dead Valkey."""
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                await self._sweep()
                with suppress(TimeoutError):  # unlike wait_for, this never swallows a cancel
                    async with asyncio.timeout(SWEEP_SECONDS):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            listener.cancel()

    async def _sweep(self) -> None:
        try:
            await self._plant()
            while await self._hand_over() == BATCH:
                pass
        except (RedisError, OSError, asyncpg.PostgresError) as error:
            log.warning("relay_waits", error=type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)
        except Exception as error:
            log.error("relay_failed", error=repr(error), exc_info=True)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _hand_over(self) -> int:
        """Move one batch; the rows stay locked until the carrier has them, so a dead carrier
        leaves them waiting. A job is named by its row and try: what still waits in a long queue
        is not put there twice."""
        async with self._services.db.begin() as session:
            rows = (await session.execute(_due(self._queues))).all()
            if not rows:
                return 0
            for row in rows:
                job = f"{row.id}:{row.attempts}"
                await self._carrier.enqueue_job(
                    "run", str(row.id), _job_id=job, _queue_name=queue_name(row.queue)
                )
            await _mark_queued(session, [row.id for row in rows])
            return len(rows)

    async def _plant(self) -> None:
        """Write the row of the current slot of each periodic task, once over all workers."""
        moment = clock.now().timestamp()
        slots = {
            task: int(moment // task.every_seconds)
            for task in self._services.registry.tasks.values()
            if task.every_seconds and task.queue in self._queues
        }
        new = {t: slot for t, slot in slots.items() if self._planted.get(t.name) != slot}
        if not new:
            return
        async with self._services.db.begin() as session:
            for task, slot in new.items():
                await enqueue(session, task, NoArguments(), key=f"{task.name}:{slot}")
        self._planted |= {task.name: slot for task, slot in new.items()}

    async def _listen(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(**_connect_args(self._services.db.direct_url))
                await connection.add_listener(CHANNEL, self._on_notify)
                while not connection.is_closed():
                    await asyncio.sleep(SWEEP_SECONDS)
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(SWEEP_SECONDS)

    def _on_notify(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        if payload in self._queues:
            self._wake.set()


def queue_name(queue: str) -> str:
    return f"bozorcha:{queue}"


def _due(queues: Sequence[Queue]) -> Any:
    now = clock.now()
    lost = now - timedelta(seconds=LEASE_SECONDS)
    ready = and_(TaskRow.state == TaskState.WAITING, TaskRow.run_after <= now)
    strayed = and_(TaskRow.state == TaskState.QUEUED, TaskRow.queued_at <= lost)
    return (
        select(TaskRow.id, TaskRow.queue, TaskRow.attempts)
        .where(TaskRow.queue.in_(queues), or_(ready, strayed))
        .order_by(TaskRow.run_after)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


async def _mark_queued(session: AsyncSession, ids: Sequence[UUID]) -> None:
    await session.execute(
        update(TaskRow)
        .where(TaskRow.id.in_(ids))
        .values(state=TaskState.QUEUED, queued_at=clock.now())
    )


def _connect_args(url: str) -> dict[str, Any]:
    parts = make_url(url)
    return {
        "host": parts.query.get("host", parts.host),
        "port": int(str(parts.query.get("port") or parts.port or 5432)),
        "user": parts.username,
        "password": parts.password,
        "database": parts.database,
    }
