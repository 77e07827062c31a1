"""Orders of an exact sum for trying out payments."""

import pytest
from sqlalchemy import select

from app.catalog.models import Offer, Product, StockLevel, StockMove
from app.local import demo_orders
from app.orders.models import Order
from app.payments import intents


@pytest.mark.parametrize("amount", [1, 1_000, 45_000, 299_999, 300_000, 12_345_678])
async def test_each_sum_is_met_exactly(services, amount):
    numbers = await demo_orders.make(services, 2, amount)

    assert len(set(numbers)) == 2
    async with services.db.begin() as session:
        for number in numbers:
            intent = await intents.find(session, number)
            assert intent is not None
            assert intents.is_payable(intent)
            assert intent.amount == amount * 100


async def test_the_card_is_never_on_sale_and_its_stock_is_counted(services, client):
    await demo_orders.make(services, 3, 5_000)
    await demo_orders.make(services, 1, 7_000)

    async with services.db.begin() as session:
        product = (
            await session.scalars(select(Product).where(Product.slug == demo_orders.SLUG))
        ).one()
        offer = (await session.scalars(select(Offer).where(Offer.sku == demo_orders.SLUG))).one()
        level = await session.get_one(StockLevel, offer.id)
        moves = await session.scalars(select(StockMove).where(StockMove.offer_id == offer.id))
        orders = (await session.scalars(select(Order))).all()
    assert (product.state, offer.is_open) == ("draft", False)
    assert (level.on_hand, level.held) == (4, 4)
    assert sum(move.quantity for move in moves) == level.on_hand
    assert sorted(order.total for order in orders) == [500_000] * 3 + [700_000]
    assert (await client.get(f"/uz/p/{demo_orders.SLUG}")).status_code == 404
