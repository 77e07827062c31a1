"""The checkout: one page, one form; `step` says which of its buttons was pressed.

Whatever was typed is shown again, whichever button it was. A guest becomes known by a code in
the middle of the page; the payment is only asked of a known person, so that a second tap comes
with the same session and the same key.
"""

from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import closed, codes, sessions, signup
from app.accounts.codes import CodeResult
from app.accounts.forms import CodeForm, PhoneForm
from app.cart import cart
from app.cart.owner import Owner
from app.catalog.stock import OfferSoldOut
from app.kernel import access, clock, crypto, web
from app.kernel.errors import TooMany
from app.kernel.forms import Form, FormModel, read_form
from app.kernel.i18n import get_locale
from app.kernel.i18n import gettext as _
from app.kernel.money import Money
from app.kernel.ratelimit import Limits, address_of
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.orders import placing
from app.orders.checkout import Checkout, first_address, lines_of, open_checkout
from app.orders.placing import Basket, PriceChanged
from app.shipping import addresses, places
from app.shipping.forms import AddressForm, check_place, values_of
from app.shipping.quotes import NoDelivery

Asked = Request[Any, Any, Any]
PURPOSE = "checkout"
KEY_LENGTH = 64  # characters at most
NAME_LENGTH = 60


class Nothing(FormModel):
    """A step that only shows the page anew."""


