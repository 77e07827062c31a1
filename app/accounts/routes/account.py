"""One's own page: name, language, devices, passkeys."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import cookies, passkeys, profile, sessions
from app.accounts.forms import ProfileForm
from app.audit.record import record
from app.kernel import access, web
from app.kernel.errors import NotSignedIn
from app.kernel.forms import Form, read_form
from app.kernel.i18n import get_locale, set_locale
from app.kernel.i18n import gettext as _
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]


def _own(viewer: Viewer) -> UUID:
    if viewer.user_id is None:
        raise NotSignedIn
    return viewer.user_id


@get("/me", opt=access.signed_in, name="accounts.me")
async def me(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    values = {"name": viewer.name, "locale": viewer.locale or get_locale().value}
    return await _page(request, session, viewer, Form(values=values))


async def _page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    form: Form[Any],
    *,
    status: int = 200,
) -> Response[Any]:
    user_id = _own(viewer)
    return web.page(
        request,
        "accounts/me.html",
        here="me",
        form=form,
        contact=await profile.contact(session, user_id),
        devices=await sessions.devices(session, user_id),
        passkeys=await passkeys.of_user(session, user_id),
        is_fresh=await sessions.is_fresh(session, viewer),
        status=status,
    )


@post("/me", opt=access.signed_in, name="accounts.save_profile")
async def save_profile(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    form = await read_form(request, ProfileForm)
    if form.data is None:
        return await _page(request, session, viewer, form, status=422)
    await profile.rename(session, _own(viewer), form.data.name, form.data.locale)
    cookies.remember_locale(request, form.data.locale)
    set_locale(form.data.locale)
    return web.redirect(request, "/me", toast=_("Saved."))


@post("/me/devices/{device_id:uuid}/ending", opt=access.signed_in, name="accounts.end_device")
async def end_device(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, device_id: UUID
) -> Response[Any]:
    await sessions.end(session, _own(viewer), device_id)
    if device_id == viewer.session_id:
        await sessions.sign_out(request, session, viewer)
        return web.redirect(request, "/")
    return web.redirect(request, "/me", toast=_("That device is signed out."))


@post("/me/devices/ending", opt=access.signed_in, name="accounts.end_other_devices")
async def end_other_devices(
    request: AnyRequest, session: AsyncSession, viewer: Viewer
) -> Response[Any]:
    await sessions.end_others(session, _own(viewer), viewer.session_id)
    return web.redirect(request, "/me", toast=_("All other devices are signed out."))


@post("/me/passkeys/{passkey_id:uuid}/removal", opt=access.signed_in, name="accounts.drop_passkey")
async def remove_passkey(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, passkey_id: UUID
) -> Response[Any]:
    """Needs a fresh proof, as every change of the ways in does."""
    if not await sessions.is_fresh(session, viewer):
        said = _("For your safety, please confirm that it is you and try again.")
        return web.redirect(request, "/me", toast=said, kind="wait")
    await passkeys.remove(session, _own(viewer), passkey_id)
    await record(session, viewer, "passkey.remove", "passkey", passkey_id)
    return web.redirect(request, "/me", toast=_("The passkey is removed."))


ROUTES = [me, save_profile, end_device, end_other_devices, remove_passkey]
