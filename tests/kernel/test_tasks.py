"""Tasks run once, retry, and become dead letters."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select, text

from app.family import spending
from app.kernel.tasks import TaskRow


@pytest.fixture
def anything() -> None:
    return None


async def test_reserve_never_passes_the_limit(session, cast):
    from app.kernel.ids import new_id

    ok = [await spending.reserve(session, cast.lola.id, new_id(), 15_000_00) for _ in range(5)]
    await session.commit()
    day = await spending.today(session, cast.lola.id)

    assert ok == [True, True, True, False, False]
    assert day.reserved == 45_000_00
    assert day.left == 5_000_00
