"""What money, time and the buyer do to an order."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.events import EventRow
from app.kernel.states import ForbiddenMove
from app.kernel.viewer import Viewer
from app.orders import cancelling, paying
from app.orders.models import OrderEvent
from app.orders.states import OrderState, PartState
from app.orders.tasks import EVERY_SECONDS, expire_orders
from app.payments import intents
from app.payments.models import PaymentIntent, PaymentTransaction
from app.payments.states import IntentState
from tests.make.orders import make_order, make_paid_order, parts_of, reload, stock_of

LATER = timedelta(minutes=31)


async def happened(services, order) -> list[str]:
    async with services.db.begin() as session:
        found = select(OrderEvent.kind).where(OrderEvent.order_id == order.id)
        return list(await session.scalars(found.order_by(OrderEvent.created_at, OrderEvent.id)))


async def told(services, name: str) -> int:
    async with services.db.begin() as session:
        names = (await session.scalars(select(EventRow.name))).all()
        return names.count(f"orders.{name}")


async def test_paid_goods_are_sold_and_the_sellers_begin(services, cast):
    order = await make_order(services, cast.olga, (cast.puzzle, 2), (cast.novel, 1))
    async with services.db.begin() as session:
        await paying.pay(session, order.id, order.total)

    paid = await reload(services, order.id)
    assert (paid.state, paid.version) == (OrderState.PAID, order.version + 1)
    assert paid.paid_at is not None
    assert {p.state for p in await parts_of(services, order.id)} == {PartState.PLACED}
    assert await stock_of(services, cast.puzzle) == (3, 0)
    assert await happened(services, order) == ["placed", "paid"]
    assert await told(services, "OrderPaid") == 1


async def test_the_same_news_twice_changes_nothing(services, cast):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 2))
    async with services.db.begin() as session:
        await paying.pay(session, order.id, order.total)

    assert await stock_of(services, cast.puzzle) == (3, 0)
    assert await happened(services, order) == ["placed", "paid"]
    assert await told(services, "OrderPaid") == 1


async def test_money_for_what_is_no_order_is_not_ours(services, cast):
    async with services.db.begin() as session:
        await paying.pay(session, cast.lola.id, 1)
        await paying.refund(session, cast.lola.id)
    assert await told(services, "OrderPaid") == 0


async def test_a_refund_before_dispatch_brings_the_goods_back(services, cast):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 2))
    for _ in range(2):
        async with services.db.begin() as session:
            await paying.refund(session, order.id)

    assert (await reload(services, order.id)).state == OrderState.REFUNDED
    assert {p.state for p in await parts_of(services, order.id)} == {PartState.CANCELLED}
    assert await stock_of(services, cast.puzzle) == (5, 0)
    assert await told(services, "OrderRefunded") == 1


async def test_a_refund_that_is_heard_of_before_the_payment(services, cast):
    order = await make_order(services, cast.olga, (cast.puzzle, 2))
    async with services.db.begin() as session:
        await paying.refund(session, order.id)
        await paying.pay(session, order.id, order.total)

    assert (await reload(services, order.id)).state == OrderState.REFUNDED
    assert await stock_of(services, cast.puzzle) == (5, 0)
    assert await told(services, "OrderPaid") == 0


async def test_the_buyer_calls_an_unpaid_order_off(services, cast):
    order = await make_order(services, cast.olga, (cast.puzzle, 2))
    viewer = Viewer(user_id=cast.olga.id)
    async with services.db.begin() as session:
        await cancelling.cancel(session, viewer, order.number)

    assert (await reload(services, order.id)).state == OrderState.CANCELLED
    assert await stock_of(services, cast.puzzle) == (5, 0)
    async with services.db.begin() as session:
        intent = await session.scalar(select(PaymentIntent))
        assert intent.state == IntentState.CANCELLED
        with pytest.raises(ForbiddenMove):
            await cancelling.cancel(session, viewer, order.number)


async def test_only_the_buyer_calls_it_off_and_only_before_payment(services, cast):
    order = await make_order(services, cast.olga, (cast.puzzle, 2))
    async with services.db.begin() as session:
        for stranger in (Viewer(), Viewer(user_id=cast.nodira.id)):
            with pytest.raises(NotFound):
                await cancelling.cancel(session, stranger, order.number)
    async with services.db.begin() as session:
        intent = await session.scalar(select(PaymentIntent).with_for_update())
        intent.state = IntentState.PAID
    with pytest.raises(cancelling.AlreadyPaid):
        async with services.db.begin() as session:
            await cancelling.cancel(session, Viewer(user_id=cast.olga.id), order.number)
    assert (await reload(services, order.id)).state == OrderState.AWAITING_PAYMENT


async def test_an_order_that_nobody_pays_expires_and_its_stock_is_free(services, cast, run_tasks):
    order = await make_order(services, cast.olga, (cast.puzzle, 5))
    fresh = await make_order(services, cast.olga, (cast.slime, 1))
    async with services.db.begin() as session:
        await expire_orders.run(session, None)
    await run_tasks()
    assert (await reload(services, order.id)).state == OrderState.AWAITING_PAYMENT

    with clock.shifted(LATER):
        async with services.db.begin() as session:
            await expire_orders.run(session, None)
        await run_tasks()

    assert (await reload(services, order.id)).state == OrderState.EXPIRED
    assert (await reload(services, fresh.id)).state == OrderState.EXPIRED
    assert await stock_of(services, cast.puzzle) == (5, 0)
    assert await told(services, "OrderExpired") == 2


async def test_the_clock_is_asked_every_minute():
    assert expire_orders.every_seconds == EVERY_SECONDS == 60


async def test_an_order_is_not_expired_while_its_payment_is_under_way(services, cast):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    async with services.db.begin() as session:
        intent = await session.scalar(select(PaymentIntent))
        session.add(
            PaymentTransaction(
                intent_id=intent.id,
                provider="payme",
                external_id="t",
                amount=intent.amount,
                state=1,
                provider_time=clock.now_ms(),
                create_time=clock.now_ms(),
            )
        )
    with clock.shifted(LATER):
        async with services.db.begin() as session:
            assert await cancelling.expire(session, order.id) is False
    assert (await reload(services, order.id)).state == OrderState.AWAITING_PAYMENT
    assert await stock_of(services, cast.puzzle) == (5, 1)


async def test_after_expiry_the_intent_takes_no_money_and_a_fault_is_written_down(services, cast):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    with clock.shifted(LATER):
        async with services.db.begin() as session:
            assert await cancelling.expire(session, order.id) is True
        async with services.db.begin() as session:
            intent = await intents.find(session, order.number)
            assert intent is not None
            assert not intents.is_payable(intent)
            await paying.pay(session, order.id, order.total)

    assert (await reload(services, order.id)).state == OrderState.EXPIRED
    assert await happened(services, order) == ["placed", "expired", "paid_too_late"]
    assert await stock_of(services, cast.puzzle) == (5, 0)
    assert await told(services, "OrderPaid") == 0
