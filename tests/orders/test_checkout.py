"""The checkout: one page that loses nothing of what was typed."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from app.accounts.models import Identity
from app.cart import cart
from app.cart.owner import Owner
from app.catalog.models import Offer, StockLevel
from app.orders.models import Order
from app.shipping.models import Address
from tests.make.browsing import field, last_code, post, text_of
from tests.make.orders import counted, stock_of

CHECKOUT = "/en/checkout"
PLACE = {
    "recipient": "Olga Kim",
    "region": "1726",
    "district": "1726294",
    "street": "9-mavze, 14-uy",
    "landmark": "12-maktab",
}


async def fill(services, person, *goods):
    async with services.db.begin() as session:
        for good in goods:
            await cart.add(session, Owner(person.id, None), good.offer_id, 1)


async def orders_in(services) -> list[Order]:
    async with services.db.begin() as session:
        return list(await session.scalars(select(Order)))


async def guest_with(client, good):
    page = await client.get("/en/sign-in")
    await post(client, "/en/cart/lines", page.text, offer=str(good.offer_id))
    return await client.get(CHECKOUT)


async def test_an_empty_cart_leads_back_to_the_cart(client, cast, sign_in):
    await sign_in(client, cast.olga)
    page = await client.get(CHECKOUT)
    assert (page.status_code, page.headers["location"]) == (303, "/en/cart")


async def test_a_known_person_sees_everything_at_once(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    await fill(services, cast.olga, cast.planetarium, cast.fairy_tales)
    page = await client.get(CHECKOUT)

    words = text_of(page)
    assert "+998 90 ••• •• 04" in words
    assert "9-mavze, 14-uy, 32-xonadon" in words
    assert "Pay 110 000 soʻm" in words
    assert words.count("15 000 soʻm") == 2
    assert field(page.text, "seen") == "11000000"
    changing = await client.get(f"{CHECKOUT}?edit=address")
    assert 'name="street" type="text" value="9-mavze' in changing.text


async def test_placing_leads_to_the_payment_and_empties_the_cart(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    await fill(services, cast.olga, cast.planetarium, cast.fairy_tales)
    page = await client.get(CHECKOUT)
    sent = {"key": field(page.text, "key"), "seen": field(page.text, "seen")}
    answer = await post(client, CHECKOUT, page.text, step="pay", **sent, **PLACE)

    [order] = await orders_in(services)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/en/pay/{order.number}")
    assert (order.total, order.buyer_id) == (11_000_000, cast.olga.id)
    assert order.contact_phone == cast.olga.phone
    assert order.address["street"] == PLACE["street"]
    assert text_of(await client.get("/en/cart")).count("Nothing here yet") == 1
    async with services.db.begin() as session:
        found = select(Address.street).where(
            Address.user_id == cast.olga.id, Address.is_default.is_(True)
        )
        assert (await session.scalars(found)).all() == [PLACE["street"]]


async def test_both_taps_lead_to_the_same_payment(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    await fill(services, cast.olga, cast.puzzle)
    page = await client.get(CHECKOUT)
    sent = {"key": field(page.text, "key"), "seen": field(page.text, "seen"), "step": "pay"}
    taps = [post(client, CHECKOUT, page.text, **sent, **PLACE) for _ in range(3)]
    answers = [
        *await asyncio.gather(*taps),
        await post(client, CHECKOUT, page.text, **sent, **PLACE),
    ]

    [order] = await orders_in(services)
    assert {a.headers["location"] for a in answers} == {f"/en/pay/{order.number}"}
    assert await stock_of(services, cast.puzzle) == (5, 1)


async def test_another_persons_key_opens_nothing(client, new_client, cast, sign_in, services):
    for person, own in ((cast.olga, client), (cast.nodira, new_client())):
        await sign_in(own, person)
        await fill(services, person, cast.puzzle)
        page = await own.get(CHECKOUT)
        seen = field(page.text, "seen")
        await post(own, CHECKOUT, page.text, step="pay", key="same", seen=seen, **PLACE)

    assert {o.buyer_id for o in await orders_in(services)} == {cast.olga.id, cast.nodira.id}


async def test_another_sum_than_shown_is_shown_first(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    await fill(services, cast.olga, cast.puzzle)
    page = await client.get(CHECKOUT)
    async with services.db.begin() as session:
        await session.execute(
            update(Offer).where(Offer.id == cast.puzzle.offer_id).values(price=2_000_000)
        )
    sent = {"key": field(page.text, "key"), "seen": field(page.text, "seen"), "step": "pay"}
    again = await post(client, CHECKOUT, page.text, **sent, **PLACE)

    assert again.status_code == 422
    assert "Please look at the sum once more" in text_of(again)
    assert "Pay 35 000 soʻm" in text_of(again)
    assert await orders_in(services) == []
    sent["seen"] = field(again.text, "seen")
    assert (await post(client, CHECKOUT, again.text, **sent, **PLACE)).status_code == 303


async def test_what_was_typed_stays_whatever_is_wrong(client, cast, sign_in, services):
    await sign_in(client, cast.jasur)
    await fill(services, cast.jasur, cast.puzzle)
    page = await client.get(CHECKOUT)
    wrong = PLACE | {"district": "1730203", "street": "", "landmark": "<b>bozor</b>"}
    answer = await post(client, CHECKOUT, page.text, step="pay", **wrong)

    assert answer.status_code == 422
    assert field(answer.text, "recipient") == "Olga Kim"
    assert field(answer.text, "landmark") == "<b>bozor</b>"
    assert "<b>bozor" not in answer.text
    assert "Please choose a district of this region." in text_of(answer)
    assert '<option value="1726" selected>' in answer.text
    assert await orders_in(services) == []


async def test_choosing_a_region_brings_its_districts_and_its_price(
    client, cast, sign_in, services
):
    await sign_in(client, cast.jasur)
    await fill(services, cast.jasur, cast.puzzle)
    page = await client.get(CHECKOUT)
    assert 'name="district"' not in page.text
    chosen = {"step": "places", "region": "1733", "recipient": "Jasur"}
    plain = await post(client, CHECKOUT, page.text, **chosen)
    client.headers["hx-request"] = "true"
    block = await post(client, CHECKOUT, page.text, **chosen)

    for answer in (plain, block):
        assert answer.status_code == 200
        assert '<option value="1733204"' in answer.text
        assert field(answer.text, "recipient") == "Jasur"
        assert "35 000 soʻm" in text_of(answer)
    assert "<html" in plain.text
    assert block.text.lstrip().startswith('<form id="checkout"')


async def test_a_guest_is_known_by_a_code_in_the_middle(client, cast, services):
    page = await guest_with(client, cast.puzzle)
    assert "Pay" not in text_of(page).replace("Payment", "").replace("Payme", "")
    typed = PLACE | {"recipient": "Yangi odam"}
    asked = await post(client, CHECKOUT, page.text, step="phone", phone="90 765 43 21", **typed)
    assert asked.status_code == 200
    assert field(asked.text, "sent_to") == "+998907654321"
    wrong = await post(
        client, CHECKOUT, asked.text, step="code", code="000000", phone="90 765 43 21", **typed
    )
    assert wrong.status_code == 422
    assert field(wrong.text, "street") == PLACE["street"]
    code = await last_code(services, "+998907654321")
    known = await post(
        client, CHECKOUT, wrong.text, step="code", code=code, phone="90 765 43 21", **typed
    )

    assert known.status_code == 200
    assert field(known.text, "street") == PLACE["street"]
    assert "Pay 45 000 soʻm" in text_of(known)
    sent = {"key": field(known.text, "key"), "seen": field(known.text, "seen")}
    paid = await post(client, CHECKOUT, known.text, step="pay", **sent, **typed)
    [order] = await orders_in(services)
    assert paid.headers["location"] == f"/en/pay/{order.number}"
    async with services.db.begin() as session:
        found = select(Identity.user_id).where(Identity.value == "+998907654321")
        assert (await session.scalars(found)).one() == order.buyer_id


async def test_a_guest_cannot_pay_without_the_code(client, cast, services):
    page = await guest_with(client, cast.puzzle)
    answer = await post(client, CHECKOUT, page.text, step="pay", seen="4500000", **PLACE)

    assert answer.status_code == 422
    assert "Please confirm your phone first." in text_of(answer)
    assert await orders_in(services) == []


async def test_wrong_codes_are_counted(client, cast, services):
    page = await guest_with(client, cast.puzzle)
    phone = {"phone": cast.olga.phone}
    asked = await post(client, CHECKOUT, page.text, step="phone", **phone)
    right = await last_code(services, cast.olga.phone)
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(5):
        await post(client, CHECKOUT, asked.text, step="code", code=wrong, **phone)
    locked = await post(client, CHECKOUT, asked.text, step="code", code=right, **phone)

    assert "Too many wrong codes" in text_of(locked)


async def test_a_code_is_sent_three_times_an_hour_at_most(client, cast):
    page = await guest_with(client, cast.puzzle)
    for _ in range(3):
        asked = await post(client, CHECKOUT, page.text, step="phone", phone="907654321")
        assert asked.status_code == 200
    refused = await post(client, CHECKOUT, page.text, step="phone", phone="907654321")
    assert refused.status_code == 422
    assert "Too many codes" in text_of(refused)


@pytest.mark.parametrize("phone", ["", "12", "+79161234567"])
async def test_a_phone_that_is_none_is_told_so(client, cast, phone):
    page = await guest_with(client, cast.puzzle)
    answer = await post(client, CHECKOUT, page.text, step="phone", phone=phone, **PLACE)
    assert answer.status_code == 422
    assert field(answer.text, "street") == PLACE["street"]


async def test_sold_out_in_the_meantime_leads_to_the_cart(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    await fill(services, cast.olga, cast.puzzle)
    page = await client.get(CHECKOUT)
    async with services.db.begin() as session:
        await session.execute(
            update(StockLevel).where(StockLevel.offer_id == cast.puzzle.offer_id).values(on_hand=0)
        )
    sent = {"key": field(page.text, "key"), "seen": field(page.text, "seen"), "step": "pay"}
    answer = await post(client, CHECKOUT, page.text, **sent, **PLACE)

    assert answer.headers["location"] == "/en/cart"
    assert "Sold out" in text_of(await client.get("/en/cart"))


async def test_a_child_has_no_checkout(client, cast, sign_in):
    await sign_in(client, cast.temur)
    assert (await client.get(CHECKOUT)).status_code == 404
    assert (await client.post(CHECKOUT, data={"step": "pay"})).status_code == 404


async def test_the_page_costs_few_statements(client, cast, sign_in, services):
    await sign_in(client, cast.olga)
    await fill(services, cast.olga, cast.planetarium, cast.fairy_tales)
    with counted(services) as statements:
        assert (await client.get(CHECKOUT)).status_code == 200
    assert len(statements) <= 8, "\n".join(statements)


async def test_the_address_page_goes_on_to_next(client, cast, sign_in, services):
    await sign_in(client, cast.jasur)
    page = await client.get("/en/me/address?next=/family")
    wrong = await post(client, "/en/me/address", page.text, **PLACE | {"district": ""})
    assert wrong.status_code == 422
    answer = await post(client, "/en/me/address", page.text, next="/family", **PLACE)

    assert answer.headers["location"] == "/en/family"
    async with services.db.begin() as session:
        found = select(func.count()).select_from(Address).where(Address.user_id == cast.jasur.id)
        assert await session.scalar(found) == 1
