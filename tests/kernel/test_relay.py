"""From the row to arq and back, on a real Valkey that dies, forgets and comes back."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from arq import ArqRedis
from redis.exceptions import RedisError
from sqlalchemy import text

from app.kernel import clock
from app.kernel.relay import Relay, queue_name
from app.kernel.services import Services, build
from app.kernel.tasks import Queue, TaskState
from app.worker import _consume, end
from tests.kernel import works

QUEUES = [Queue.CRITICAL, Queue.DEFAULT]
# On a starved machine Valkey's answers come too late; then the lease brings the row back.
WAIT_SECONDS = 90


@pytest.fixture
async def working(services):
    built = await works.knowing(services)
    yield built
    await built.close()


def carrier_of(services: Services) -> ArqRedis:
    return ArqRedis(connection_pool=services.redis.connection_pool)


@asynccontextmanager
async def relaying(services: Services, queues: list[Queue] = QUEUES) -> AsyncIterator[Relay]:
    relay = Relay(services, carrier_of(services), queues)
    job = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        await stop(job)


@asynccontextmanager
async def consuming(services: Services, queue: Queue) -> AsyncIterator[None]:
    job = asyncio.create_task(_consume(services, carrier_of(services), queue))
    try:
        yield
    finally:
        await stop(job)


async def stop(job: asyncio.Task[None]) -> None:
    await end([job])
    assert job.done()


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = WAIT_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < deadline, "it never came to that"
        await asyncio.sleep(0.05)


def all_are(services: Services, state: TaskState) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return {row.state for row in await works.rows(services)} == {state}

    return holds


async def queued_jobs(services: Services, queue: Queue) -> int:
    return int(await services.redis.zcard(queue_name(queue)))


async def test_a_row_travels_to_a_worker_and_is_done(working):
    async with relaying(working), consuming(working, Queue.CRITICAL):
        await works.put(working, works.write, "travelled")
        await until(all_are(working, TaskState.DONE))

    assert await works.marks(working) == ["travelled"]


async def test_a_relay_minds_its_own_queues(working):
    await works.put(working, works.write)
    await works.put(working, works.speak)

    async with relaying(working, [Queue.DEFAULT]):
        await until(lambda: _is(queued_jobs(working, Queue.DEFAULT), 1))

    states = {row.queue: row.state for row in await works.rows(working)}
    assert states == {"critical": TaskState.WAITING, "default": TaskState.QUEUED}


async def _is(count: Awaitable[int], wanted: int) -> bool:
    return await count == wanted


async def test_a_flushed_valkey_loses_nothing(working):
    for n in range(3):
        await works.put(working, works.write, str(n), key=str(n))
    async with relaying(working):
        await until(all_are(working, TaskState.QUEUED))
    await working.redis.flushdb()

    with clock.shifted(timedelta(seconds=61)):
        async with relaying(working), consuming(working, Queue.CRITICAL):
            await until(all_are(working, TaskState.DONE))

    assert sorted(await works.marks(working)) == ["0", "1", "2"]


async def test_a_row_is_handed_over_again_only_after_its_lease(working):
    await works.put(working, works.write)
    relay = Relay(working, carrier_of(working), QUEUES)

    assert await relay._hand_over() == 1
    assert await relay._hand_over() == 0
    with clock.shifted(timedelta(seconds=59)):
        assert await relay._hand_over() == 0
    with clock.shifted(timedelta(seconds=61)):
        assert await relay._hand_over() == 1


async def test_what_still_waits_at_the_carrier_is_not_put_there_twice(working):
    await works.put(working, works.write, "patient")
    relay = Relay(working, carrier_of(working), QUEUES)
    await relay._hand_over()

    for minutes in (2, 4, 6):
        with clock.shifted(timedelta(minutes=minutes)):
            assert await relay._hand_over() == 1
    assert await queued_jobs(working, Queue.CRITICAL) == 1

    await working.redis.flushdb()
    with clock.shifted(timedelta(minutes=8)):
        await relay._hand_over()
    assert await queued_jobs(working, Queue.CRITICAL) == 1


async def test_what_was_handed_over_twice_has_one_effect(working):
    row = await works.put(working, works.write, "once")
    await Relay(working, carrier_of(working), QUEUES)._hand_over()
    for _ in range(5):
        await carrier_of(working).enqueue_job(
            "run", str(row.id), _queue_name=queue_name(Queue.CRITICAL)
        )

    async with consuming(working, Queue.CRITICAL):
        await until(lambda: _is(queued_jobs(working, Queue.CRITICAL), 0))
        await until(all_are(working, TaskState.DONE))

    assert await works.marks(working) == ["once"]


async def test_a_dead_valkey_keeps_the_rows_waiting(working, tmp_path):
    await works.put(working, works.write, "patient")
    url = f"unix://{tmp_path}/none.sock?db=0"
    without = build(working.settings.model_copy(update={"redis_url": url}), working.registry)

    with pytest.raises(RedisError):
        await Relay(without, carrier_of(without), QUEUES)._hand_over()
    assert (await works.rows(working))[0].state == TaskState.WAITING
    await without.close()

    async with relaying(working), consuming(working, Queue.CRITICAL):
        await until(all_are(working, TaskState.DONE))
    assert await works.marks(working) == ["patient"]


async def test_two_relays_hand_each_row_over_once(working):
    for n in range(30):
        await works.put(working, works.write, key=str(n))
    relays = [Relay(working, carrier_of(working), QUEUES) for _ in range(4)]

    moved = await asyncio.gather(*(relay._hand_over() for relay in relays))

    assert sum(moved) == 30
    assert await queued_jobs(working, Queue.CRITICAL) == 30


async def test_a_periodic_slot_is_planted_once(working):
    relays = [Relay(working, carrier_of(working), [Queue.BULK]) for _ in range(4)]

    await asyncio.gather(*(relay._plant() for relay in relays))
    await relays[0]._plant()
    assert len(await works.rows(working)) == 1

    with clock.shifted(timedelta(hours=1)):
        await asyncio.gather(*(relay._plant() for relay in relays))
    assert len(await works.rows(working)) == 2


async def test_a_periodic_task_belongs_to_the_workers_of_its_queue(working):
    await Relay(working, carrier_of(working), QUEUES)._plant()

    assert await works.rows(working) == []


async def test_what_waits_for_later_is_not_handed_over(working):
    await works.put(working, works.write, after_seconds=30)
    relay = Relay(working, carrier_of(working), QUEUES)

    assert await relay._hand_over() == 0
    with clock.shifted(timedelta(seconds=31)):
        assert await relay._hand_over() == 1


async def test_a_notification_wakes_the_relay(working):
    relay = Relay(working, carrier_of(working), QUEUES)
    listener = asyncio.create_task(relay._listen())
    try:
        await until(lambda: _listens(working))
        await works.put(working, works.write)
        await asyncio.wait_for(relay._wake.wait(), 10)
    finally:
        await stop(listener)


async def _listens(services: Services) -> bool:
    async with services.db.begin() as session:
        return bool(
            await session.scalar(
                text(
                    "select exists (select 1 from pg_stat_activity where datname = "
                    "current_database() and query ilike 'listen%')"
                )
            )
        )
