"""The guest's journey by keyboard only; the focus is always seen."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, NewPage
from tests.browser.shop import Shop, new_phone
from tests.browser.steps import DISTRICT, REGION, goods
from tests.browser.words import words_of

say = words_of("uz")
MOST_TABS = 150
FOCUSED = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const host = element.closest('label') ?? element.closest('.affix, .searchbox, .entry') ?? element;
  const seen = [[element], [host], [element, '::after']].some((one) => {
    const style = getComputedStyle(...one);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
      || style.boxShadow !== 'none';
  });
  const box = host.getBoundingClientRect();
  return {seen, inView: box.bottom > 0 && box.top < innerHeight, html: element.outerHTML.slice(0, 120)};
}
"""


def test_guest_buys_by_keyboard(new_page: NewPage, shop: Shop) -> None:
    page = new_page(DESKTOP)
    page.goto("/uz/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=say("Skip to the main part"))).to_be_focused()

    _tab_to(page, "input[name=q]")
    thing = goods(shop, age=17)[0]
    page.keyboard.type(thing.name("uz"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/search"))
    _tab_to(page, f"a.card__link[href$='/p/{thing.slug}']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(thing.name("uz"))
    _tab_to(page, "form[action$='/cart/lines'] button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/cart"))
    _tab_to(page, "a[href$='/checkout']")
    page.keyboard.press("Enter")
    _check_out(page, shop)
    _tab_to(page, "button[value=success]")
    page.keyboard.press("Enter")
    expect(page.locator("#status .timeline")).to_be_visible()


def _check_out(page: Page, shop: Shop) -> None:
    phone = new_phone()
    _tab_to(page, "input[name=phone]")
    page.keyboard.type(phone.removeprefix("+998"))
    page.keyboard.press("Enter")
    field = page.locator("input[name=code]")
    field.wait_for()
    expect(field).to_be_focused()
    page.keyboard.type(shop.code(phone))
    expect(field).to_have_count(0)
    _tab_to(page, "input[name=recipient]")
    page.keyboard.type("Olga")
    _choose(page, "region", REGION)
    page.locator("select[name=district]").wait_for()
    _choose(page, "district", DISTRICT)
    _tab_to(page, "input[name=street]")
    page.keyboard.type("Buyuk Ipak Yoʻli, 54-uy")
    _tab_to(page, "button[value=pay]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sandbox/payme/"))


def _choose(page: Page, name: str, value: str) -> None:
    """Down the list of a select by the keys alone."""
    select = page.locator(f"select[name={name}]")
    _tab_to(page, f"select[name={name}]")
    text = select.locator(f"option[value='{value}']").inner_text()
    for _ in range(3):  # letters that come too slowly begin a new word
        page.keyboard.type(text[:6])
        if select.input_value() == value:
            break
        page.wait_for_timeout(1500)
    expect(select).to_have_value(value)


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, which must be seen on every stop."""
    target = page.locator(selector).filter(visible=True).first
    target.wait_for()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused is None or focused["seen"], f"no visible focus: {focused['html']}"
        assert focused is None or focused["inView"], f"focus out of view: {focused['html']}"
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{selector} is not reached by Tab")
