"""A device in a child's hands stays there until a grown-up takes it back."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncSession

from app.family.models import Household
from tests.browser.conftest import NewPage, Watch
from tests.browser.families import PIN, Family, enter, make_family
from tests.browser.shop import Shop
from tests.browser.steps import goods, type_pin
from tests.browser.words import words_of

say = words_of("uz")
PARENTS_PATHS = ("/seller", "/me", "/cart", "/checkout", "/family", "/orders", "/notifications")
LITTLE_SIZE, OLDER_SIZE = 64, 48  # px, design.md: touch targets


@pytest.fixture
def family(shop: Shop) -> Family:
    return make_family(shop)


@pytest.fixture
def handed(page: Page, shop: Shop, family: Family) -> Page:
    """The mother's phone, just handed to Lola."""
    enter(shop, page.context, family.mother)
    page.goto("/uz/family")
    page.get_by_role("button", name=say("Hand the phone to %(name)s", name="Lola")).click()
    expect(page).to_have_url(re.compile("/uz/kids$"))
    return page


def test_child_cannot_leave(handed: Page, watch: Watch) -> None:
    watch.expect("status of 404")
    handed.reload()
    expect(handed.locator("body")).to_have_attribute("data-zone", "kids")
    handed.go_back()
    expect(handed.locator("body")).to_have_attribute("data-zone", "kids")
    for path in PARENTS_PATHS:
        answer = handed.goto(f"/uz{path}")
        assert answer is not None
        assert answer.status == 404, path
        expect(handed.locator("body")).to_have_attribute("data-zone", "kids")
    other = handed.context.new_page()
    other.goto("/uz/")
    expect(other).to_have_url(re.compile("/uz/kids$"))


def test_wrong_pin_is_counted_and_right_pin_opens(
    handed: Page, shop: Shop, family: Family, watch: Watch
) -> None:
    watch.expect("status of 422")
    handed.get_by_role("link", name=say("Way out for grown-ups")).click()
    for count, pin in enumerate(("111111", "222222"), start=1):
        with handed.expect_navigation():
            type_pin(handed, pin)
        expect(handed.locator(".error")).to_be_visible()
        expect(handed.locator("body")).to_have_attribute("data-zone", "kids")
        assert _wrong_pins(shop, family) == count
    type_pin(handed, PIN)
    expect(handed).to_have_url(re.compile("/uz/family$"))
    expect(handed.locator("body")).to_have_attribute("data-zone", "shop")
    assert _wrong_pins(shop, family) == 0


def test_too_many_wrong_pins_lock_the_way_out(handed: Page, watch: Watch) -> None:
    watch.expect("status of 422")
    handed.goto("/uz/kids/leave")
    for pin in ("111111", "222222", "333333", "444444", "555555", PIN):
        with handed.expect_navigation():
            type_pin(handed, pin)
    expect(handed.locator("body")).to_have_attribute("data-zone", "kids")
    expect(handed.locator(".error")).to_be_visible()


@pytest.mark.parametrize(("who", "size"), [("lola", LITTLE_SIZE), ("temur", OLDER_SIZE)])
def test_everything_to_touch_is_large_enough(
    new_page: NewPage, shop: Shop, family: Family, who: str, size: int
) -> None:
    kid = getattr(family, who)
    page = new_page()
    enter(shop, page.context, kid)
    thing = goods(shop, age=kid.age)[0]
    small = []
    for path in ("/kids", "/catalog", f"/p/{thing.slug}", f"/kids/ask/{thing.offer_id}"):
        page.goto(f"/uz{path}")
        small += [f"{path}: {text}" for text in page.evaluate(TOO_SMALL, size)]
    assert small == []


def _wrong_pins(shop: Shop, family: Family) -> int:
    async def read(session: AsyncSession) -> int:
        return (await session.get_one(Household, family.id)).pin_failures

    return shop.backstage.do(read)


TOO_SMALL = """
(least) => [...document.querySelectorAll('a, button, input:not([type=hidden]), label, summary')]
  .filter((element) => element.checkVisibility({checkVisibilityCSS: true, checkOpacity: true}))
  .filter((element) => !element.matches('.skip, .door-out, label input, [type=search]'))
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < least || box.height < least))
  .map(([element, box]) =>
    `${element.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`)
"""
