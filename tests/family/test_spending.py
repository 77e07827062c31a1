"""Limits: reserved, consumed, returned; nothing passes them in parallel or at the day's edge."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.family import spending
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.request import access_of
from app.kernel.viewer import Audience, Child, Viewer, Zone

SOM = 100


def device_of(kid) -> Viewer:
    child = Child(kid.id, kid.household_id, kid.name, kid.avatar, kid.hue, kid.age)
    return Viewer(
        zone=Zone.KIDS, child_id=kid.id, child=child, audience=Audience(child_age=kid.age)
    )


async def test_reserve_never_passes_the_limit(session, cast):
    fits = [await spending.reserve(session, cast.lola.id, new_id(), 15_000 * SOM) for _ in range(5)]
    day = await spending.today(session, cast.lola.id)

    assert fits == [True, True, True, False, False]
    assert (day.reserved, day.left) == (45_000 * SOM, 5_000 * SOM)


async def test_fifty_parallel_asks_of_a_tenth_pass_exactly_ten_times(services, cast):
    async def asked() -> bool:
        async with services.db.begin(access_of(device_of(cast.temur), read_only=False)) as session:
            return await spending.reserve(session, cast.temur.id, new_id(), 10_000 * SOM)

    answers = await asyncio.gather(*(asked() for _ in range(50)))

    assert sum(answers) == 10


async def test_a_child_cannot_reserve_for_another(services, cast):
    async with services.db.begin(access_of(device_of(cast.lola), read_only=False)) as session:
        assert not await spending.reserve(session, cast.temur.id, new_id(), 1_000 * SOM)


async def test_consume_turns_the_reservation_and_release_gives_it_back(session, cast):
    request = new_id()
    await spending.reserve(session, cast.lola.id, request, 20_000 * SOM)

    await spending.consume(session, request, cast.lola.id, 18_000 * SOM)
    await session.flush()
    bought = await spending.today(session, cast.lola.id)
    await spending.release(session, request)
    await spending.release(session, request)
    await session.flush()
    returned = await spending.today(session, cast.lola.id)

    assert (bought.reserved, bought.consumed) == (0, 18_000 * SOM)
    assert (returned.reserved, returned.consumed, returned.left) == (0, 0, 50_000 * SOM)


async def test_what_a_guardian_allows_beyond_the_limit_is_kept_apart(session, cast):
    request = new_id()

    await spending.consume(session, request, cast.lola.id, 80_000 * SOM)
    await session.flush()
    day = await spending.today(session, cast.lola.id)

    assert (day.beyond, day.consumed, day.left) == (80_000 * SOM, 0, 50_000 * SOM)


async def test_the_day_turns_at_midnight_in_tashkent(session, cast):
    midnight = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)  # 00:00 on the 2nd in Tashkent
    with clock.shifted(midnight - timedelta(seconds=1) - clock.now()):
        assert await spending.reserve(session, cast.lola.id, new_id(), 50_000 * SOM)
        assert not await spending.reserve(session, cast.lola.id, new_id(), 1 * SOM)
    with clock.shifted(midnight + timedelta(seconds=1) - clock.now()):
        assert await spending.reserve(session, cast.lola.id, new_id(), 50_000 * SOM)


async def test_the_database_refuses_a_day_past_its_limit(session, cast):
    await spending.reserve(session, cast.lola.id, new_id(), 10_000 * SOM)

    with pytest.raises(DBAPIError, match="within_limit"):
        await session.execute(text("update spending_day set consumed = limit_amount"))
