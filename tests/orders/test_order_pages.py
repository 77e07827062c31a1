"""Who sees which order, and what the page says."""

from sqlalchemy import update

from app.kernel.viewer import Viewer
from app.orders import live, queries
from app.orders.models import Order
from app.payments.models import PaymentIntent
from tests.make.browsing import post, text_of
from tests.make.orders import counted, make_order, make_paid_order, reload


async def test_the_buyer_follows_an_order_from_payment_to_thanks(client, cast, sign_in, services):
    order = await make_order(services, cast.olga, (cast.puzzle, 1), (cast.novel, 2))
    await sign_in(client, cast.olga)
    path = f"/en/orders/{order.number}"
    waiting = await client.get(path)
    assert "The order waits for payment" in text_of(waiting)
    assert f'href="/en/pay/{order.number}"' in waiting.text
    assert f'sse-connect="{path}/stream?seen=' in waiting.text

    from app.orders import paying

    async with services.db.begin() as session:
        await paying.pay(session, order.id, order.total)
    block = await client.get(path, headers={"hx-request": "true"})

    assert block.text.lstrip().startswith('<div id="status"')
    assert "Thank you! The order is paid" in text_of(block)
    assert "/pay/" not in block.text
    assert f"Part 2: {cast.bilim.name}" in text_of(block)


async def test_a_foreign_number_is_404_everywhere(client, new_client, cast, sign_in, services):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    nodira = await sign_in(new_client(), cast.nodira)
    lola = await sign_in(new_client(), cast.lola)
    botir = await sign_in(new_client(), cast.botir)
    paths = [f"/en/orders/{order.number}", f"/en/orders/{order.number}/stream"]
    for browser in (client, nodira, lola, botir):
        for path in paths:
            assert (await browser.get(path)).status_code == 404
    for browser in (nodira, lola, botir):
        answer = await browser.post(f"/en/orders/{order.number}/cancellation")
        assert answer.status_code == 404
    assert order.number not in (await nodira.get("/en/orders")).text
    assert (await reload(services, order.id)).state == "awaiting_payment"


async def test_the_other_guardian_sees_a_childs_order_and_cannot_cancel(
    client, cast, sign_in, services
):
    order = await make_order(services, cast.dilnoza, (cast.planetarium, 1), child=cast.lola)
    own = await make_order(services, cast.dilnoza, (cast.puzzle, 1))
    await sign_in(client, cast.jasur)
    page = await client.get(f"/en/orders/{order.number}")

    assert page.status_code == 200
    assert "/pay/" not in page.text
    assert (await client.post(f"/en/orders/{order.number}/cancellation")).status_code == 404
    assert (await client.get(f"/en/orders/{own.number}")).status_code == 404


async def test_a_guest_follows_by_the_session(client, new_client, services, cast):
    from tests.cart.test_cart_page import add

    await add(client, cast.puzzle)
    order = await make_order(services, None, (cast.puzzle, 1))
    async with services.db.begin() as session:
        from sqlalchemy import select

        from app.accounts.models import Session

        guest = (await session.scalars(select(Session.id))).one()
        await session.execute(update(Order).where(Order.id == order.id).values(session_id=guest))

    assert (await client.get(f"/en/orders/{order.number}")).status_code == 200
    assert order.number in (await client.get("/en/orders")).text
    assert (await new_client().get(f"/en/orders/{order.number}")).status_code == 404


async def test_calling_off_by_the_button(client, cast, sign_in, services):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    await sign_in(client, cast.olga)
    page = await client.get(f"/en/orders/{order.number}")
    answer = await post(client, f"/en/orders/{order.number}/cancellation", page.text)

    assert answer.headers["location"] == f"/en/orders/{order.number}"
    after = text_of(await client.get(f"/en/orders/{order.number}"))
    assert "Nothing was paid, nothing will come." in after
    again = await client.post(f"/en/orders/{order.number}/cancellation")
    assert again.status_code == 409


async def test_the_history_pages_and_costs_few_statements(client, cast, sign_in, services):
    orders = [await make_order(services, cast.olga, (cast.puzzle, 1)) for _ in range(3)]
    await sign_in(client, cast.olga)
    with counted(services) as statements:
        page = await client.get("/en/orders")
    shown = [page.text.index(order.number) for order in orders]

    assert shown == sorted(shown, reverse=True)
    assert len(statements) <= 4, "\n".join(statements)


async def test_older_orders_stand_on_the_next_page(services, cast, session, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    made = [await make_order(services, cast.olga, (cast.puzzle, 1)) for _ in range(5)]
    viewer, cursor, seen = Viewer(user_id=cast.olga.id), None, []
    for _ in range(3):
        page = await queries.history(session, viewer, cursor)
        seen += [row.number for row in page.rows]
        cursor = page.next

    assert cursor is None
    assert seen == [order.number for order in reversed(made)]
    broken = await queries.history(session, viewer, "nonsense")
    assert len(broken.rows) == 2


async def test_the_order_page_costs_few_statements(client, cast, sign_in, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1), (cast.novel, 1))
    await sign_in(client, cast.olga)
    with counted(services) as statements:
        await client.get(f"/en/orders/{order.number}")
    assert len(statements) <= 6, "\n".join(statements)


async def test_an_open_page_hears_that_the_order_moved(services, cast, run_tasks):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    events = await live.follow(services, Viewer(user_id=cast.olga.id), order.number, "1")
    assert await anext(events) == b"retry: 2000\n\n"

    from app.orders import paying

    async with services.db.begin() as session:
        await paying.pay(session, order.id, order.total)
    await run_tasks()
    heard = await anext(events)
    while heard.startswith(b":"):
        heard = await anext(events)

    assert heard.startswith(b"event: changed\nid: 2\n")
    await events.aclose()


async def test_a_page_in_each_language(client, cast, sign_in, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    await sign_in(client, cast.olga)
    words = {
        "uz": "Rahmat! Buyurtma toʻlandi",
        "uz-cyrl": "Раҳмат! Буюртма тўланди",
        "ru": "Спасибо! Заказ оплачен",
        "en": "Thank you! The order is paid",
    }
    for locale, told in words.items():
        assert told in text_of(await client.get(f"/{locale}/orders/{order.number}"))


async def test_between_the_bank_and_the_worker_nobody_is_asked_to_pay_again(
    client, cast, sign_in, services
):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    await sign_in(client, cast.olga)
    async with services.db.begin() as session:
        arrived = update(PaymentIntent).where(PaymentIntent.subject_id == order.id)
        await session.execute(arrived.values(state="paid"))

    page = await client.get(f"/en/orders/{order.number}")

    assert "Your payment has arrived" in text_of(page)
    assert "/pay/" not in page.text
    assert "/cancellation" not in page.text
