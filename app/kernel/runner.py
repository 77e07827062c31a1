"""Runs one task row: once, in one transaction with its effects, or records why not."""

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import case, or_, select, update

from app.kernel import clock
from app.kernel.observe import log
from app.kernel.services import Services
from app.kernel.tasks import (
    LEASE_SECONDS,
    RUN_SECONDS,
    Retry,
    Task,
    TaskRow,
    TaskState,
    backoff,
)

_OPEN = (TaskState.WAITING, TaskState.QUEUED)


async def run_row(services: Services, task_id: UUID) -> None:
    """Run the task of this row unless it is done, taken or dead.

    A task that fails or takes longer than `RUN_SECONDS` waits with a growing delay and becomes a
    dead letter after its tries. One that takes its whole worker down counts as well when it is
    outward: its claim is found left behind.
    """
    async with services.db.begin() as session:
        row = await session.get(TaskRow, task_id)
    if row is None or row.state not in _OPEN:
        return
    task = services.registry.tasks.get(row.name)
    if task is None:
        await _record_failure(services, task_id, tries=0, reason=f"unknown task {row.name}")
        return
    try:
        args: object = msgspec.convert(row.payload, task.args)
        async with asyncio.timeout(RUN_SECONDS):
            if task.outward:
                await _run_outward(services, task, task_id, args)
            else:
                await _run_inside(services, task, task_id, args)
    except Retry as error:
        await _record_failure(services, task_id, task.tries, str(error), error.after)
    except Exception as error:
        log.warning("task_failed", task=row.name, error=repr(error), exc_info=True)
        await _record_failure(services, task_id, task.tries, repr(error))


async def _run_inside(services: Services, task: Task, task_id: UUID, args: object) -> None:
    async with services.db.begin() as session:
        if not await _take(session, task_id):
            return
        await task.run(session, args)
        await _mark_done(session, task_id)


async def _run_outward(services: Services, task: Task, task_id: UUID, args: object) -> None:
    """Nothing is locked meanwhile, so a claim keeps a second runner away."""
    async with services.db.begin() as session:
        if not await _claim(session, task_id, task.tries):
            return
    await task.run(services, args)
    async with services.db.begin() as session:
        await _mark_done(session, task_id)


async def _take(session, task_id: UUID) -> bool:  # type: ignore[no-untyped-def]
    """Lock the row if it is still open. Waits for the relay, which holds the row until its own
    commit: a worker may be faster."""
    locked = (
        select(TaskRow.id).where(TaskRow.id == task_id, TaskRow.state.in_(_OPEN)).with_for_update()
    )
    return (await session.scalar(locked)) is not None


async def _claim(session, task_id: UUID, tries: int) -> bool:  # type: ignore[no-untyped-def]
    """Claim the row. A claim left behind by a runner that died is one try; past the last one
    the row is dead."""
    lost = clock.now() - timedelta(seconds=LEASE_SECONDS)
    attempts = TaskRow.attempts + case((TaskRow.claimed_at.is_(None), 0), else_=1)
    claimed = (
        update(TaskRow)
        .where(TaskRow.id == task_id, TaskRow.state.in_(_OPEN))
        .where(or_(TaskRow.claimed_at.is_(None), TaskRow.claimed_at <= lost))
        .values(
            claimed_at=clock.now(),
            attempts=attempts,
            state=case((attempts >= tries, TaskState.DEAD), else_=TaskRow.state),
        )
        .returning(TaskRow.state)
    )
    state = await session.scalar(claimed)
    if state == TaskState.DEAD:
        log.error("task_dead", task_id=str(task_id), error="its runner died")
    return state in _OPEN


async def _mark_done(session, task_id: UUID) -> None:  # type: ignore[no-untyped-def]
    await session.execute(
        update(TaskRow)
        .where(TaskRow.id == task_id)
        .values(state=TaskState.DONE, done_at=clock.now(), error=None)
    )


async def _record_failure(
    services: Services, task_id: UUID, tries: int, reason: str, after: float | None = None
) -> None:
    async with services.db.begin() as session:
        row = await session.get(TaskRow, task_id, with_for_update=True)
        if row is None or row.state not in _OPEN:
            return
        row.attempts += 1
        row.claimed_at = None
        row.error = reason[:2000]
        if row.attempts >= tries:
            row.state = TaskState.DEAD
            log.error("task_dead", task=row.name, task_id=str(task_id), error=reason[:200])
            return
        row.state = TaskState.WAITING
        wait = backoff(row.attempts) if after is None else after
        row.run_after = clock.now() + timedelta(seconds=wait)


async def run_due(services: Services, *, limit: int = 1000) -> int:
    """Run everything that is due, here and now, until nothing is; used by tests and by `seed`."""
    count = 0
    while count < limit:
        async with services.db.begin() as session:
            due = select(TaskRow.id).where(
                TaskRow.state.in_(_OPEN), TaskRow.run_after <= clock.now()
            )
            ids = (await session.scalars(due.order_by(TaskRow.id).limit(100))).all()
        if not ids:
            return count
        for task_id in ids:
            await run_row(services, task_id)
            count += 1
    return count
