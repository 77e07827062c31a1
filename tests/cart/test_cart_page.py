"""The cart's page and forms, with and without htmx."""

import re

import pytest
from sqlalchemy import update

from app.catalog.models import Offer, Product, StockLevel
from tests.make.orders import counted

CART = "/uz/cart"


def token_in(html: str) -> str:
    return re.search(r'name="_csrf_token" value="([^"]+)"', html)[1]


def line_in(html: str) -> str:
    return re.search(r"/cart/lines/([0-9a-f-]{36})/quantity", html)[1]


async def guest_token(client) -> str:
    page = await client.get("/uz/sign-in")
    return token_in(page.text)


async def add(client, good, quantity=1, token=None, **more):
    data = {"offer": str(good.offer_id), "quantity": quantity, **more}
    data["_csrf_token"] = token or await guest_token(client)
    return await client.post("/uz/cart/lines", data=data)


async def test_an_empty_cart_says_what_to_do(client):
    page = await client.get(CART)

    assert page.status_code == 200
    assert "/uz/catalog" in page.text
    assert "set-cookie" not in page.headers


async def test_a_guest_gathers_from_two_sellers(client, cast):
    answer = await add(client, cast.planetarium, 2)
    assert (answer.status_code, answer.headers["location"]) == (303, CART)
    await add(client, cast.fairy_tales)

    page = await client.get(CART)
    assert cast.quvnoq.name in page.text
    assert cast.bilim.name in page.text
    assert "125\xa0000" in page.text
    assert "/uz/checkout" in page.text
    assert '<span class="count">2</span>' in page.text


async def test_next_stays_on_this_site(client, cast):
    token = await guest_token(client)
    inside = await add(client, cast.puzzle, token=token, next="/p/yogoch-puzl")
    outside = await add(client, cast.puzzle, token=token, next="//evil.example/x")

    assert inside.headers["location"] == "/uz/p/yogoch-puzl"
    assert outside.headers["location"] == CART


async def test_quantity_by_htmx_is_the_block_and_by_form_the_page(client, cast, sign_in):
    await sign_in(client, cast.olga)
    await add(client, cast.puzzle, token=client.headers["x-csrf-token"])
    line = line_in((await client.get(CART)).text)
    path = f"/uz/cart/lines/{line}/quantity"

    block = await client.post(path, data={"quantity": 3}, headers={"hx-request": "true"})
    assert block.status_code == 200
    assert block.text.lstrip().startswith('<div id="cart"')
    assert "90\xa0000" in block.text
    assert 'id="cart-bar"' in block.text
    whole = await client.post(path, data={"quantity": 2})
    assert (whole.status_code, whole.headers["location"]) == (303, CART)
    gone = await client.post(f"/uz/cart/lines/{line}/removal")
    assert gone.status_code == 303
    assert line not in (await client.get(CART)).text


@pytest.mark.parametrize("quantity", ["0", "100", "-1", "x", ""])
async def test_a_quantity_out_of_bounds_is_refused(client, cast, sign_in, quantity):
    await sign_in(client, cast.olga)
    token = client.headers["x-csrf-token"]
    await add(client, cast.puzzle, token=token)
    line = line_in((await client.get(CART)).text)

    answer = await client.post(f"/uz/cart/lines/{line}/quantity", data={"quantity": quantity})
    assert answer.status_code == 422
    if quantity:
        assert (await add(client, cast.puzzle, quantity, token=token)).status_code == 422


async def test_a_foreign_line_is_404(client, new_client, cast, sign_in):
    await sign_in(client, cast.olga)
    await add(client, cast.puzzle, token=client.headers["x-csrf-token"])
    line = line_in((await client.get(CART)).text)
    stranger = await sign_in(new_client(), cast.nodira)
    for path, data in (("quantity", {"quantity": 2}), ("removal", {})):
        answer = await stranger.post(f"/uz/cart/lines/{line}/{path}", data=data)
        assert answer.status_code == 404


async def test_changed_price_and_stock_are_shown_and_stop_the_checkout(
    client, cast, sign_in, services
):
    await sign_in(client, cast.olga)
    await add(client, cast.puzzle, 3, token=client.headers["x-csrf-token"])
    async with services.db.begin() as session:
        await session.execute(
            update(Offer).where(Offer.id == cast.puzzle.offer_id).values(price=2_500_000)
        )
        await session.execute(
            update(StockLevel).where(StockLevel.offer_id == cast.puzzle.offer_id).values(on_hand=2)
        )
    page = (await client.get("/en/cart")).text.replace("\xa0", " ")
    assert "The price fell from 30 000 soʻm to 25 000 soʻm." in page
    assert "Only 2 left." in page
    assert "/en/checkout" not in page.split('id="cart-bar"')[0]


async def test_what_left_the_sale_leaves_no_trace_of_its_name(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    token = client.headers["x-csrf-token"]
    await add(client, cast.slime, token=token)
    async with services.db.begin() as session:
        await session.execute(
            update(Product).where(Product.id == cast.slime.id).values(state="recalled")
        )
    page = (await client.get("/en/cart")).text
    assert "no longer on sale" in page
    assert cast.slime.title not in page


async def test_a_child_has_no_cart(client, cast, sign_in):
    await sign_in(client, cast.lola)
    assert (await client.get(CART)).status_code == 404
    answer = await client.post("/uz/cart/lines", data={"offer": str(cast.puzzle.offer_id)})
    assert answer.status_code == 404


async def test_a_forged_form_is_refused(client, cast):
    assert (await add(client, cast.puzzle, token="forged")).status_code == 403


async def test_the_page_costs_few_statements(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    for good in (cast.puzzle, cast.slime, cast.novel):
        await add(client, good, token=client.headers["x-csrf-token"])
    with counted(services) as statements:
        page = await client.get(CART)

    assert page.status_code == 200
    assert len(statements) <= 4, "\n".join(statements)
