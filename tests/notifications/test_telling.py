"""Who is told what: real pushes to guardians and sellers, the inbox, SMS where no push is."""

import asyncio
from datetime import timedelta

import http_ece
import pytest
from sqlalchemy import text, update

from app.approvals.events import ApprovalAsked, ApprovalDecided
from app.approvals.models import ApprovalRequest
from app.delivery import push
from app.family.models import Household
from app.kernel import clock
from app.kernel.db import Database
from app.kernel.events import publish
from app.kernel.ids import new_id
from app.kernel.runner import run_row
from app.orders.events import OrderPaid, SellerOrderMoved
from app.orders.models import Order, SellerOrder
from tests.notifications.conftest import HERE

SOM = 100
STATES = {"approved": "ordered", "declined": "declined"}


async def ask(services, cast, good=None, kid=None):
    """Write a wish as `approvals` does, and publish it."""
    good, kid = good or cast.planetarium, kid or cast.lola
    async with services.db.begin() as session:
        request = ApprovalRequest(
            id=new_id(),
            household_id=kid.household_id,
            child_id=kid.id,
            idempotency_key=new_id().hex,
            product_id=good.id,
            offer_id=good.offer_id,
            seller_id=good.shop.id,
            price=good.price * SOM,
            title={"uz": good.title, "ru": f"{good.title} (ru)", "en": f"{good.title} (en)"},
            variant_name=None,
            seller_name=good.shop.name,
            art="teddy-bear",
            hue=1,
            reason="school",
            is_over_limit=False,
            expires_at=clock.now() + timedelta(hours=24),
        )
        session.add(request)
        await session.flush()
        await publish(session, ApprovalAsked(request.id, kid.household_id, kid.id))
    return request.id


async def decide(services, cast, request_id, decision, by):
    household = cast.lola.household_id
    async with services.db.begin() as session:
        await session.execute(
            update(ApprovalRequest)
            .where(ApprovalRequest.id == request_id)
            .values(state=STATES[decision], decided_by=by, decided_at=clock.now())
        )
        event = ApprovalDecided(request_id, household, cast.lola.id, decision, by)
        await publish(session, event)


@pytest.fixture
async def phones(new_client, sign_in, subscribe, cast):
    """Dilnoza's and Jasur's phones, with push on."""
    dilnoza = await sign_in(new_client(), cast.dilnoza)
    jasur = await sign_in(new_client(), cast.jasur)
    return await subscribe(dilnoza, "dilnoza"), await subscribe(jasur, "jasur"), dilnoza, jasur


async def test_both_guardians_get_a_real_push_and_nobody_else(
    phones, services, push_service, run_tasks, cast
):
    dilnoza, jasur, *_ = phones
    request_id = await ask(services, cast)

    await run_tasks()

    got = {one.path: one for one in push_service.received}
    assert set(got) == {"/push/dilnoza", "/push/jasur"}
    message = dilnoza.decrypt(got["/push/dilnoza"].body)
    told = message["notification"]
    assert message["web_push"] == 8030
    assert "Lola" in told["title"]
    assert "Mening planetariyim" in told["title"]
    assert "45\u00a0000" in told["body"]
    assert told["navigate"] == f"/uz/family/approvals/{request_id}"
    assert told["tag"] == str(request_id)
    assert [a["action"] for a in told["actions"]] == ["approve", "decline"]
    assert told["app_badge"] == 1
    assert got["/push/jasur"].headers["urgency"] == "high"
    got["/push/jasur"].claims(push.public_key(services.settings), push_service.origin)
    with pytest.raises(http_ece.ECEException):
        jasur.decrypt(got["/push/dilnoza"].body)


async def test_the_household_may_hide_everything_on_the_lock_screen(
    phones, services, push_service, run_tasks, cast
):
    dilnoza, *_, client, _ = phones
    async with services.db.begin() as session:
        await session.execute(update(Household).values(hides_push_details=True))
    await ask(services, cast)

    await run_tasks()

    [got] = [one for one in push_service.received if one.path == "/push/dilnoza"]
    shown = str(dilnoza.decrypt(got.body)["notification"])
    assert "Lola" not in shown
    assert "planetariyim" not in shown
    assert "45" not in shown.replace(str(dilnoza.decrypt(got.body)["notification"]["tag"]), "")
    inbox = await client.get("/uz/notifications")
    assert "Mening planetariyim" in inbox.text


