"""The PIN of a family: set, changed, and given as a proof that a grown-up holds the phone."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import confirmation, sessions
from app.audit.record import record
from app.family import confirming, forms, household, pin
from app.kernel import access, web
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Proof, Viewer

AnyRequest = Request[Any, Any, Any]
MANAGE = access.may("family.manage")


@get("/family/pin", opt=MANAGE, name="family.pin")
async def pin_page(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    await confirming.demand(session, viewer)
    home = await household.get(session, confirming.own(viewer))
    return _pin_page(request, Form(values={}), has_pin=home.pin_hash is not None)


def _pin_page(
    request: AnyRequest, form: Form[Any], *, has_pin: bool, status: int = 200
) -> Response[Any]:
    return web.page(
        request, "family/pin.html", here="family", form=form, has_pin=has_pin, status=status
    )


@post("/family/pin", opt=MANAGE, name="family.set_pin")
async def set_pin(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    await confirming.demand(session, viewer)
    home = await household.get(session, confirming.own(viewer))
    form = await read_form(request, forms.NewPinForm)
    if form.data is None:
        return _pin_page(request, form, has_pin=bool(home.pin_hash), status=422)
    try:
        await pin.set_pin(session, services.settings, home.id, form.data.pin)
    except pin.WeakPin as error:
        form.fail("pin", error.text())
        return _pin_page(request, form, has_pin=bool(home.pin_hash), status=422)
    await record(session, viewer, "pin.set", "household", home.id)
    return web.redirect(request, "/family", toast=_("The PIN is set."))


@get("/family/confirm", opt=MANAGE, name="family.confirm")
async def confirm_page(request: AnyRequest) -> Response[Any]:
    """Reached by a language link: the page of all proofs offers the PIN as well."""
    target = web.local_path(request.query_params.get("next"), "/family")
    return web.redirect(request, f"{access.CONFIRMATION}?pin=1&next={quote(target, safe='/')}")


async def _confirm_page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, form: Form[Any], status: int = 200
) -> Response[Any]:
    form.values["pin"] = "1"
    return web.page(
        request,
        "accounts/confirm.html",
        here="family",
        form=form,
        ways=await confirmation.ways(session, viewer, by_pin=True),
        is_sent=False,
        status=status,
    )


@post("/family/confirm", opt=MANAGE, name="family.confirm_by_pin")
async def confirm(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    form = await read_form(request, forms.PinForm)
    target = web.local_path(form.value("next"), "/family")
    form.values["next"] = target
    if form.data is None:
        return await _confirm_page(request, session, viewer, form, 422)
    home_id = confirming.own(viewer)
    result = await pin.check(session, services.settings, home_id, form.data.pin, viewer)
    if result.answer is pin.PinAnswer.UNSET:
        return web.redirect(request, "/family/pin", toast=_("Set a PIN first."), kind="wait")
    if not result.is_right:
        form.fail("pin", result.text())
        return await _confirm_page(request, session, viewer, form, 422)
    await sessions.confirm(request, session, viewer, Proof.PIN)
    return web.redirect(request, target)


ROUTES = [pin_page, set_pin, confirm_page, confirm]
