"""One's own password: set, changed, removed. Every change needs a fresh proof."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import passwords, sessions, ways
from app.accounts.forms import NewPasswordForm
from app.accounts.passwords import Answer
from app.audit.record import record
from app.kernel import access, web
from app.kernel.errors import Invalid, NotSignedIn
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]


def _own(viewer: Viewer) -> tuple[UUID, UUID]:
    if viewer.user_id is None or viewer.session_id is None:
        raise NotSignedIn
    return viewer.user_id, viewer.session_id


@get("/me/password", opt=access.signed_in_confirmed, name="accounts.own_password")
async def password_page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer
) -> Response[Any]:
    return await _password(request, session, viewer, Form(values={"end_others": "1"}))


async def _password(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    form: Form[Any],
    *,
    status: int = 200,
) -> Response[Any]:
    user_id, _session_id = _own(viewer)
    found = await ways.of_user(session, user_id)
    return web.page(
        request,
        "accounts/own_password.html",
        here="me",
        form=form,
        has_password=await passwords.is_set(session, user_id),
        username=found[0].handle.value if found else "",
        least=await passwords.least_length(session, user_id),
        status=status,
    )


@post("/me/password", opt=access.signed_in_confirmed, name="accounts.save_password")
async def save_password(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """Set it; who has one shows it first, and wrong tries are counted as at the sign-in."""
    user_id, session_id = _own(viewer)
    form = await read_form(request, NewPasswordForm)
    if form.data is not None:
        await _check_current(form, services, session, user_id)
    if form.data is not None:
        await _check_chosen(form, session, user_id)
    if form.data is None:
        return await _password(request, session, viewer, form, status=422)
    await passwords.set_new(session, services.settings, user_id, form.data.new_password)
    if form.data.end_others:
        await sessions.end_others(session, user_id, session_id)
    await record(session, viewer, "password.set", "user", user_id)
    return web.redirect(request, "/me/ways", toast=_("Your password is saved."))


async def _check_current(
    form: Form[NewPasswordForm], services: Services, session: AsyncSession, user_id: UUID
) -> None:
    current = form.valid.current_password
    said = _("Please fill this in.")
    if current is not None:  # before the request's session takes a connection
        result = await passwords.check_own(services, user_id, current)
        if result.answer in (Answer.RIGHT, Answer.TOO_SHORT):
            return
        is_wait = result.answer is Answer.WAIT
        said = result.text() if is_wait else _("This is not your password.")
    if await passwords.is_set(session, user_id):
        form.fail("current_password", said)


async def _check_chosen(form: Form[NewPasswordForm], session: AsyncSession, user_id: UUID) -> None:
    try:
        await passwords.check_new(session, user_id, form.valid.new_password)
    except Invalid as refusal:
        form.fail("new_password", refusal.text())


@post("/me/password/removal", opt=access.signed_in_confirmed, name="accounts.remove_password")
async def remove_password(
    request: AnyRequest, session: AsyncSession, viewer: Viewer
) -> Response[Any]:
    user_id, _session_id = _own(viewer)
    await passwords.remove(session, user_id)
    await record(session, viewer, "password.remove", "user", user_id)
    return web.redirect(request, "/me/ways", toast=_("Your password is removed."))


ROUTES = [password_page, save_password, remove_password]
