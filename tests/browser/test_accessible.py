"""axe finds nothing on any main screen, light or dark, phone or desktop; nothing is cut off."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import DESKTOP, PHONE, NewPage, Watch
from tests.browser.families import Family, Kid, enter, make_buyer, make_family, of_demo
from tests.browser.shop import Shop
from tests.browser.steps import (
    add_to_cart,
    goods,
    order_at_bank,
    order_number,
    owner_of,
    pay_at_bank,
)

LOOKS = [
    pytest.param(PHONE, "light", id="phone-light"),
    pytest.param(PHONE, "dark", id="phone-dark"),
    pytest.param(DESKTOP, "light", id="desktop-light"),
]

CUT_OFF = """
() => {
  const scrolls = (element) => element && element !== document.body &&
    (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
  return [...document.body.querySelectorAll('*')]
    .filter((element) => element.checkVisibility() && !scrolls(element.parentElement))
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => element.outerHTML.slice(0, 120));
}
"""


@dataclass
class Tour:
    """Opens pages one after the other and gathers what axe says of each."""

    page: Page

    def look(self, *paths: str) -> list[str]:
        found = []
        for path in paths:
            self.page.goto(f"/uz{path}")
            found += self.look_here()
        return found

    def look_here(self) -> list[str]:
        cut = [f"cut off: {html}" for html in self.page.evaluate(CUT_OFF)]
        return [f"{self.page.url}: {text}" for text in axe.violations(self.page) + cut]


def _tour(new_page: NewPage, screen: dict[str, object], scheme: str) -> Tour:
    return Tour(new_page(screen, color_scheme=scheme))


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_shop(
    new_page: NewPage, shop: Shop, watch: Watch, screen: dict[str, object], scheme: str
) -> None:
    watch.expect("status of 404")
    tour = _tour(new_page, screen, scheme)
    thing = goods(shop, age=17)[0]
    found = tour.look("/", "/catalog", "/search?q=kitob", "/search?q=zzzzqqq", "/sign-in", "/cart")
    found += tour.look("/shops/quvnoq-oyinchoqlar", f"/p/{thing.slug}", "/offline", "/p/yoq")
    add_to_cart(tour.page, "uz", thing.slug)
    assert found + tour.look("/cart", "/checkout") == []


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_buying(new_page: NewPage, shop: Shop, screen: dict[str, object], scheme: str) -> None:
    tour = _tour(new_page, screen, scheme)
    enter(shop, tour.page.context, make_buyer(shop))
    thing = goods(shop, age=17)[4]
    add_to_cart(tour.page, "uz", thing.slug)
    found = tour.look("/checkout", "/family")
    order_at_bank(tour.page, "uz", thing.slug)
    found += tour.look_here()
    pay_at_bank(tour.page)
    expect(tour.page.locator("#status .timeline")).to_be_visible()
    number = order_number(tour.page)
    found += tour.look_here() + tour.look("/orders", "/dev/mailbox")
    enter(shop, tour.page.context, owner_of(shop, thing.seller_id))
    assert found + tour.look("/seller/orders", f"/seller/orders/{number}-1") == []


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_family(new_page: NewPage, shop: Shop, screen: dict[str, object], scheme: str) -> None:
    family = make_family(shop)
    tour = _tour(new_page, screen, scheme)
    question = _ask(new_page, shop, family.lola)
    enter(shop, tour.page.context, family.mother, is_confirmed=True)
    found = tour.look("/family", f"/family/children/{family.lola.id}", "/family/children/new")
    found += tour.look("/family/pin", "/family/approvals", f"/family/approvals/{question}")
    found += tour.look("/me", "/me/address", "/notifications", "/me/second-factor")
    tour.page.locator("form[action$='/authenticator'] button").click()
    found += tour.look_here()
    enter(shop, tour.page.context, family.mother)
    found += tour.look("/confirm?next=/me", "/confirm?pin=1&next=/family")
    tour.page.goto(f"/uz/family/approvals/{question}")
    tour.page.locator("#approve button").click()
    tour.page.locator("pin-pad").wait_for()
    found += tour.look_here()
    assert found == []


@pytest.mark.parametrize("who", ["lola", "temur"])
@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_kids(
    new_page: NewPage, shop: Shop, who: str, screen: dict[str, object], scheme: str
) -> None:
    family: Family = make_family(shop)
    kid: Kid = getattr(family, who)
    tour = _tour(new_page, screen, scheme)
    enter(shop, tour.page.context, kid)
    thing = goods(shop, age=kid.age)[0]
    found = tour.look("/kids", "/catalog", f"/p/{thing.slug}", f"/kids/ask/{thing.offer_id}")
    asked = _ask(new_page, shop, kid)
    assert found + tour.look(f"/kids/asks/{asked}", "/kids/asks", "/kids/leave") == []


@pytest.mark.parametrize(("screen", "scheme"), LOOKS)
def test_desk(new_page: NewPage, shop: Shop, screen: dict[str, object], scheme: str) -> None:
    tour = _tour(new_page, screen, scheme)
    enter(shop, tour.page.context, of_demo(shop, "botir"))
    assert tour.look("/seller", "/seller/orders", "/seller/orders?tab=closed") == []


def _ask(new_page: NewPage, shop: Shop, kid: Kid) -> str:
    page = new_page()
    enter(shop, page.context, kid)
    page.goto(f"/uz/kids/ask/{goods(shop, age=kid.age)[1].offer_id}")
    page.locator(".sticker").first.click()
    page.locator("button.button--send").click()
    page.wait_for_url("**/kids/asks/*")
    return page.url.rpartition("/")[2]
