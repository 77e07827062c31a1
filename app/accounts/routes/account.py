"""One's own page: name, language, devices, passkeys."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import cookies, passkeys, profile, sessions
from app.accounts.forms import PasskeyNameForm, ProfileForm, QuietForm
from app.accounts.profile import Contact
from app.accounts.second_factor import FactorRequired
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
    return await _page(request, session, viewer, _profile(viewer))


def _profile(viewer: Viewer) -> Form[Any]:
    return Form(values={"name": viewer.name, "locale": viewer.locale or get_locale().value})


def _hours(contact: Contact | None) -> dict[str, str]:
    if contact is None or contact.quiet is None:
        return {}
    since, until = contact.quiet.since, contact.quiet.until
    return {"quiet_from": f"{since:%H:%M}", "quiet_to": f"{until:%H:%M}"}


async def _page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    form: Form[Any],
    *,
    quiet: Form[Any] | None = None,
    status: int = 200,
) -> Response[Any]:
    user_id = _own(viewer)
    contact = await profile.contact(session, user_id)
    return web.page(
        request,
        "accounts/me.html",
        here="me",
        form=form,
        quiet=quiet or Form(values=_hours(contact)),
        contact=contact,
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


@post("/me/quiet-hours", opt=access.signed_in, name="accounts.save_quiet_hours")
async def save_quiet_hours(
    request: AnyRequest, session: AsyncSession, viewer: Viewer
) -> Response[Any]:
    """Both hours set them, two empty fields end them."""
    form = await read_form(request, QuietForm)
    if form.data is None:
        return await _page(request, session, viewer, _profile(viewer), quiet=form, status=422)
    hours = form.data
    await profile.set_quiet_hours(session, _own(viewer), hours.quiet_from, hours.quiet_to)
    return web.redirect(request, "/me", toast=_("Saved."))


@post("/me/devices/{device_id:uuid}/ending", opt=access.signed_in, name="accounts.end_device")
async def end_device(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, device_id: UUID
) -> Response[Any]:
    await sessions.end(session, _own(viewer), device_id)
    await record(session, viewer, "device.end", "session", device_id)
    if device_id == viewer.session_id:
        await sessions.sign_out(request, session, viewer)
        return web.redirect(request, "/")
    return web.redirect(request, "/me", toast=_("That device is signed out."))


@post("/me/devices/ending", opt=access.signed_in, name="accounts.end_other_devices")
async def end_other_devices(
    request: AnyRequest, session: AsyncSession, viewer: Viewer
) -> Response[Any]:
    ended = await sessions.end_others(session, _own(viewer), viewer.session_id)
    await record(session, viewer, "device.end", "user", viewer.user_id, devices=ended)
    return web.redirect(request, "/me", toast=_("All other devices are signed out."))


@get("/me/passkeys/{passkey_id:uuid}", opt=access.signed_in, name="accounts.passkey")
async def passkey_page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, passkey_id: UUID
) -> Response[Any]:
    passkey = await passkeys.own(session, _own(viewer), passkey_id)
    return _name_page(request, Form(values={"label": passkey.name}), passkey_id)


def _name_page(
    request: AnyRequest, form: Form[Any], passkey_id: UUID, status: int = 200
) -> Response[Any]:
    return web.page(
        request, "accounts/passkey.html", form=form, passkey_id=passkey_id, status=status
    )


@post("/me/passkeys/{passkey_id:uuid}", opt=access.signed_in, name="accounts.name_passkey")
async def name_passkey(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, passkey_id: UUID
) -> Response[Any]:
    """Give a passkey the name that its owner knows it by."""
    passkey = await passkeys.own(session, _own(viewer), passkey_id)
    form = await read_form(request, PasskeyNameForm)
    if form.data is None:
        return _name_page(request, form, passkey_id, 422)
    passkey.name = form.data.label
    return web.redirect(request, "/me", toast=_("Saved."))


@post(
    "/me/passkeys/{passkey_id:uuid}/removal",
    opt=access.signed_in_confirmed,
    name="accounts.drop_passkey",
)
async def remove_passkey(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, passkey_id: UUID
) -> Response[Any]:
    try:
        await passkeys.remove(
            session, _own(viewer), passkey_id, is_required=viewer.must_have_factor
        )
    except FactorRequired as refusal:
        return web.redirect(request, "/me", toast=refusal.text(), kind="bad")
    await record(session, viewer, "passkey.remove", "passkey", passkey_id)
    return web.redirect(request, "/me", toast=_("The passkey is removed."))


ROUTES = [
    me,
    save_profile,
    save_quiet_hours,
    end_device,
    end_other_devices,
    passkey_page,
    name_passkey,
    remove_passkey,
]
