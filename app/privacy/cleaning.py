"""Deletes what its time is over for, by the rules that the slices declare (`Slice.keeps`)."""

from dataclasses import dataclass

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.personal import Keep
from app.kernel.tasks import NoArguments, Queue, enqueue, task

BATCH = 5000  # rows a transaction: a second's work at most
EVERY_SECONDS = 3600


@dataclass(frozen=True)
class Sweep:
    """One declared rule, by its place among all of them."""

    place: int
    table: str


@task(queue=Queue.BULK, every_seconds=EVERY_SECONDS)
async def forget(session: AsyncSession, _: NoArguments) -> None:
    """Plant a task for each rule, so that one that fails holds up no other."""
    slot = int(clock.now().timestamp() // EVERY_SECONDS)
    for place, keep in enumerate(session.info["registry"].keeps):
        args = Sweep(place, keep.table.__tablename__)
        await enqueue(session, forget_rows, args, key=f"forget:{place}:{args.table}:{slot}")


@task(queue=Queue.BULK, tries=5)
async def forget_rows(session: AsyncSession, args: Sweep) -> None:
    """A batch of one rule; a full one plants the next."""
    keeps = session.info["registry"].keeps
    if args.place >= len(keeps) or keeps[args.place].table.__tablename__ != args.table:
        return  # planted by another release
    if await sweep(session, keeps[args.place]) == BATCH:
        await enqueue(session, forget_rows, args, key=f"forget:{new_id()}")


async def sweep(session: AsyncSession, keep: Keep, *, batch: int = BATCH) -> int:
    """Delete or strip at most `batch` rows that are due; skips those that somebody holds."""
    table = keep.table
    keys = list(table.__table__.primary_key)
    due = select(*keys).where(keep.due(clock.now())).limit(batch)
    chosen = tuple_(*keys).in_(due.with_for_update(skip_locked=True))
    change = update(table).values(keep.values) if keep.values else delete(table)
    done = await session.execute(
        change.where(chosen), execution_options={"synchronize_session": False}
    )
    return int(getattr(done, "rowcount", 0))
