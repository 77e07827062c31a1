"""Without a network: the last seen pages, the offline page, and nobody else's pages."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.families import PIN, enter, make_family
from tests.browser.shop import Shop, until
from tests.browser.steps import sign_out, wait_for_worker
from tests.browser.words import words_of

say = words_of("uz")
KEPT = """async () => {
  const found = [];
  for (const name of (await caches.keys()).filter((n) => n.startsWith('pages-')))
    for (const request of await (await caches.open(name)).keys())
      found.push(`${name} ${new URL(request.url).pathname}`);
  return found;
}"""


def test_last_seen_pages_open_without_a_network(page: Page, watch: Watch) -> None:
    _expect_no_network(watch)
    page.goto("/uz/")
    wait_for_worker(page)
    page.goto("/uz/catalog")
    _wait_for_copy(page, "/uz/catalog")
    _wait_for_copy(page, "/uz/offline")
    page.context.set_offline(True)
    page.goto("/uz/catalog")
    expect(page.get_by_role("heading", name=say("Catalogue"), level=1)).to_be_visible()
    expect(page.get_by_text(say("No internet. You see saved pages."))).to_be_visible()
    page.goto("/uz/search?q=nimadir")
    expect(page.get_by_role("heading", name=say("No internet"), level=1)).to_be_visible()
    page.context.set_offline(False)
    page.goto("/uz/search?q=kitob")
    expect(page.locator("#results .card").first).to_be_visible()


def test_child_finds_nothing_of_its_parents(page: Page, shop: Shop, watch: Watch) -> None:
    _expect_no_network(watch)
    family = make_family(shop)
    enter(shop, page.context, family.mother)
    page.goto("/uz/")
    wait_for_worker(page)
    page.goto("/uz/catalog")
    _wait_for_copy(page, "/uz/catalog")
    page.goto("/uz/family")
    page.get_by_role("button", name=say("Hand the phone to %(name)s", name="Lola")).click()
    expect(page).to_have_url(re.compile("/uz/kids$"))
    _wait_for_copy(page, "/uz/kids")
    names = {kept.split()[0] for kept in _kept(page)}
    assert names == {f"pages-child-{family.lola.id}"}
    page.context.set_offline(True)
    page.goto("/uz/kids")
    expect(page.locator("a.gate").first).to_be_visible()
    page.goto("/uz/family")
    expect(page.locator("body")).to_have_attribute("data-zone", "kids")
    assert PIN not in page.content()


def test_nothing_is_left_after_signing_out(page: Page, shop: Shop) -> None:
    mother = make_family(shop).mother
    enter(shop, page.context, mother)
    page.goto("/uz/")
    wait_for_worker(page)
    page.goto("/uz/catalog")
    _wait_for_copy(page, "/uz/catalog")
    assert any(str(mother.id) in kept for kept in _kept(page))
    sign_out(page)
    until(lambda: not any(str(mother.id) in kept for kept in _kept(page)), "an empty cache")


def _expect_no_network(watch: Watch) -> None:
    """What the console says of lost requests and of a stream that tries to come back."""
    watch.expect(r"ERR_INTERNET_DISCONNECTED|status of 503|Failed to fetch|no service worker")
    watch.expect(r"\[object Event\].*/vendor/htmx")


def _kept(page: Page) -> list[str]:
    found: list[str] = page.evaluate(KEPT)
    return found


def _wait_for_copy(page: Page, path: str) -> None:
    until(lambda: any(kept.endswith(f" {path}") for kept in _kept(page)), f"a copy of {path}")
