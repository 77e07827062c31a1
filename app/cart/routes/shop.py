"""The cart page and its three forms; each works without JavaScript."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import sessions
from app.cart import cart
from app.cart.forms import AddForm, QuantityForm
from app.cart.owner import Owner
from app.cart.totals import Contents
from app.kernel import access, forms, web
from app.kernel.errors import NotFound
from app.kernel.i18n import gettext as _
from app.kernel.money import Money
from app.kernel.viewer import Viewer

Asked = Request[Any, Any, Any]


@get("/cart", opt=access.viewable(access.adults), name="cart.show")
async def show(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    found = await cart.current(session, viewer)
    return _page(request, found)


@post("/cart/lines", opt=access.adults, name="cart.add", status_code=200)
async def add(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """Put an offer into the cart; `next` says where to go on, the cart itself by default."""
    form = await forms.read_form(request, AddForm)
    data = form.valid
    back = web.local_path(form.value("next"), "/cart")
    owner = Owner(viewer.user_id, await sessions.ensure(request, session, viewer))
    there = await cart.add(session, owner, data.offer, data.quantity)
    short = there < data.quantity
    toast = _("We could add only %(count)s: no more in stock.", count=there) if short else ""
    return web.redirect(
        request, back, toast=toast or _("Added to the cart"), kind="wait" if short else "good"
    )


@post("/cart/lines/{line_id:uuid}/quantity", opt=access.adults, name="cart.change", status_code=200)
async def change(
    request: Asked, session: AsyncSession, viewer: Viewer, line_id: UUID
) -> Response[Any]:
    form = await forms.read_form(request, QuantityForm)
    owner = _owner(viewer)
    wanted = form.valid.quantity
    there = await cart.change(session, owner, line_id, wanted)
    short = _("Only %(count)s left in stock.", count=there) if there < wanted else ""
    return await _answer(request, session, owner, short)


@post("/cart/lines/{line_id:uuid}/removal", opt=access.adults, name="cart.remove", status_code=200)
async def remove(
    request: Asked, session: AsyncSession, viewer: Viewer, line_id: UUID
) -> Response[Any]:
    owner = _owner(viewer)
    await cart.remove(session, owner, line_id)
    return await _answer(request, session, owner)


def _owner(viewer: Viewer) -> Owner:
    if viewer.session_id is None:  # nobody without a session has a line to change
        raise NotFound
    return Owner.of(viewer)


async def _answer(
    request: Asked, session: AsyncSession, owner: Owner, toast: str = ""
) -> Response[Any]:
    """The cart block for htmx, the whole page anew for a plain form."""
    found = await cart.contents(session, owner)
    await cart.drop(session, owner, found.gone)
    if not web.is_htmx(request):
        return web.redirect(request, "/cart", toast=toast, kind="wait")
    return _page(request, found, note=toast)


def _page(request: Asked, found: Contents, note: str = "") -> Response[Any]:
    return web.page(
        request,
        "cart/cart.html",
        block="cart",
        offline=True,
        cart=found,
        note=note,
        here="cart",
        swapped=web.is_htmx(request),
        uzs=Money.uzs,
    )
