"""What people do again and again in the stories, through the real pages."""

import re
from uuid import UUID

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Identity, RoleGrant
from app.catalog.models import Offer, Product, StockLevel
from app.kernel.viewer import Role
from app.local.cast import authenticator_code, everybody
from app.sellers.models import Seller
from tests.browser.families import PIN, Person, of_demo
from tests.browser.shop import Shop
from tests.browser.words import chosen, words_of

REGION, DISTRICT = "1726", "1726269"  # Tashkent, Mirzo Ulugʻbek
ORDER = re.compile(r"/orders/([A-Z0-9-]+)")


def sign_in(page: Page, shop: Shop, phone: str, locale: str = "uz", *, to: str = "/") -> None:
    """By the form, with the code that came to the phone."""
    say = words_of(locale)
    page.goto(f"/{locale}/sign-in?next={to}")
    page.get_by_label(say("Phone number or e-mail")).fill(phone.removeprefix("+998"))
    page.get_by_role("button", name=say("Get the code")).click()
    field = page.locator("input[name=code]")
    field.wait_for()
    field.fill(shop.code(phone))  # the sixth digit sends it
    if code := authenticator_code(phone):
        expect(page).to_have_url(re.compile("/sign-in/second-step"))
        page.locator("input[name=code]").fill(code)
    expect(page).not_to_have_url(re.compile("/sign-in"))


def sign_out(page: Page, locale: str = "uz") -> None:
    page.goto(f"/{locale}/me")
    page.get_by_role("button", name=words_of(locale)("Sign out"), exact=True).last.click()
    expect(page).to_have_url(re.compile(rf"/{locale}/$"))


class Finger:
    """A virtual authenticator: a finger on this device, as far as the browser can tell."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = made["authenticatorId"]

    def lift(self) -> None:
        """Off the device: whoever asks has to wait."""
        self._answer(False)

    def press(self) -> None:
        self._answer(True)

    def _answer(self, enabled: bool) -> None:
        known = {"authenticatorId": self._id, "enabled": enabled}
        self._session.send("WebAuthn.setAutomaticPresenceSimulation", known)


def wait_for_worker(page: Page) -> None:
    """Until the service worker serves this page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def add_to_cart(page: Page, locale: str, slug: str) -> None:
    page.goto(f"/{locale}/p/{slug}")
    button(page, words_of(locale)("Add to cart")).click()
    expect(page).to_have_url(re.compile(rf"/{locale}/cart"))


def button(page: Page, name: str) -> Locator:
    """The visible button or link of this name: phones and desktops show different copies."""
    both = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name))
    return both.filter(visible=True).first


def order_at_bank(page: Page, locale: str, slug: str) -> None:
    """Somebody known, with an address, buys one thing, as far as the page of the bank."""
    add_to_cart(page, locale, slug)
    button(page, words_of(locale)("Check out")).click()
    page.locator("button[value=pay]").filter(visible=True).click()
    expect(page).to_have_url(re.compile("/sandbox/payme/"))


def fill_address(page: Page, locale: str, who: str = "Olga") -> None:
    """Region first: its districts come from the server."""
    page.get_by_label(words_of(locale)("Who will receive it")).fill(who)
    page.locator("select[name=region]").select_option(REGION)
    page.locator("select[name=district]").select_option(DISTRICT)
    page.locator("input[name=street]").fill("Buyuk Ipak Yoʻli, 54-uy")


def pay_at_bank(page: Page, ending: str = "success") -> None:
    """On the page of the sandbox bank: choose how the payment ends and come back."""
    expect(page).to_have_url(re.compile("/sandbox/payme/"))
    page.locator(f"button[value={ending}]").click()
    expect(page).not_to_have_url(re.compile("/sandbox/payme/"))


def type_pin(page: Page, pin: str = PIN) -> None:
    """By the big keys that the page grows."""
    for digit in pin:
        page.locator(f"pin-pad [data-key='{digit}']").tap()


def order_number(page: Page) -> str:
    found = ORDER.search(page.url)
    assert found, page.url
    return found[1]


class Goods:
    """A thing on sale, found in the demo shop by its slug."""

    def __init__(self, product: Product, offer: Offer) -> None:
        self.slug = product.slug
        self.title = product.title
        self.offer_id: UUID = offer.id
        self.price = offer.price
        self.seller_id = offer.seller_id

    def name(self, locale: str) -> str:
        return chosen(self.title, locale)


def goods(shop: Shop, *, child_ok: bool = True, age: int = 6, seller: str = "") -> list[Goods]:
    """What is on sale for a child of this age, cheapest first, optionally of one seller's shop."""

    async def read(session: AsyncSession) -> list[Goods]:
        statement = (
            select(Product, Offer)
            .join(Offer, Offer.product_id == Product.id)
            .join(StockLevel, StockLevel.offer_id == Offer.id)
            .join(Seller, Seller.id == Offer.seller_id)
            .where(Product.state == "approved", Product.in_stock, Product.age_from <= age)
            .where(StockLevel.on_hand - StockLevel.held > 3, Product.child_ok == child_ok)
            .order_by(Offer.price, Offer.id)
        )
        if seller:
            statement = statement.where(Seller.slug == seller)
        seen: dict[str, Goods] = {}
        for product, offer in (await session.execute(statement)).all():
            seen.setdefault(product.slug, Goods(product, offer))
        return list(seen.values())

    found = shop.backstage.do(read)
    assert found, "the demo shop sells nothing like this"
    return found


def owner_of(shop: Shop, seller_id: UUID) -> Person:
    """Who of the demo cast keeps this shop."""

    async def read(session: AsyncSession) -> str:
        statement = select(Identity.value).join(RoleGrant, RoleGrant.user_id == Identity.user_id)
        owners = statement.where(RoleGrant.scope_id == seller_id, RoleGrant.role == Role.SELLER)
        return (await session.scalars(owners)).first() or ""

    phone = shop.backstage.do(read)
    return of_demo(shop, next(person.key for person in everybody() if person.phone == phone))