async def test_each_guardian_reads_it_in_the_own_language(
    phones, services, push_service, run_tasks, cast
):
    _, jasur, *_ = phones
    async with services.db.begin() as session:
        await session.execute(
            text("update \"user\" set locale = 'ru' where id = :id"), {"id": cast.jasur.id}
        )
    await ask(services, cast)

    await run_tasks()

    [got] = [one for one in push_service.received if one.path == "/push/jasur"]
    told = jasur.decrypt(got.body)["notification"]
    assert told["lang"] == "ru"
    assert "Mening planetariyim (ru)" in told["title"]
    assert "сум" in told["body"]
    assert told["navigate"].startswith("/ru/")


async def test_without_push_the_guardians_get_a_text_message(services, run_tasks, read, cast):
    await ask(services, cast)

    await run_tasks()

    told, sent = await read()
    assert {(m.channel, m.recipient) for m in sent} == {
        ("sms", cast.dilnoza.phone),
        ("sms", cast.jasur.phone),
    }
    assert all("Lola" in m.body and "Mening planetariyim" in m.body for m in sent)
    assert {n.user_id for n in told} == {cast.dilnoza.id, cast.jasur.id}


async def test_a_replayed_task_tells_nobody_twice(
    phones, services, push_service, run_tasks, read, cast
):
    await ask(services, cast)
    await run_tasks()
    async with services.db.begin() as session:
        ids = (await session.scalars(text("select id from task"))).all()
        await session.execute(text("update task set state = 'waiting', done_at = null"))

    await asyncio.gather(*(run_row(services, task_id) for task_id in ids for _ in range(3)))
    await run_tasks()

    told, sent = await read()
    assert len(told) == 2
    assert len(sent) == len(push_service.received) == 2


async def test_the_same_event_published_again_tells_nobody_twice(services, run_tasks, read, cast):
    request_id = await ask(services, cast)
    async with services.db.begin() as session:
        event = ApprovalAsked(request_id, cast.lola.household_id, cast.lola.id)
        await publish(session, event)

    await run_tasks()

    told, sent = await read()
    assert len(told) == len(sent) == 2


async def test_a_sixth_wish_within_the_hour_waits_in_the_inbox(
    phones, services, push_service, run_tasks, read, cast
):
    goods = [cast.planetarium, cast.football, cast.puzzle, cast.slime, cast.fairy_tales]
    for good in goods:
        await ask(services, cast, good)
    await ask(services, cast, cast.planetarium, cast.temur)

    await run_tasks()

    told, _ = await read()
    mine = [n for n in told if n.user_id == cast.dilnoza.id]
    pushed = [one for one in push_service.received if one.path == "/push/dilnoza"]
    assert (len(mine), len(pushed)) == (6, 5)


@pytest.mark.parametrize("decision", ["approved", "declined"])
async def test_the_other_guardian_sees_that_it_is_decided(
    phones, services, push_service, run_tasks, read, cast, decision
):
    _, jasur, *_ = phones
    request_id = await ask(services, cast)
    await run_tasks()
    push_service.received.clear()

    await decide(services, cast, request_id, decision, cast.dilnoza.id)
    await run_tasks()

    [got] = push_service.received
    told = jasur.decrypt(got.body)["notification"]
    assert got.path == "/push/jasur"
    assert told["tag"] == str(request_id)
    assert "Dilnoza" in told["title"]
    assert "actions" not in told
    rows, _ = await read()
    assert all(n.read_at for n in rows if n.kind == "approval_asked")


async def test_a_dead_subscription_is_forgotten_and_the_wish_comes_by_sms(
    phones, services, push_service, run_tasks, read, cast
):
    push_service.answers = [(410, {}), (410, {})]
    await ask(services, cast)

    await run_tasks()

    _, sent = await read()
    texts = [m for m in sent if m.channel == "sms"]
    assert {m.recipient for m in texts} == {cast.dilnoza.phone, cast.jasur.phone}
    async with services.db.begin() as session:
        left = await session.scalar(text("select count(*) from push_subscription"))
    assert left == 0


