"""Everything works without JavaScript: adding, buying, asking."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.families import enter, make_family
from tests.browser.shop import Shop, new_phone, until
from tests.browser.steps import DISTRICT, REGION, add_to_cart, button, goods, pay_at_bank
from tests.browser.words import words_of

say = words_of("uz")


def test_guest_buys_without_scripts(new_page: NewPage, shop: Shop) -> None:
    page = new_page(java_script_enabled=False)
    add_to_cart(page, "uz", goods(shop, age=17)[0].slug)
    page.locator("form.quantity button[name=quantity]").last.click()
    expect(page.locator("form.quantity output")).to_have_text("2")
    button(page, say("Check out")).click()
    _prove_phone(page, shop)
    page.get_by_label(say("Who will receive it")).fill("Olga")
    page.locator("select[name=region]").select_option(REGION)
    page.locator("input[name=street]").fill("Buyuk Ipak Yoʻli, 54-uy")
    page.locator("button[value=places]").click()
    page.locator("select[name=district]").select_option(DISTRICT)
    page.locator("button[value=pay]").filter(visible=True).first.click()
    pay_at_bank(page)
    until(lambda: _is_paid(page), "the paid order")


def _is_paid(page: Page) -> bool:
    """Without scripts a person looks again by reloading."""
    page.reload()
    return page.locator("#status .timeline").count() == 1


def test_child_asks_without_scripts(new_page: NewPage, shop: Shop) -> None:
    page = new_page(java_script_enabled=False)
    family = make_family(shop)
    enter(shop, page.context, family.lola)
    page.goto(f"/uz/p/{goods(shop)[0].slug}")
    page.get_by_role("link", name=say("I want it!")).click()
    page.locator(".sticker").first.click()
    page.get_by_role("button", name=say("I ask")).click()
    expect(page.locator("#answer")).to_contain_text(say("Asked your parents"))


def _prove_phone(page: Page, shop: Shop) -> None:
    phone = new_phone()
    page.locator("input[name=phone]").fill(phone.removeprefix("+998"))
    page.get_by_role("button", name=say("Get the code")).click()
    expect(page).to_have_url(re.compile("/checkout"))
    page.locator("input[name=code]").fill(shop.code(phone))
    page.get_by_role("button", name=say("Confirm")).click()
    expect(page.locator("input[name=code]")).to_have_count(0)
