"""A seller's steps, one at a time, on their own parts only."""

import pytest
from sqlalchemy import select

from app.kernel.errors import NotFound
from app.kernel.events import EventRow
from app.kernel.states import ForbiddenMove
from app.orders import fulfilling, paying
from app.orders.states import PartState
from app.payments.models import PaymentIntent
from tests.make.orders import make_order, make_paid_order, parts_of, reload, worker_of

STEPS = (fulfilling.accept, fulfilling.pack, fulfilling.hand_over, fulfilling.deliver)


async def do(services, viewer, number, *steps):
    for step in steps:
        async with services.db.begin() as session:
            part = await step(session, viewer, number)
    return part


async def test_from_payment_to_the_door(services, cast):
    order = await make_paid_order(services, cast.dilnoza, (cast.puzzle, 1), child=cast.lola)
    [part] = await parts_of(services, order.id)
    botir = worker_of(cast.quvnoq, cast.botir)
    version = (await reload(services, order.id)).version

    done = await do(services, botir, part.number, *STEPS)

    assert done.state == PartState.DELIVERED
    assert (await reload(services, order.id)).version == version + 4
    async with services.db.begin() as session:
        moved = (
            await session.scalars(
                select(EventRow).where(EventRow.name == "orders.SellerOrderMoved")
            )
        ).all()
    assert [row.payload["state"] for row in moved] == [
        "accepted",
        "packed",
        "handed_over",
        "delivered",
    ]
    assert {row.payload["child_id"] for row in moved} == {str(cast.lola.id)}


async def test_steps_are_not_skipped_nor_repeated(services, cast):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    [part] = await parts_of(services, order.id)
    botir = worker_of(cast.quvnoq, cast.botir)
    for step in STEPS[1:]:
        with pytest.raises(ForbiddenMove):
            await do(services, botir, part.number, step)
    await do(services, botir, part.number, fulfilling.accept)
    with pytest.raises(ForbiddenMove):
        await do(services, botir, part.number, fulfilling.accept)


async def test_a_parcel_that_left_cannot_be_refunded_by_the_provider(services, cast):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1), (cast.novel, 1))
    toys, _books = await parts_of(services, order.id)
    botir = worker_of(cast.quvnoq, cast.botir)
    await do(services, botir, toys.number, fulfilling.accept, fulfilling.pack)
    async with services.db.begin() as session:
        assert (await session.scalars(select(PaymentIntent))).one().is_refundable
    async with services.db.begin() as session:
        await fulfilling.hand_over(session, botir, toys.number, "RR123UZ")

    async with services.db.begin() as session:
        assert not (await session.scalars(select(PaymentIntent))).one().is_refundable
    assert (await parts_of(services, order.id))[0].tracking_number == "RR123UZ"


async def test_a_refused_handover_leaves_the_refund_open(services, cast):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    [part] = await parts_of(services, order.id)
    with pytest.raises(ForbiddenMove):
        await do(services, worker_of(cast.quvnoq, cast.botir), part.number, fulfilling.hand_over)
    async with services.db.begin() as session:
        assert (await session.scalars(select(PaymentIntent))).one().is_refundable


async def test_a_seller_moves_only_their_own_part(services, cast):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1), (cast.novel, 1))
    toys, books = await parts_of(services, order.id)
    zuhra = worker_of(cast.bilim, cast.zuhra)
    with pytest.raises(NotFound):
        await do(services, zuhra, toys.number, fulfilling.accept)
    await do(services, zuhra, books.number, fulfilling.accept)

    toys, books = await parts_of(services, order.id)
    assert (toys.state, books.state) == (PartState.PLACED, PartState.ACCEPTED)


async def test_an_unpaid_part_does_not_exist_for_its_seller(services, cast):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    [part] = await parts_of(services, order.id)
    with pytest.raises(NotFound):
        await do(services, worker_of(cast.quvnoq, cast.botir), part.number, fulfilling.accept)


async def test_a_refunded_part_is_not_packed(services, cast):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    [part] = await parts_of(services, order.id)
    async with services.db.begin() as session:
        await paying.refund(session, order.id)
    with pytest.raises(ForbiddenMove):
        await do(services, worker_of(cast.quvnoq, cast.botir), part.number, fulfilling.accept)
