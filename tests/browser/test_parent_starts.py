"""J2: a parent signs up, adds a finger, makes the family, installs the app, allows push."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from app.kernel import clock
from app.local.cast import everybody
from tests.browser import pushes
from tests.browser.conftest import NewPage
from tests.browser.shop import Shop, new_phone
from tests.browser.steps import Finger, sign_in, sign_out, wait_for_worker
from tests.browser.words import words_of

PIN = "604918"
say = words_of("uz")


def test_parent_builds_the_family(page: Page, shop: Shop) -> None:
    phone = new_phone()
    sign_in(page, shop, phone, to="/me")
    finger = Finger(page)
    _add_passkey(page)
    sign_out(page)
    _sign_in_by_passkey(page, finger)
    _start_family(page)
    _add_child(page, "Lola", 6, "fox")
    _add_child(page, "Temur", 11, "tiger-face")
    _set_pin(page)
    _set_limit(page, "Lola", "50000")
    assert page.get_by_role(
        "button", name=re.compile(say("Hand the phone to %(name)s", name="Lola"))
    )


def test_app_can_be_installed(installed_page: Page) -> None:
    installed_page.goto("/uz/")
    wait_for_worker(installed_page)
    installed_page.reload()
    session = installed_page.context.new_cdp_session(installed_page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_parent_allows_push(
    new_page: NewPage, shop: Shop, push_service: pushes.PushService
) -> None:
    page = new_page()
    endpoint = pushes.subscribable(page.context, push_service, shop.url)
    mother = next(person for person in everybody() if person.key == "dilnoza")
    sign_in(page, shop, mother.phone, to="/family")
    wait_for_worker(page)
    toggle = page.locator("push-toggle button")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(toggle).to_have_text(say("Notifications are on"))
    assert urlsplit(endpoint).path in push_service.keys


def _add_passkey(page: Page) -> None:
    page.get_by_role("button", name=say("Add a passkey")).click()
    expect(page.get_by_role("button", name=say("Remove this passkey"))).to_be_visible()


def _sign_in_by_passkey(page: Page, finger: Finger) -> None:
    """By the button; the silent offer in the phone field waits meanwhile and gives way."""
    finger.lift()
    page.goto("/uz/sign-in?next=/family")
    page.get_by_role("button", name=say("Sign in with face or finger")).click()
    finger.press()
    expect(page).to_have_url(re.compile("/uz/family$"))


def _start_family(page: Page) -> None:
    expect(page.get_by_role("heading", name=say("Start your family"))).to_be_visible()
    page.get_by_label(say("Name of the family")).fill("Karimovlar")
    page.get_by_label(say("I am a parent or guardian and I agree")).check()
    page.get_by_role("button", name=say("Create the family")).click()
    expect(page).to_have_url(re.compile("/family/children/new"))


def _add_child(page: Page, name: str, age: int, avatar: str) -> None:
    page.goto("/uz/family/children/new")
    page.get_by_label(say("What do you call your child?")).fill(name)
    page.locator("select[name=birth_year]").select_option(str(clock.local_day().year - age))
    page.locator(f"label.sticker:has(input[value='{avatar}'])").click()
    page.locator("input[name=daily_limit]").fill("100000")
    page.locator("input[name=agree]").check()
    page.get_by_role("button", name=say("Add"), exact=True).click()
    page.goto("/uz/family")
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def _set_pin(page: Page) -> None:
    page.goto("/uz/family/pin")
    page.get_by_label(say("New PIN")).fill(PIN)
    page.get_by_label(say("The same once more")).fill(PIN)
    page.get_by_role("button", name=say("Set the PIN")).click()
    expect(page).not_to_have_url(re.compile("/family/pin"))


def _set_limit(page: Page, name: str, limit: str) -> None:
    page.goto("/uz/family")
    page.get_by_role("link", name=say("Rules for %(name)s", name=name)).click()
    page.locator("input[name=daily_limit]").fill(limit)
    page.get_by_role("button", name=say("Save")).first.click()
    expect(page.locator("#toasts")).to_contain_text(re.compile(r"\w"))
    expect(page.locator("input[name=daily_limit]")).to_have_value(limit)
    page.goto("/uz/family")
