"""J3, J4: a child asks, the parents decide, a seller sends; everybody's page changes by itself."""

import json
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import ApprovalRequest
from app.orders.models import Order, SellerOrder
from tests.browser import pushes
from tests.browser.conftest import NewPage
from tests.browser.families import PIN, Family, Kid, enter, make_family
from tests.browser.shop import Shop
from tests.browser.steps import (
    Finger,
    Goods,
    goods,
    owner_of,
    pay_at_bank,
    type_pin,
    wait_for_worker,
)
from tests.browser.words import words_of

DECIDE = """(pin) => {
  const field = document.querySelector('input[name=pin]');
  field.value = pin;
  field.form.requestSubmit();
}"""


@dataclass(frozen=True)
class Asked:
    """A question on its way: the child's page and what was asked for."""

    child: Page
    thing: Goods
    id: str


@pytest.mark.parametrize("locale", ["uz", "ru", "en"])
def test_child_asks_and_parent_approves(
    new_page: NewPage, shop: Shop, push_service: pushes.PushService, locale: str
) -> None:
    family = make_family(shop, locale)
    parent, endpoint = _parent_with_push(new_page, shop, push_service, family, locale)
    asked = _ask(new_page, shop, family.lola, locale)

    message = push_service.wait(endpoint)
    shown = pushes.deliver(parent, message)
    payload = json.loads(message)
    assert payload["web_push"] == 8030
    assert asked.thing.name(locale) in shown["title"] + shown["body"]
    assert {action["action"] for action in shown["actions"]} == {"approve", "decline"}
    with parent.expect_navigation(url=re.compile(f"/family/approvals/{asked.id}")):
        pushes.click(parent, "approve")
    _approve(parent, locale)
    type_pin(parent)
    pay_at_bank(parent)

    say = words_of(locale)
    expect(asked.child.locator("#answer")).to_contain_text(say("It is bought!"))
    number = _number_of(shop, asked.id)
    _seller_sends(new_page, shop, asked, number, parent, locale)


def test_parent_approves_by_finger(new_page: NewPage, shop: Shop) -> None:
    family, say = make_family(shop), words_of("uz")
    parent = new_page()
    enter(shop, parent.context, family.mother, is_confirmed=True)
    Finger(parent)
    parent.goto("/uz/me")
    parent.get_by_role("button", name=say("Add a passkey")).click()
    expect(parent.get_by_role("button", name=say("Remove this passkey"))).to_be_visible()
    enter(shop, parent.context, family.mother)  # another day: nothing was shown lately
    asked = _ask(new_page, shop, family.lola, "uz")

    parent.goto(f"/uz/family/approvals/{asked.id}")
    _approve(parent, "uz")
    parent.get_by_role("button", name=say("Approve with face or finger")).click()
    pay_at_bank(parent)
    expect(asked.child.locator("#answer")).to_contain_text(say("It is bought!"))


def test_parent_declines_kindly(new_page: NewPage, shop: Shop) -> None:
    family, say = make_family(shop), words_of("uz")
    asked = _ask(new_page, shop, family.lola, "uz")
    home = asked.child.context.new_page()
    home.goto("/uz/kids")
    expect(home.locator(".wish .badge")).to_have_text(say("Being read"))
    parent = new_page()
    enter(shop, parent.context, family.father)
    parent.goto("/uz/family/approvals")
    parent.get_by_role("link", name=re.compile(re.escape(asked.thing.name("uz")))).click()
    parent.get_by_text(say("Not now…")).click()
    parent.get_by_text(say("Let us save up for it together.")).click()
    parent.get_by_role("button", name=say("Send the answer")).click()
    answer = say("Let us save up for it together.")
    expect(parent.locator("#question")).to_contain_text(answer)
    expect(asked.child.locator("#answer")).to_contain_text(answer)
    expect(home.locator(".wish .badge")).to_have_text(say("Not now"))