@get("/checkout", opt=access.adults, name="orders.checkout")
async def show(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    known = await first_address(session, viewer)
    form: Form[Any] = Form(values=values_of(known) if known else {})
    wants_change = request.query_params.get("edit") == "address"
    return await _page(request, session, form, folded=known is not None and not wants_change)


@post("/checkout", opt=access.adults, name="orders.place", status_code=200)
async def submit(
    request: Asked, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    sent = await request.form()
    step = sent.get("step") or ("code" if sent.get("code") else "phone")
    if step == "pay":
        return await _pay(request, session, viewer, services)
    if step == "places" or viewer.user_id is not None:
        return await _page(request, session, await read_form(request, Nothing))
    if step == "code":
        return await _enter_code(request, session, viewer, services)
    return await _send_code(request, session, viewer, services, limits)


async def _send_code(
    request: Asked, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    form = await read_form(request, PhoneForm)
    form.values.pop("sent_to", None)
    if form.data is None:
        return await _page(request, session, form, status=422)
    address = address_of(request)
    try:
        await limits.hit("30/15 minute", "checkout-code", address)
        binding = await sessions.ensure(request, session, viewer)
        await codes.send(
            session, services.settings, form.data.phone, PURPOSE, address, binding.bytes
        )
    except TooMany as refusal:
        form.fail("phone", refusal.text())
        return await _page(request, session, form, status=422)
    form.values["sent_to"] = form.data.phone
    return await _page(request, session, form)


async def _enter_code(
    request: Asked, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """Try the code; a wrong one is an answer and no exception, so that the try is counted."""
    form = await read_form(request, CodeForm)
    if form.data is None or viewer.session_id is None:
        return await _page(request, session, form, status=422)
    phone = form.values["sent_to"] = form.data.phone
    result = await codes.check(
        session, services.settings, phone, PURPOSE, form.data.code, viewer.session_id.bytes
    )
    if result is not CodeResult.OK:
        form.fail("code", _refusal(result))
        return await _page(request, session, form, status=422)
    name = form.value("recipient")[:NAME_LENGTH]
    user_id = await signup.user_for_phone(session, phone, get_locale(), name)
    if await signup.is_suspended(session, user_id):
        return web.redirect(request, closed.give_pass(request, user_id))
    await sessions.start(request, session, user_id)
    if _viewer_now(request).half_open_id is not None:
        return web.redirect(request, sessions.second_step(request, "/checkout"))
    form.values.pop("sent_to", None)
    await _offer_known_address(session, _viewer_now(request), form)
    return await _page(request, session, form)


async def _offer_known_address(session: AsyncSession, viewer: Viewer, form: Form[Any]) -> None:
    """Someone who bought here before need not type the address, unless they have begun to."""
    if any(form.value(name) for name in ("region", "street")):
        return
    known = await first_address(session, viewer)
    if known is not None:
        form.values |= values_of(known)


async def _pay(
    request: Asked, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    form = await read_form(request, AddressForm)
    check_place(form)
    if viewer.user_id is None:
        form.fail("phone", _("Please confirm your phone first."))
        return await _page(request, session, form, status=422)
    page = await _open(session, viewer, form)
    key = f"checkout:{viewer.user_id}:{_key_of(form)}"
    placed = await placing.placed_before(session, key)
    if placed is not None:
        return web.redirect(request, f"/pay/{placed.number}")
    if not page.cart.can_be_ordered:
        return web.redirect(request, "/cart")
    if form.data is None or page.priced is None or page.contact is None:
        return await _page(request, session, form, page=page, status=422)
    if form.value("seen") != str(page.priced.total):
        notice = _("Please look at the sum once more, then pay.")
        return await _page(request, session, form, page=page, status=422, notice=notice)
    return await _place(request, session, services, form, page, key)


async def _place(
    request: Asked,
    session: AsyncSession,
    services: Services,
    form: Form[AddressForm],
    page: Checkout,
    key: str,
) -> Response[Any]:
    viewer = _viewer_now(request)
    basket = _basket(viewer, form.valid, page)
    try:
        async with session.begin_nested():
            order = await placing.place(session, basket=basket, idempotency_key=key)
    except OfferSoldOut as refusal:
        return web.redirect(request, "/cart", toast=refusal.text(), kind="wait")
    except PriceChanged as refusal:
        return await _page(request, session, form, status=422, notice=refusal.text())
    bought = [line.offer.offer_id for line in page.cart.lines]
    await cart.drop(session, Owner.of(viewer), [*bought, *page.cart.gone])
    if viewer.user_id is not None:
        await addresses.save(session, viewer.user_id, basket.address)
    return web.redirect(request, f"/pay/{order.number}")


def _basket(viewer: Viewer, typed: AddressForm, page: Checkout) -> Basket:
    phone = page.contact.phone if page.contact else None
    return Basket(
        lines=lines_of(page.cart),
        address=typed.address(phone or ""),
        contact_phone=phone or "",
        locale=get_locale(),
        buyer_id=viewer.user_id,
        session_id=viewer.session_id,
    )


async def _page(
    request: Asked,
    session: AsyncSession,
    form: Form[Any],
    *,
    page: Checkout | None = None,
    status: int = 200,
    notice: str = "",
    folded: bool = False,
) -> Response[Any]:
    """The page as the person of this moment sees it: a right code has changed who that is."""
    page = page or await _open(session, _viewer_now(request), form)
    if page.cart.is_empty:
        return web.redirect(request, "/cart")
    form.values["key"] = _key_of(form)
    return web.page(
        request,
        "orders/checkout.html",
        block="checkout",
        status=status,
        form=form,
        page=page,
        folded=folded and page.priced is not None,
        notice=notice,
        regions=[(o.value, o.text) for o in places.region_options()],
        districts=[(o.value, o.text) for o in places.district_options(form.value("region"))],
        today=clock.local_day(),
        swapped=web.is_htmx(request),
        uzs=Money.uzs,
    )


async def _open(session: AsyncSession, viewer: Viewer, form: Form[Any]) -> Checkout:
    try:
        return await open_checkout(session, viewer, form.value("region"))
    except NoDelivery as refusal:
        form.fail("region", refusal.text())
        return await open_checkout(session, viewer, "")


def _viewer_now(request: Asked) -> Viewer:
    viewer: Viewer = request.scope["state"]["viewer"]
    return viewer


def _key_of(form: Form[Any]) -> str:
    """The key under which this page may make one order."""
    known = form.value("key")
    return known if 0 < len(known) <= KEY_LENGTH else crypto.new_token()


def _refusal(result: CodeResult) -> str:
    return {
        CodeResult.WRONG: _("This code is not right. Please look again."),
        CodeResult.EXPIRED: _("This code is too old. Please ask for a new one."),
        CodeResult.LOCKED: _("Too many wrong codes. Please ask for a new one."),
    }[result]
