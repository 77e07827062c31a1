"""Placing an order: once, at the price that was seen, with stock that is there."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.catalog.models import Offer, StockHold
from app.catalog.stock import OfferSoldOut
from app.kernel import clock
from app.kernel.events import EventRow
from app.orders.models import Order, OrderEvent, OrderLine
from app.orders.placing import PriceChanged, place
from app.payments.models import PaymentIntent
from app.shipping.quotes import NoDelivery
from tests.make.orders import counted, make_basket, make_order, parts_of, stock_of

SOM = 100


async def count_orders(services) -> int:
    async with services.db.begin() as session:
        return await session.scalar(select(func.count()).select_from(Order))


async def test_two_sellers_one_order_one_payment(services, cast):
    order = await make_order(services, cast.olga, (cast.planetarium, 2), (cast.fairy_tales, 1))

    parts = await parts_of(services, order.id)
    assert [p.seller_id for p in parts] == [cast.quvnoq.id, cast.bilim.id]
    assert [p.number for p in parts] == [f"{order.number}-1", f"{order.number}-2"]
    assert [p.goods for p in parts] == [90_000 * SOM, 35_000 * SOM]
    assert [p.delivery for p in parts] == [15_000 * SOM, 15_000 * SOM]
    assert (order.goods, order.delivery, order.total) == (
        125_000 * SOM,
        30_000 * SOM,
        155_000 * SOM,
    )
    assert await stock_of(services, cast.planetarium) == (5, 2)
    async with services.db.begin() as session:
        intent = (await session.scalars(select(PaymentIntent))).one()
        events = (await session.scalars(select(EventRow.name))).all()
        kinds = (await session.scalars(select(OrderEvent.kind))).all()
        lines = (await session.scalars(select(OrderLine))).all()
    assert (intent.reference, intent.subject_id, intent.amount) == (
        order.number,
        order.id,
        order.total,
    )
    assert intent.payer_id == cast.olga.id
    assert sum(line["price"] * line["count"] for line in intent.receipt) == order.total
    assert "orders.OrderPlaced" in events
    assert kinds == ["placed"]
    assert {line.title["uz"] for line in lines} == {
        cast.planetarium.title,
        cast.fairy_tales.title,
    }


async def test_the_same_key_makes_one_order(services, cast):
    first = await make_order(services, cast.olga, (cast.puzzle, 1), key="tap")
    again = await make_order(services, cast.olga, (cast.puzzle, 1), key="tap")

    assert again.id == first.id
    assert await stock_of(services, cast.puzzle) == (5, 1)


async def test_two_taps_at_once_make_one_order(services, cast):
    taps = [make_order(services, cast.olga, (cast.puzzle, 1), key="tap") for _ in range(6)]
    orders = await asyncio.gather(*taps)

    assert len({order.id for order in orders}) == 1
    assert await count_orders(services) == 1
    assert await stock_of(services, cast.puzzle) == (5, 1)


async def test_fifty_buyers_of_five_pieces(services, cast):
    tries = [make_order(services, None, (cast.football, 1)) for _ in range(50)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)

    refused = [o for o in outcomes if isinstance(o, OfferSoldOut)]
    assert len(refused) == 45
    assert await count_orders(services) == 5
    assert await stock_of(services, cast.football) == (5, 5)


async def test_baskets_in_opposite_order_do_not_block_each_other(services, cast):
    one = [(cast.planetarium, 1), (cast.fairy_tales, 1)]
    tries = [
        make_order(services, None, *(one if number % 2 else reversed(one))) for number in range(10)
    ]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(isinstance(o, Order) for o in outcomes) == 5
    assert all(isinstance(o, (Order, OfferSoldOut)) for o in outcomes)


async def test_another_price_than_seen_is_refused(services, cast):
    async with services.db.begin() as session:
        basket = await make_basket(session, cast.olga, [(cast.puzzle, 1), (cast.slime, 1)])
        await session.execute(update(Offer).where(Offer.id == cast.puzzle.offer_id).values(price=1))

    with pytest.raises(PriceChanged) as refusal:
        async with services.db.begin() as session:
            await place(session, basket=basket, idempotency_key="k")
    assert refusal.value.details["offer_ids"] == (cast.puzzle.offer_id,)
    assert await count_orders(services) == 0


async def test_an_offer_that_left_the_sale_is_sold_out(services, cast):
    async with services.db.begin() as session:
        basket = await make_basket(session, cast.olga, [(cast.puzzle, 1)])
        await session.execute(
            update(Offer).where(Offer.id == cast.puzzle.offer_id).values(is_open=False)
        )

    with pytest.raises(OfferSoldOut):
        async with services.db.begin() as session:
            await place(session, basket=basket, idempotency_key="k")


async def test_what_is_not_for_the_child_cannot_be_bought_for_it(services, cast):
    for good in cast.HIDDEN_FROM_LOLA:
        with pytest.raises(OfferSoldOut):
            await make_order(services, cast.dilnoza, (good, 1), child=cast.lola)
    order = await make_order(services, cast.dilnoza, (cast.planetarium, 1), child=cast.lola)

    assert (order.buyer_id, order.child_id) == (cast.dilnoza.id, cast.lola.id)
    assert order.household_id == cast.lola.household_id


async def test_a_refused_basket_leaves_nothing_behind(services, cast):
    with pytest.raises(OfferSoldOut):
        await make_order(services, cast.olga, (cast.puzzle, 1), (cast.slime, 6))

    assert await count_orders(services) == 0
    assert await stock_of(services, cast.puzzle) == (5, 0)
    async with services.db.begin() as session:
        assert (await session.scalars(select(StockHold))).all() == []


async def test_delivery_depends_on_the_region(services, cast):
    async with services.db.begin() as session:
        basket = await make_basket(session, cast.olga, [(cast.puzzle, 1)])
        far = replace(basket.address, region="1733", district="1733204")
        basket = replace(basket, address=far)
        order = await place(session, basket=basket, idempotency_key="far")
        assert order.delivery == 35_000 * SOM

        nowhere = replace(basket, address=replace(far, region="0000"))
        await session.execute(
            update(Offer).where(Offer.id == cast.puzzle.offer_id).values(price=30_000 * SOM)
        )
        from app.shipping.models import DeliveryRate

        for rate in await session.scalars(select(DeliveryRate)):
            await session.delete(rate)
        with pytest.raises(NoDelivery):
            await place(session, basket=nowhere, idempotency_key="nowhere")


async def test_the_order_waits_for_half_an_hour(services, cast):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))

    assert timedelta(minutes=29) < order.expires_at - clock.now() <= timedelta(minutes=30)


async def test_placing_costs_few_statements(services, cast):
    async with services.db.begin() as session:
        wanted = [(cast.planetarium, 1), (cast.puzzle, 2), (cast.fairy_tales, 1)]
        basket = await make_basket(session, cast.olga, wanted)
    with counted(services) as statements:
        async with services.db.begin() as session:
            await place(session, basket=basket, idempotency_key="k")

    assert len(statements) <= 20, "\n".join(statements)