def test_two_guardians_make_one_decision(new_page: NewPage, shop: Shop) -> None:
    family = make_family(shop)
    asked = _ask(new_page, shop, family.lola, "uz")
    mother, father = new_page(), new_page()
    for parent, who in ((mother, family.mother), (father, family.father)):
        enter(shop, parent.context, who)
        parent.goto(f"/uz/family/approvals/{asked.id}")
        _approve(parent, "uz")

    for parent in (mother, father):  # neither waits for the other's answer
        parent.evaluate(DECIDE, PIN)
    said = words_of("uz")("Approved by %(name)s.", name="")[:4]
    for parent in (mother, father):
        expect(parent).to_have_url(re.compile(r"/sandbox/payme/|/family/approvals/|/orders/"))
        parent.goto(f"/uz/family/approvals/{asked.id}")
        expect(parent.locator("#question .notice")).to_contain_text(said)
    assert _orders_of(shop, family) == 1


def _parent_with_push(
    new_page: NewPage,
    shop: Shop,
    service: pushes.PushService,
    family: Family,
    locale: str,
) -> tuple[Page, str]:
    page = new_page()
    endpoint = pushes.subscribable(page.context, service, shop.url)
    enter(shop, page.context, family.mother)
    page.goto(f"/{locale}/family")
    wait_for_worker(page)
    toggle = page.locator("push-toggle button")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    return page, endpoint


def _ask(new_page: NewPage, shop: Shop, kid: Kid, locale: str) -> Asked:
    """On a device of its own the child picks a thing, says why, and sees that it is asked."""
    say, thing = words_of(locale), goods(shop, age=kid.age)[2]
    page = new_page()
    enter(shop, page.context, kid)
    page.goto(f"/{locale}/p/{thing.slug}")
    page.get_by_role("link", name=say("I want it!")).click()
    page.locator(".sticker").first.click()
    page.get_by_role("button", name=say("I ask")).click()
    expect(page).to_have_url(re.compile(r"/kids/asks/"))
    expect(page.locator("#answer")).to_contain_text(say("Asked your parents"))
    return Asked(page, thing, page.url.rpartition("/")[2])


def _approve(page: Page, locale: str) -> None:
    page.get_by_role("button", name=words_of(locale)("I approve")).click()
    expect(page.locator("pin-pad")).to_be_visible()


def _number_of(shop: Shop, request_id: str) -> str:
    async def read(session: AsyncSession) -> str:
        request = await session.get_one(ApprovalRequest, request_id)
        return (await session.get_one(Order, request.order_id)).number

    return shop.backstage.do(read)


def _seller_sends(
    new_page: NewPage, shop: Shop, asked: Asked, number: str, parent: Page, locale: str
) -> None:
    owner = owner_of(shop, asked.thing.seller_id)
    say = words_of(owner.locale)
    desk = new_page()
    enter(shop, desk.context, owner)
    part = _part_number(shop, number)
    desk.goto(f"/{owner.locale}/seller/orders/{part}")
    parent.goto(f"/{locale}/orders/{number}")
    told = words_of(locale)
    for press, on_child, on_parent in (
        ("Accept", "The shop is getting it ready", "Being packed"),
        ("Packed", "It is packed", "Packed"),
        ("Handed over", "It is on its way!", "On its way"),
    ):
        desk.locator("#part form").get_by_role("button", name=say(press)).click()
        expect(asked.child.locator("#answer")).to_contain_text(told(on_child))
        expect(parent.locator("#status .badge")).to_contain_text(told(on_parent))


def _part_number(shop: Shop, number: str) -> str:
    async def read(session: AsyncSession) -> str:
        statement = select(SellerOrder.number).join(Order, Order.id == SellerOrder.order_id)
        return (await session.scalars(statement.where(Order.number == number))).one()

    return shop.backstage.do(read)


def _orders_of(shop: Shop, family: Family) -> int:
    async def count(session: AsyncSession) -> int:
        statement = select(func.count()).where(Order.household_id == family.id)
        return await session.scalar(statement) or 0

    return shop.backstage.do(count)
