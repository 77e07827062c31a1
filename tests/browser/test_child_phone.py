"""A child's own phone: linked beside the parent's, opened by picture and PIN, ended from afar."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from app.family import child_links
from app.kernel.viewer import Viewer
from tests.browser.conftest import PHONE, NewPage
from tests.browser.families import Family, enter, make_family
from tests.browser.shop import Shop
from tests.browser.steps import type_pin
from tests.browser.words import words_of

SECRET, PIN = "whale", "7391"
LEAST = 64  # px, a child's target
say = words_of("uz")


@pytest.fixture
def family(shop: Shop) -> Family:
    return make_family(shop)


def test_a_phone_is_linked_by_code_and_ended_by_the_parent(
    new_page: NewPage, shop: Shop, family: Family
) -> None:
    mother, child = new_page(), new_page()
    enter(shop, mother.context, family.mother, is_confirmed=True)
    code = _show_the_code(mother, family)

    child.goto("/uz/kids/start")
    child.get_by_label(say("Code from your grown-up’s phone")).fill(code)
    child.get_by_role("button", name=say("Open")).click()
    expect(mother.get_by_text(say("Waits for picture and PIN"))).to_be_visible()
    _big_enough(child)
    _show_secret(child)
    expect(child.get_by_role("heading", name=say("Once more"))).to_be_visible()
    _show_secret(child)
    expect(child).to_have_url(re.compile("/uz/kids$"))
    expect(child.locator("body")).to_have_attribute("data-age", "6")

    mother.goto(f"/uz/family/children/{family.lola.id}/phones")
    mother.get_by_role("button", name=say("End this phone")).click()
    expect(mother.get_by_text(say("No phone yet"))).to_be_visible()
    child.locator(".kidbar a").last.click()
    expect(child.get_by_role("heading", name=say("Ask your grown-up"))).to_be_visible()
    child.goto("/uz/")
    expect(child).to_have_url(re.compile("/uz/kids/start"))


def test_the_link_works_without_scripts(new_page: NewPage, shop: Shop, family: Family) -> None:
    child = new_page(PHONE, java_script_enabled=False)
    child.goto(f"/uz/kids/start/link?key={_link(shop, family)}")
    expect(child).to_have_url(re.compile("/uz/kids/start$"))

    child.get_by_role("button", name=say("Yes, it is mine")).click()
    for _ in range(2):
        child.locator(f"label.sticker:has(input[value='{SECRET}'])").click()
        child.get_by_label(say("Your four numbers")).fill(PIN)
        child.get_by_role("button", name=say("Done")).click()

    expect(child).to_have_url(re.compile("/uz/kids$"))


def _show_the_code(page: Page, family: Family) -> str:
    page.goto("/uz/family")
    page.get_by_role("link", name=say("%(name)s’s own phone", name="Lola")).click()
    page.get_by_role("link", name=say("Link a phone")).click()
    page.get_by_role("button", name=say("Show the picture")).click()
    expect(page.locator(".qr svg")).to_be_visible()
    return page.locator(".secret").inner_text()


def _show_secret(page: Page) -> None:
    page.locator(f"label.sticker:has(input[value='{SECRET}'])").tap()
    type_pin(page, PIN)


def _big_enough(page: Page) -> None:
    stickers = page.locator("label.sticker")
    expect(stickers).to_have_count(9)
    for box in [sticker.bounding_box() for sticker in stickers.all()]:
        assert box is not None
        assert min(box["width"], box["height"]) >= LEAST


def _link(shop: Shop, family: Family) -> str:
    """What the QR code holds."""

    async def make(session: AsyncSession) -> str:
        settings = shop.backstage.settings
        made = await child_links.make(session, settings, Viewer(), family.lola.id)
        return made.token

    return shop.backstage.do(make)
