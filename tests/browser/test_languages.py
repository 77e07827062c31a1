"""Changing the language keeps the page; every language says what it should."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shop import Shop
from tests.browser.steps import add_to_cart, goods
from tests.browser.words import words_of

LOCALES = {"uz": "uz-Latn", "uz-cyrl": "uz-Cyrl", "ru": "ru", "en": "en"}


def test_language_changes_and_the_page_stays(page: Page, shop: Shop) -> None:
    thing = goods(shop, age=17)[0]
    add_to_cart(page, "uz", thing.slug)
    page.goto(f"/uz/search?q={thing.slug}&age=6-8")
    for locale, code in [*list(LOCALES.items())[1:], ("uz", "uz-Latn")]:
        page.locator("details.languages summary").click()
        page.locator(f"details.languages a[hreflang='{code}']").click()
        expect(page).to_have_url(re.compile(rf"/{locale}/search\?q={thing.slug}&age=6-8$"))
        expect(page.locator("html")).to_have_attribute("lang", code)
        say = words_of(locale)
        expect(page.locator("nav.tabbar")).to_contain_text(say("Catalogue"))
        expect(page.locator("nav.tabbar .count")).to_have_text("1")


@pytest.mark.parametrize("locale", list(LOCALES))
def test_product_is_told_in_every_language(page: Page, shop: Shop, locale: str) -> None:
    thing = goods(shop, age=17)[0]
    page.goto(f"/{locale}/p/{thing.slug}")
    expect(page.get_by_role("heading", level=1)).to_have_text(thing.name(locale))
    texts = {thing.name(other) for other in ("uz", "ru", "uz-cyrl")}
    assert len(texts) == 3
