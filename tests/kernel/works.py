"""Tasks of the tests, and services that know them beside the shop's own."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.services import Services, build
from app.kernel.slice import Registry, Slice
from app.kernel.tasks import Queue, Retry, Task, TaskRow, enqueue, task


@dataclass(frozen=True)
class Note:
    """What the tests' tasks receive."""

    text: str = "x"


@task(queue=Queue.CRITICAL)
async def write(session: AsyncSession, args: Note) -> None:
    """Leave a mark that survives only with the task's own transaction."""
    await session.execute(text("insert into mark (text) values (:text)"), {"text": args.text})


@task(queue=Queue.CRITICAL, tries=3)
async def stumble(session: AsyncSession, args: Note) -> None:
    await session.execute(text("insert into mark (text) values (:text)"), {"text": args.text})
    raise ValueError(args.text)


@task(queue=Queue.CRITICAL)
async def postpone(session: AsyncSession, args: Note) -> None:
    raise Retry("the bank sleeps", after=90)


@task(queue=Queue.DEFAULT, outward=True)
async def speak(services: Services, args: Note) -> None:
    async with services.db.begin() as session:
        await write.run(session, args)


@task(queue=Queue.DEFAULT, outward=True, tries=2)
async def speak_to_nobody(services: Services, args: Note) -> None:
    raise Retry("nobody answers")


@task(queue=Queue.CRITICAL, tries=2)
async def hang(session: AsyncSession, args: Note) -> None:
    await write.run(session, args)
    await asyncio.Event().wait()


@task(queue=Queue.DEFAULT, outward=True, tries=2)
async def hang_outside(services: Services, args: Note) -> None:
    await asyncio.Event().wait()


@task(queue=Queue.BULK, every_seconds=3600)
async def hourly(session: AsyncSession, args: Note) -> None:
    await write.run(session, args)


WORKS = [write, stumble, postpone, speak, speak_to_nobody, hang, hang_outside, hourly]


async def knowing(services: Services) -> Services:
    """Services on the same database with the tests' tasks alone, and a table for their marks."""
    async with services.db.begin() as session:
        await session.execute(text("create table if not exists mark (text text not null)"))
    return build(services.settings, Registry([Slice(name="works", tasks=WORKS)]))


async def put(services: Services, work: Task, note: str = "x", **more: object) -> TaskRow:
    """Enqueue and commit; gives the row."""
    async with services.db.begin() as session:
        await enqueue(session, work, Note(note), **more)  # type: ignore[arg-type]
    return (await rows(services, lambda row: row.name == work.name))[-1]


async def rows(
    services: Services, wanted: Callable[[TaskRow], bool] = lambda row: True
) -> list[TaskRow]:
    """The task rows in the order of their birth."""
    async with services.db.begin() as session:
        found = await session.scalars(select(TaskRow).order_by(TaskRow.id))
        return [row for row in found if wanted(row)]


async def marks(services: Services) -> list[str]:
    async with services.db.begin() as session:
        return list(await session.scalars(text("select text from mark")))
