"""A buyer adds a second lock, keeps the codes, and comes in again; a seller owes both steps."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.accounts import totp
from app.kernel import clock
from tests.browser.conftest import NewPage
from tests.browser.families import make_buyer, of_demo
from tests.browser.shop import Shop
from tests.browser.steps import sign_in, sign_out
from tests.browser.words import words_of

say = words_of("uz")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "plain"])
def test_a_second_lock(new_page: NewPage, shop: Shop, has_scripts: bool) -> None:
    page, buyer = new_page(), make_buyer(shop)
    sign_in(page, shop, buyer.phone, to="/me")
    if not has_scripts:
        cookies = page.context.cookies()
        page = new_page(java_script_enabled=False)
        page.context.add_cookies(cookies)

    seed = _set_up(page)
    codes = [line.inner_text() for line in page.locator("ol.codes li").all()]
    with page.expect_download() as saved:
        page.get_by_role("link", name=say("Save as a file")).click()
    page.get_by_role("link", name=say("I have kept them")).click()
    text = Path(saved.value.path()).read_text("utf-8")
    sign_out(page)

    assert len(codes) == 10
    assert all(code in text for code in codes)
    again = new_page()
    _first_step(again, shop, buyer.phone)
    again.goto("/uz/me")
    expect(again).to_have_url(re.compile("/sign-in/second-step"))
    again.get_by_text(say("I have lost my phone")).click()
    again.get_by_label(say("Recovery code")).fill(codes[0].lower())
    again.get_by_role("button", name=say("Sign in with this code")).click()
    expect(again).to_have_url(re.compile("/uz/me$"))
    assert seed not in again.content()


def test_a_sellers_two_steps(page: Page, shop: Shop) -> None:
    sign_in(page, shop, of_demo(shop, "botir").phone, to="/seller/orders")
    expect(page).to_have_url(re.compile("/uz/seller/orders"))


def _set_up(page: Page) -> str:
    page.goto("/uz/me/second-factor")
    page.get_by_role("button", name=say("Set up the app")).click()
    expect(page.locator(".qr svg")).to_be_visible()
    seed = page.locator(".secret").inner_text().replace(" ", "")
    page.locator("input[name=code]").fill(totp.code_at(seed, clock.now()))
    send = page.get_by_role("button", name=say("Turn it on"))
    if send.is_visible() and "/proof" not in page.url:
        send.click(no_wait_after=True)
    expect(page.locator("ol.codes")).to_be_visible()
    return seed


def _first_step(page: Page, shop: Shop, phone: str) -> None:
    page.goto("/uz/sign-in")
    page.locator("input[name=phone]").fill(phone.removeprefix("+998"))
    page.get_by_role("button", name=say("Get the code")).click()
    field = page.locator("input[name=code]")
    field.wait_for()
    field.fill(shop.code(phone))
    expect(page).to_have_url(re.compile("/sign-in/second-step"))
