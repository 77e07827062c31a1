"""Stock is never sold twice, and nothing is lost on the way."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from app.catalog import stock
from app.catalog.models import Product, StockHold, StockLevel, StockMove
from app.catalog.stock import HoldLine, OfferSoldOut
from app.kernel.events import EventRow
from app.kernel.ids import new_id
from tests import cast

OFFER = cast.football.offer_id  # five on hand


async def level(services, offer_id=OFFER):
    async with services.db.begin() as session:
        row = await session.get(StockLevel, offer_id)
        return row.on_hand, row.held


async def in_stock(services, good=cast.football):
    async with services.db.begin() as session:
        return await session.scalar(select(Product.in_stock).where(Product.id == good.id))


async def act(services, what, *args):
    async with services.db.begin() as session:
        return await what(session, *args)


async def test_what_is_held_is_taken_once(services):
    order = new_id()
    await act(services, stock.hold, order, [HoldLine(OFFER, 2)])
    assert await level(services) == (5, 2)

    assert await act(services, stock.take, order) == 1
    assert await act(services, stock.take, order) == 0
    assert await act(services, stock.release, order) == 0
    assert await level(services) == (3, 0)

    assert await act(services, stock.put_back, order) == 1
    assert await act(services, stock.put_back, order) == 0
    assert await level(services) == (5, 0)
    async with services.db.begin() as session:
        moves = select(func.sum(StockMove.quantity)).where(StockMove.offer_id == OFFER)
        assert await session.scalar(moves) == 5


async def test_what_is_released_is_free_again(services):
    order = new_id()
    await act(services, stock.hold, order, [HoldLine(OFFER, 3), HoldLine(OFFER, 2)])
    assert await in_stock(services) is False

    assert await act(services, stock.release, order) == 1
    assert await act(services, stock.release, order) == 0
    assert await act(services, stock.take, order) == 0
    assert await level(services) == (5, 0)
    assert await in_stock(services) is True


async def test_a_hold_is_all_or_nothing_and_names_what_falls_short(services):
    lines = [HoldLine(cast.planetarium.offer_id, 1), HoldLine(OFFER, 6), HoldLine(new_id(), 1)]

    with pytest.raises(OfferSoldOut) as refused:
        await act(services, stock.hold, new_id(), lines)

    assert set(refused.value.details["offer_ids"]) == {lines[1].offer_id, lines[2].offer_id}
    assert await level(services, cast.planetarium.offer_id) == (5, 0)


async def test_thirty_buyers_of_five_get_exactly_five(services):
    async def buy():
        try:
            await act(services, stock.hold, new_id(), [HoldLine(OFFER, 1)])
        except OfferSoldOut:
            return False
        return True

    won = await asyncio.gather(*(buy() for _ in range(30)))

    assert sum(won) == 5
    assert await level(services) == (5, 5)
    assert await in_stock(services) is False
    async with services.db.begin() as session:
        holds = select(func.sum(StockHold.quantity)).where(StockHold.state == "held")
        assert await session.scalar(holds) == 5
        told = select(func.count()).where(EventRow.name == "catalog.StockRanOut")
        assert await session.scalar(told) == 1


async def test_crossing_baskets_do_not_lock_each_other(services):
    """Two offers bought in both orders at once: rows are locked by id, so nobody waits in a ring."""
    one, two = cast.football.offer_id, cast.puzzle.offer_id
    async with services.db.begin() as session:
        await session.execute(update(StockLevel).values(on_hand=1000))
    ahead, back = [HoldLine(one, 1), HoldLine(two, 1)], [HoldLine(two, 1), HoldLine(one, 1)]

    async def through(lines):
        order = new_id()
        await act(services, stock.hold, order, lines)
        await act(services, stock.take, order)

    await asyncio.gather(*(through(ahead if n % 2 else back) for n in range(20)))

    assert await level(services, one) == (980, 0)
    assert await level(services, two) == (980, 0)
