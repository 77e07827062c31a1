"""J1: a guest finds, fills a cart from two sellers, pays with Payme, and follows the order."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.models import StockLevel
from app.orders.models import Order, SellerOrder
from tests.browser.conftest import DESKTOP, PHONE, NewPage
from tests.browser.families import enter, make_buyer
from tests.browser.shop import Shop, new_phone, until
from tests.browser.steps import (
    Goods,
    add_to_cart,
    button,
    fill_address,
    goods,
    order_at_bank,
    order_number,
    owner_of,
    pay_at_bank,
)
from tests.browser.words import words_of

WAYS = [pytest.param("uz", PHONE, id="uz-phone"), pytest.param("ru", DESKTOP, id="ru-desktop")]


@pytest.mark.parametrize(("locale", "screen"), WAYS)
def test_finds_books_however_they_are_typed(
    new_page: NewPage, locale: str, screen: dict[str, Any]
) -> None:
    page = new_page(screen)
    page.goto(f"/{locale}/")
    firsts = {_first_found(page, typed) for typed in ("kitob", "китоб", "kitop")}
    assert len(firsts) == 1


def test_narrows_the_list_by_age_and_price(new_page: NewPage) -> None:
    say = words_of("uz")
    page = new_page()
    page.goto("/uz/search")
    before = page.locator("#results .card").count()
    page.get_by_text(say("Filter and order")).click()
    page.locator("#narrow-phone input[name=age][value='6-8']").check()
    expect(page).to_have_url(re.compile("age=6-8"))
    page.locator("#narrow-phone input[name=to]").fill("50000")
    page.locator("#narrow-phone input[name=to]").blur()
    expect(page).to_have_url(re.compile("to=50000"))
    chips = page.get_by_role("group", name=say("Your choice")).get_by_role("link")
    expect(chips).to_have_count(2)
    prices = page.locator("#results .card .price b").all_inner_texts()
    assert prices
    assert len(prices) <= before
    assert all(int(re.sub(r"\D", "", price)) <= 50_000 for price in prices)


@pytest.mark.parametrize(("locale", "screen"), WAYS)
def test_guest_buys_from_two_sellers(
    new_page: NewPage, shop: Shop, locale: str, screen: dict[str, Any]
) -> None:
    toy, book = _one_of_each(shop)
    toys, books = _stock(shop, toy), _stock(shop, book)
    page = new_page(screen)

    add_to_cart(page, locale, toy.slug)
    add_to_cart(page, locale, book.slug)
    more = page.locator("form.quantity").first.locator("button[name=quantity]").last
    more.click()
    expect(page.locator("form.quantity output").first).to_have_text("2")
    expect(page.locator(".cart__seller")).to_have_count(2)

    button(page, words_of(locale)("Check out")).click()
    expect(page).to_have_url(re.compile("/checkout"))
    _prove_phone(page, shop, locale)
    fill_address(page, locale)
    _pay_twice_at_once(page)
    pay_at_bank(page)
    number = order_number(page)
    expect(page.locator("#status .timeline")).to_have_count(2)

    assert _orders(shop, number) == (1, 2)
    left = [{toys - 2, books - 1}, {toys - 1, books - 2}]
    until(lambda: {_stock(shop, toy), _stock(shop, book)} in left, "three things less in stock")
    _seller_moves_and_the_page_follows(page, new_page, shop, locale, number, toy)


def test_refused_card_can_be_tried_again(page: Page, shop: Shop) -> None:
    say = words_of("uz")
    enter(shop, page.context, make_buyer(shop))
    order_at_bank(page, "uz", goods(shop, age=17)[3].slug)
    pay_at_bank(page, "decline")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("The order waits for payment"))
    page.locator("#status a[href*='/pay/']").click()
    pay_at_bank(page, "late")  # back in the shop before the bank has called
    expect(page.get_by_role("heading", level=1)).to_have_text(say("The order waits for payment"))
    expect(page.locator("#status .timeline")).to_be_visible()


def _first_found(page: Page, typed: str) -> str | None:
    box = page.locator("input[name=q]:visible").first
    box.fill(typed)
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?"))
    expect(page.locator("input[name=q]:visible").first).to_have_value(typed)
    return page.locator("#results .card__link").first.get_attribute("href")


def _one_of_each(shop: Shop) -> tuple[Goods, Goods]:
    cheap = [goods(shop, age=17, seller=slug) for slug in ("quvnoq-oyinchoqlar", "bilim-kitob")]
    return cheap[0][5], cheap[1][5]


def _prove_phone(page: Page, shop: Shop, locale: str) -> None:
    say, phone = words_of(locale), new_phone()
    page.locator("input[name=phone]").fill(phone.removeprefix("+998"))
    page.get_by_role("button", name=say("Get the code")).click()
    field = page.locator("input[name=code]")
    field.wait_for()
    field.fill(shop.code(phone))
    expect(page.locator("input[name=code]")).to_have_count(0)


def _pay_twice_at_once(page: Page) -> None:
    pay = page.locator("button[value=pay]").filter(visible=True)
    expect(pay).to_have_count(1)
    pay.dblclick()


def _orders(shop: Shop, number: str) -> tuple[int, int]:
    """How many orders the buyer of this one has, and how many parts it has."""

    async def count(session: AsyncSession) -> tuple[int, int]:
        order = (await session.scalars(select(Order).where(Order.number == number))).one()
        own = await session.scalars(select(Order).where(Order.buyer_id == order.buyer_id))
        parts = await session.scalars(select(SellerOrder).where(SellerOrder.order_id == order.id))
        return len(own.all()), len(parts.all())

    return shop.backstage.do(count)


def _stock(shop: Shop, thing: Goods) -> int:
    async def read(session: AsyncSession) -> int:
        return (await session.get_one(StockLevel, thing.offer_id)).on_hand

    return shop.backstage.do(read)


def _seller_moves_and_the_page_follows(
    page: Page, new_page: NewPage, shop: Shop, locale: str, number: str, thing: Goods
) -> None:
    owner = owner_of(shop, thing.seller_id)
    desk = new_page()
    enter(shop, desk.context, owner)
    desk.goto(f"/{owner.locale}/seller")
    desk.goto(f"/{owner.locale}/seller/orders")
    row = desk.locator("tr", has=desk.locator(f"a[href*='{number}']"))
    row.get_by_role("button").click()
    say = words_of(locale)
    expect(page.locator("#status .badge", has_text=say("Being packed"))).to_have_count(1)
