"""A person's own address: where parcels go unless they say otherwise."""

from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile
from app.kernel import access, web
from app.kernel.errors import NotSignedIn
from app.kernel.forms import Form, FormModel, read_form
from app.kernel.i18n import gettext as _
from app.kernel.viewer import Viewer
from app.shipping import addresses, places
from app.shipping.forms import AddressForm, check_place, values_of

Asked = Request[Any, Any, Any]


class AnyForm(FormModel):
    """The region was chosen; nothing is checked yet."""


@get("/me/address", opt=access.signed_in, name="shipping.address")
async def show(
    request: Asked,
    session: AsyncSession,
    viewer: Viewer,
    next: str = "/me",  # noqa: A002 - the name in the address
) -> Response[Any]:
    if viewer.user_id is None:
        raise NotSignedIn
    known = await addresses.default_address(session, viewer.user_id)
    values = values_of(known) if known else {"recipient": viewer.name}
    return _page(request, Form(values=values | {"next": next}))


@post("/me/address", opt=access.signed_in, name="shipping.save_address", status_code=200)
async def save(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """Keep the address as the default one and go on to `next`."""
    if (await request.form()).get("step") == "places":
        return _page(request, await read_form(request, AnyForm))
    form = await read_form(request, AddressForm)
    check_place(form)
    if form.data is None:
        return _page(request, form, status=422)
    contact = await profile.contact(session, viewer.user_id) if viewer.user_id else None
    if contact is None:
        raise NotSignedIn
    address = form.data.address(contact.phone or "")
    await addresses.save(session, contact.user_id, address)
    return web.redirect(
        request, web.local_path(form.value("next"), "/me"), toast=_("The address is saved.")
    )


def _page(request: Asked, form: Form[Any], status: int = 200) -> Response[Any]:
    form.values["next"] = web.local_path(form.value("next"), "/me")
    return web.page(
        request,
        "shipping/address.html",
        block="address",
        status=status,
        form=form,
        regions=[(o.value, o.text) for o in places.region_options()],
        districts=[(o.value, o.text) for o in places.district_options(form.value("region"))],
    )
