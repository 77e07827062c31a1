"""Every declared rule deletes what is too old, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kernel import clock
from app.kernel.tasks import NoArguments
from app.privacy import cleaning
from tests.conventions.routing import registry
from tests.privacy import lives

AGES = "insert into provider_call (id, created_at, provider, method, request, response, address) "
CALL = (
    AGES + "values (gen_random_uuid(), now() - make_interval(days => :days), 'p', 'm', '', '', '')"
)


def rule(table):
    [keep] = [one for one in registry().keeps if one.table.__tablename__ == table]
    return keep


async def test_every_rule_is_a_statement_that_works(services, run_tasks):
    """On a life in full, far in the future: only evidence and live accounts are left."""
    life = await lives.live(services, run_tasks, lives.zumrad())
    with clock.shifted(timedelta(days=4 * 365)):
        for keep in registry().keeps:
            if keep.table.__tablename__ in ("event", "provider_call"):
                continue  # the database reads its own clock there; tested below
            async with services.db.begin() as session:
                await cleaning.sweep(session, keep)
            async with services.db.begin() as session:
                assert await cleaning.sweep(session, keep) == 0, keep.table

    left = await lives.dump(services)
    for table in ("session", "message", "notification", "data_export", "task"):
        assert left[table] == "", table
    assert "ordered" not in left["approval_request"]
    assert life.phone not in left["order"]
    assert life.phone in left["identity"]


async def test_nothing_young_is_touched(services, run_tasks):
    await lives.live(services, run_tasks, lives.zumrad())
    before = await lives.dump(services)

    for keep in registry().keeps:
        async with services.db.begin() as session:
            assert await cleaning.sweep(session, keep) == 0, keep.table

    assert await lives.dump(services) == before


async def test_a_long_table_goes_in_batches(services):
    keep = rule("provider_call")
    async with services.db.begin() as session:
        for _ in range(5):
            await session.execute(text(CALL), {"days": 91})
        done = [await cleaning.sweep(session, keep, batch=2) for _ in range(4)]

    assert done == [2, 2, 1, 0]


async def test_the_database_keeps_young_calls_from_everybody(services):
    async with services.db.begin() as session:
        await session.execute(text(CALL), {"days": 1})
    for change in ("delete from provider_call", "update provider_call set method = 'x'"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with services.db.begin() as session:
                await session.execute(text(change))


async def test_old_facts_go_and_young_ones_stay(services):
    fact = (
        "insert into event (id, name, payload, happened_at)"
        " values (gen_random_uuid(), 'x.Y', '{}', now() - make_interval(days => :days))"
    )
    async with services.db.begin() as session:
        for days in (800, 800, 10):
            await session.execute(text(fact), {"days": days})
        assert await cleaning.sweep(session, rule("event")) == 2


async def test_the_clock_plants_each_rule_once_an_hour(services, run_tasks):
    for _ in range(2):
        async with services.db.begin() as session:
            await cleaning.forget.run(session, NoArguments())
    async with services.db.begin() as session:
        planted = await session.scalar(
            text("select count(*) from task where name = 'privacy.cleaning.forget_rows'")
        )
    assert planted == len(registry().keeps)
    assert await run_tasks() == planted
