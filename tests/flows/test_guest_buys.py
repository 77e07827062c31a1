"""A guest buys from two sellers: search to thanks, by HTTP, paid at the sandbox bank (J1)."""

import re
from dataclasses import replace

import httpx
from sqlalchemy import select

from app.ledger import balances
from app.orders.models import Order
from app.payments import sandbox
from app.payments.sandbox import Scenario
from tests.conftest import BASE_URL
from tests.make.browsing import field, last_code, post, text_of
from tests.make.orders import parts_of, stock_of

PHONE = "+998907654321"
PLACE = {
    "recipient": "Kamola Yusupova",
    "region": "1726",
    "district": "1726294",
    "street": "9-mavze, 14-uy",
    "landmark": "",
}


async def test_guest_buys_from_two_sellers(
    client, new_client, cast, services, app, run_tasks, sign_in, session
):
    for good, quantity in ((cast.planetarium, 2), (cast.fairy_tales, 1)):
        product = await client.get(f"/uz/p/{good.slug}")
        offer = field(product.text, "offer")
        await post(client, "/uz/cart/lines", product.text, offer=offer, quantity=quantity)
    cart = await client.get("/uz/cart")
    assert cart.text.count('class="split cart__seller"') == 2
    assert "125 000 soʻm" in text_of(cart)
    assert "125 000 сум" in text_of(await client.get("/ru/cart"))

    page = await client.get("/uz/checkout")
    page = await post(client, "/uz/checkout", page.text, step="phone", phone=PHONE, **PLACE)
    code = await last_code(services, PHONE)
    page = await post(
        client, "/uz/checkout", page.text, step="code", code=code, phone=PHONE, **PLACE
    )
    assert "Toʻlash: 155 000 soʻm" in text_of(page)
    sent = {"step": "pay", "key": field(page.text, "key"), "seen": field(page.text, "seen")}
    first = await post(client, "/uz/checkout", page.text, **sent, **PLACE)
    second = await post(client, "/uz/checkout", page.text, **sent, **PLACE)
    assert first.headers["location"] == second.headers["location"]

    to_bank = await client.get(first.headers["location"])
    assert to_bank.status_code == 303
    number = re.search(r"/pay/(.+)$", first.headers["location"])[1]
    assert (await new_client().get(f"/uz/pay/{number}")).status_code == 404
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as bank:
        replies = await sandbox.pay(replace(services, http=bank), number, Scenario.REPEATED)
    assert all("result" in reply for reply in replies)
    await run_tasks()

    thanks = await client.get(f"/uz/orders/{number}")
    assert "Rahmat! Buyurtma toʻlandi" in text_of(thanks)
    order = (await session.scalars(select(Order))).one()
    assert (order.state, order.total) == ("paid", 15_500_000)
    parts = await parts_of(services, order.id)
    assert [p.seller_id for p in parts] == [cast.quvnoq.id, cast.bilim.id]
    assert await stock_of(services, cast.planetarium) == (3, 0)
    assert await stock_of(services, cast.fairy_tales) == (4, 0)
    assert await balances.balance(session, "escrow") == -order.total
    assert set((await balances.totals(session)).values()) == {0}

    for owner, own, other in (
        (cast.botir, parts[0], cast.fairy_tales),
        (cast.zuhra, parts[1], cast.planetarium),
    ):
        desk = await sign_in(new_client(), owner)
        queue = await desk.get("/uz/seller/orders")
        assert own.number in queue.text
        assert other.title not in queue.text
    assert (await new_client().get(f"/uz/orders/{number}")).status_code == 404


async def test_a_refused_card_leaves_an_order_that_can_be_paid_again(
    client, cast, services, app, run_tasks, sign_in
):
    from tests.make.orders import make_order, reload

    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:
        bank = replace(services, http=http)
        await sandbox.pay(bank, order.number, Scenario.DECLINE)
        await run_tasks()
        await sign_in(client, cast.olga)
        page = await client.get(f"/uz/orders/{order.number}")
        assert f"/uz/pay/{order.number}" in page.text
        await sandbox.pay(bank, order.number, Scenario.SUCCESS)
        await run_tasks()
    assert (await reload(services, order.id)).state == "paid"
    assert await stock_of(services, cast.puzzle) == (4, 0)
