"""A task runs once with its effects, waits when it must, and is buried when it never works."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.kernel import clock, runner
from app.kernel.ids import new_id
from app.kernel.runner import run_due, run_row
from app.kernel.tasks import TaskState, backoff, enqueue
from tests.kernel import works


@pytest.fixture
async def working(services):
    built = await works.knowing(services)
    yield built
    await built.close()


async def test_it_runs_once_with_its_effects(working):
    row = await works.put(working, works.write, "one")

    await run_row(working, row.id)
    await run_row(working, row.id)

    assert await works.marks(working) == ["one"]
    (row,) = await works.rows(working)
    assert (row.state, row.attempts, row.error) == (TaskState.DONE, 0, None)
    assert row.done_at is not None


async def test_a_key_is_planted_once(working):
    for _ in range(3):
        await works.put(working, works.write, key="order 1")
    await works.put(working, works.write, key="order 2")

    assert [row.key for row in await works.rows(working)] == ["order 1", "order 2"]


async def test_a_row_of_a_failed_change_is_not_there(working):
    async def fail() -> None:
        async with working.db.begin() as session:
            await enqueue(session, works.write, works.Note())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await works.rows(working) == []


async def test_a_failure_leaves_no_effect_and_waits_longer_each_time(working):
    row = await works.put(working, works.stumble, "broken")
    waits = []

    for _ in range(2):
        await run_row(working, row.id)
        (row,) = await works.rows(working)
        waits.append(round((row.run_after - clock.now()).total_seconds()))
        assert row.state == TaskState.WAITING

    assert await works.marks(working) == []
    assert waits == [1, 2]
    assert "broken" in row.error


async def test_after_its_tries_it_is_a_dead_letter(working):
    row = await works.put(working, works.stumble, "broken")

    for _ in range(5):
        await run_row(working, row.id)

    (row,) = await works.rows(working)
    assert (row.state, row.attempts) == (TaskState.DEAD, 3)
    with clock.shifted(timedelta(days=1)):
        assert await run_due(working) == 0


async def test_retry_names_its_own_wait(working):
    row = await works.put(working, works.postpone)

    await run_row(working, row.id)

    (row,) = await works.rows(working)
    assert row.state == TaskState.WAITING
    assert row.error == "the bank sleeps"
    assert timedelta(seconds=80) < row.run_after - clock.now() <= timedelta(seconds=90)
    assert await run_due(working) == 0


async def test_an_outward_task_works_outside_of_a_transaction(working):
    row = await works.put(working, works.speak, "hello")

    await run_row(working, row.id)

    assert await works.marks(working) == ["hello"]
    assert (await works.rows(working))[0].state == TaskState.DONE


async def test_an_outward_task_dies_of_retries_as_well(working):
    row = await works.put(working, works.speak_to_nobody)

    await run_row(working, row.id)
    await run_row(working, row.id)

    (row,) = await works.rows(working)
    assert (row.state, row.error) == (TaskState.DEAD, "nobody answers")


async def test_parallel_runners_run_it_once(working):
    ids = [(await works.put(working, works.write, str(n), key=str(n))).id for n in range(5)]

    await asyncio.gather(*(run_row(working, task_id) for task_id in ids * 4))

    assert sorted(await works.marks(working)) == ["0", "1", "2", "3", "4"]
    assert {row.state for row in await works.rows(working)} == {TaskState.DONE}


@pytest.mark.parametrize("work", [works.write, works.speak])
async def test_a_runner_faster_than_the_relays_commit_waits_for_it(working, work):
    """The relay gives the row to the carrier before it commits; the worker may come at once."""
    row = await works.put(working, work, "fast")
    async with working.db.begin() as relay:
        await relay.execute(text("select 1 from task for update"))
        runner = asyncio.create_task(run_row(working, row.id))
        await _until_somebody_waits(working)
        await relay.execute(text("update task set state = 'queued', queued_at = now()"))

    await runner

    assert await works.marks(working) == ["fast"]
    assert (await works.rows(working))[0].state == TaskState.DONE


async def _until_somebody_waits(services) -> None:
    waiting = text("select count(*) from pg_locks where not granted")
    while True:
        async with services.db.begin() as session:
            if await session.scalar(waiting):
                return
        await asyncio.sleep(0.02)


async def test_parallel_outward_runners_speak_once(working):
    row = await works.put(working, works.speak, "hello")

    await asyncio.gather(*(run_row(working, row.id) for _ in range(4)))

    assert await works.marks(working) == ["hello"]


async def test_an_unknown_task_is_buried_at_once(working):
    row = await works.put(working, works.write)
    async with working.db.begin() as session:
        await session.execute(text("update task set name = 'gone.away'"))

    await run_row(working, row.id)

    (row,) = await works.rows(working)
    assert (row.state, row.error) == (TaskState.DEAD, "unknown task gone.away")


async def test_a_payload_of_another_shape_fails_as_a_task_does(working):
    row = await works.put(working, works.write)
    async with working.db.begin() as session:
        await session.execute(text("""update task set payload = '{"text": 7}'"""))

    await run_row(working, row.id)

    (row,) = await works.rows(working)
    assert (row.state, row.attempts) == (TaskState.WAITING, 1)


async def test_a_missing_row_is_nothing(working):
    await run_row(working, new_id())

    assert await works.rows(working) == []


def test_the_wait_doubles_up_to_half_an_hour():
    assert [backoff(tries) for tries in (1, 2, 3, 11, 12, 40)] == [1, 2, 4, 1024, 1800, 1800]


async def test_a_claim_of_the_dead_ends(working):
    row = await works.put(working, works.speak, "hello")
    async with working.db.begin() as session:
        await session.execute(text("update task set claimed_at = now(), state = 'queued'"))

    await run_row(working, row.id)
    assert await works.marks(working) == []

    with clock.shifted(timedelta(seconds=61)):
        await run_row(working, row.id)
    assert await works.marks(working) == ["hello"]
    assert (await works.rows(working))[0].attempts == 1


async def test_what_kills_its_runner_each_time_is_buried(working):
    row = await works.put(working, works.speak)
    left_behind = "update task set claimed_at = now() - interval '61 seconds', attempts = :tries"
    async with working.db.begin() as session:
        await session.execute(text(left_behind), {"tries": works.speak.tries - 1})

    await run_row(working, row.id)

    (row,) = await works.rows(working)
    assert (row.state, row.attempts) == (TaskState.DEAD, works.speak.tries)
    assert await works.marks(working) == []


@pytest.mark.parametrize("work", [works.hang, works.hang_outside])
async def test_what_never_ends_is_cut_and_each_cut_is_a_try(working, work, monkeypatch):
    monkeypatch.setattr(runner, "RUN_SECONDS", 0.3)
    row = await works.put(working, work, "half")

    await run_row(working, row.id)
    (row,) = await works.rows(working)
    assert (row.state, row.attempts, row.error) == (TaskState.WAITING, 1, "TimeoutError()")
    await run_row(working, row.id)

    (row,) = await works.rows(working)
    assert (row.state, row.attempts) == (TaskState.DEAD, 2)
    assert await works.marks(working) == []
