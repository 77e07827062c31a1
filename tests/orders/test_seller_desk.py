"""The seller's desk: what to do now, on their own parts, with nothing of the child."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.catalog.models import StockLevel
from app.kernel import clock
from app.orders.desk import Tab
from tests.make.browsing import post, text_of
from tests.make.orders import counted, make_order, make_paid_order, parts_of

DESK = ("/en/seller", "/en/seller/orders")


async def test_the_desk_says_what_to_do_now(client, cast, sign_in, services):
    await make_paid_order(services, cast.olga, (cast.puzzle, 2), (cast.novel, 1))
    await make_order(services, cast.olga, (cast.slime, 1))
    async with services.db.begin() as session:
        await session.execute(
            update(StockLevel).where(StockLevel.offer_id == cast.slime.offer_id).values(on_hand=2)
        )
    await sign_in(client, cast.botir)
    words = text_of(await client.get("/en/seller"))

    assert "1 order waits to be sent." in words
    assert f"{cast.puzzle.title} × 2" in words
    assert cast.novel.title not in words
    assert "60 000" in words
    assert f"{cast.slime.title} {cast.slime.slug} 1 left" in words


async def test_what_was_not_handed_over_in_time_is_late(client, cast, sign_in, services):
    await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    with clock.shifted(timedelta(days=3)):
        await sign_in(client, cast.botir)
        words = text_of(await client.get("/en/seller"))
        queue = text_of(await client.get("/en/seller/orders"))
    assert "1 order is late: please hand it over today." in words
    assert " late " in queue


async def test_a_part_goes_through_the_tabs(client, cast, sign_in, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    [part] = await parts_of(services, order.id)
    await sign_in(client, cast.anvar)
    steps = {
        Tab.NEW: "acceptance",
        Tab.PACKING: "packing",
        Tab.PACKED: "handover",
        Tab.ON_THE_WAY: "delivery",
    }
    for tab, step in steps.items():
        queue = await client.get(f"/en/seller/orders?tab={tab}")
        assert f"/en/seller/orders/{part.number}/{step}" in queue.text
        answer = await post(
            client, f"/en/seller/orders/{part.number}/{step}", queue.text, tab=tab.value
        )
        assert answer.headers["location"] == f"/en/seller/orders?tab={tab}"
        repeated = await post(client, f"/en/seller/orders/{part.number}/{step}", queue.text)
        assert repeated.status_code == 409
    closed = await client.get("/en/seller/orders?tab=closed")
    assert part.number in closed.text
    assert "Delivered" in text_of(closed)


async def test_a_step_by_htmx_answers_with_what_changed(client, cast, sign_in, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1))
    [part] = await parts_of(services, order.id)
    await sign_in(client, cast.botir)
    client.headers["hx-request"] = "true"
    path = f"/en/seller/orders/{part.number}"
    queue = await client.post(f"{path}/acceptance", data={"tab": "new"})
    whole = await client.post(f"{path}/packing")
    sent = await client.post(f"{path}/handover", data={"tracking_number": "RR1 UZ"})

    assert queue.text.lstrip().startswith('<div id="queue"')
    assert part.number not in queue.text
    assert whole.text.lstrip().startswith('<div id="part"')
    assert 'name="tracking_number"' in whole.text
    assert "number RR1 UZ" in text_of(sent)


async def test_another_shops_part_is_404(client, cast, sign_in, services):
    order = await make_paid_order(services, cast.olga, (cast.puzzle, 1), (cast.novel, 1))
    toys, books = await parts_of(services, order.id)
    await sign_in(client, cast.zuhra)

    assert (await client.get(f"/en/seller/orders/{books.number}")).status_code == 200
    assert (await client.get(f"/en/seller/orders/{toys.number}")).status_code == 404
    for step in ("acceptance", "packing", "handover", "delivery"):
        answer = await client.post(f"/en/seller/orders/{toys.number}/{step}")
        assert answer.status_code == 404
    assert toys.number not in (await client.get("/en/seller/orders")).text


async def test_an_unpaid_part_is_not_there(client, cast, sign_in, services):
    order = await make_order(services, cast.olga, (cast.puzzle, 1))
    [part] = await parts_of(services, order.id)
    await sign_in(client, cast.botir)
    assert (await client.get(f"/en/seller/orders/{part.number}")).status_code == 404
    assert part.number not in (await client.get("/en/seller/orders")).text


@pytest.mark.parametrize("name", ["olga", "dilnoza", "malika"])
async def test_the_desk_is_closed_to_who_has_no_shop(client, cast, sign_in, name):
    await sign_in(client, getattr(cast, name))
    for path in DESK:
        assert (await client.get(path)).status_code == 403


async def test_the_desk_asks_a_guest_to_sign_in_and_is_unknown_to_a_child(
    client, new_client, cast, sign_in
):
    child = await sign_in(new_client(), cast.lola)
    for path in DESK:
        answer = await client.get(path)
        assert (answer.status_code, "/sign-in" in answer.headers["location"]) == (303, True)
        assert (await child.get(path)).status_code == 404


async def test_a_seller_never_learns_for_which_child_it_is(client, cast, sign_in, services):
    order = await make_paid_order(services, cast.dilnoza, (cast.planetarium, 1), child=cast.lola)
    [part] = await parts_of(services, order.id)
    await sign_in(client, cast.botir)
    for path in (*DESK, f"/en/seller/orders/{part.number}"):
        page = await client.get(path)
        assert part.number in page.text
        for secret in (cast.lola.name, str(cast.lola.id), cast.lola.avatar, str(order.id)):
            assert secret not in page.text


async def test_desk_pages_cost_few_statements(client, cast, sign_in, services):
    for _ in range(3):
        order = await make_paid_order(services, cast.olga, (cast.puzzle, 1), (cast.slime, 1))
    [part] = await parts_of(services, order.id)
    await sign_in(client, cast.botir)
    for path in (*DESK, f"/en/seller/orders/{part.number}"):
        with counted(services) as statements:
            assert (await client.get(path)).status_code == 200
        assert len(statements) <= 8, "\n".join(statements)


async def test_the_desk_wears_its_own_face(client, cast, sign_in):
    await sign_in(client, cast.botir)
    page = await client.get("/en/seller")
    assert 'data-zone="desk"' in page.text
    assert 'aria-current="page"' in page.text