async def an_order(services, cast, buyer=None):
    """A paid order with a part for each of two sellers."""
    buyer = buyer or cast.olga
    async with services.db.begin() as session:
        order = Order(
            id=new_id(),
            number="7K2M-94XD",
            idempotency_key="k",
            buyer_id=buyer.id,
            state="paid",
            goods=80_000 * SOM,
            delivery=0,
            total=80_000 * SOM,
            locale="ru",
            contact_phone=buyer.phone,
            address={},
            expires_at=clock.now(),
        )
        session.add(order)
        await session.flush()
        parts = []
        for number, shop, goods in (("A1", cast.quvnoq, 45_000), ("B2", cast.bilim, 35_000)):
            part = SellerOrder(
                id=new_id(),
                order_id=order.id,
                seller_id=shop.id,
                number=number,
                state="placed",
                goods=goods * SOM,
                delivery=0,
                promised_on=clock.local_day(),
            )
            session.add(part)
            parts.append(part)
    return order, parts


async def test_a_paid_order_reaches_each_shop_and_the_buyer(
    new_client, sign_in, subscribe, services, push_service, run_tasks, read, cast
):
    botir = await subscribe(await sign_in(new_client(), cast.botir), "botir")
    order, parts = await an_order(services, cast)
    async with services.db.begin() as session:
        ids = tuple(part.id for part in parts)
        await publish(session, OrderPaid(order.id, order.number, cast.olga.id, None, None, ids))

    await run_tasks()

    told, _ = await read()
    assert {(n.kind, n.user_id, n.path) for n in told} == {
        ("order_paid", cast.olga.id, "/orders/7K2M-94XD"),
        ("seller_order_new", cast.botir.id, "/seller/orders/A1"),
        ("seller_order_new", cast.anvar.id, "/seller/orders/A1"),
        ("seller_order_new", cast.zuhra.id, "/seller/orders/B2"),
    }
    [got] = push_service.received
    assert "A1" in botir.decrypt(got.body)["notification"]["title"]


@pytest.mark.parametrize(("state", "pushes"), [("accepted", 0), ("handed_over", 1)])
async def test_the_buyer_follows_the_parcel_without_noise(
    new_client, sign_in, subscribe, services, push_service, run_tasks, read, cast, state, pushes
):
    await subscribe(await sign_in(new_client(), cast.olga), "olga")
    order, [part, _] = await an_order(services, cast)
    moved = SellerOrderMoved(part.id, order.id, part.seller_id, state, cast.olga.id, None, None)
    async with services.db.begin() as session:
        await publish(session, moved)

    await run_tasks()

    told, _ = await read()
    assert [n.kind for n in told] == [f"part_{state}"]
    assert len(push_service.received) == pushes


async def test_a_new_kind_of_device_is_told_and_the_first_one_is_not(
    services, run_tasks, read, cast
):
    from app.accounts.events import SignedIn

    async with services.db.begin() as session:
        await publish(session, SignedIn(cast.olga.id, new_id(), "Chrome, Android", False))
        await publish(session, SignedIn(cast.dilnoza.id, new_id(), "Firefox, Linux", True))

    await run_tasks()

    told, sent = await read()
    assert [(n.kind, n.user_id) for n in told] == [("new_device", cast.dilnoza.id)]
    assert [m.recipient for m in sent] == [cast.dilnoza.phone]


async def test_signing_out_ends_the_pushes_of_this_device(
    phones, services, push_service, run_tasks, cast
):
    _, _, client, _ = phones
    await client.post("/uz/sign-out", headers=HERE)
    await run_tasks()

    await ask(services, cast)
    await run_tasks()

    assert [one.path for one in push_service.received] == ["/push/jasur"]


async def test_every_subscriber_is_wired(services):
    assert isinstance(services.db, Database)
    for event in (ApprovalAsked, ApprovalDecided, OrderPaid, SellerOrderMoved):
        names = [task.name for task in services.registry.subscribers(event)]
        assert any(name.startswith("notifications.") for name in names)
