"""One's own ways in: what opens the account, and adding or removing a phone or mail.

Every change needs a fresh proof.
"""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import codes, passkeys, passwords, ways
from app.accounts.codes import CodeResult
from app.accounts.forms import HandleCodeForm, HandleForm
from app.accounts.handles import shown
from app.accounts.routes import arriving
from app.audit.record import record
from app.kernel import access, web
from app.kernel.errors import Conflict, NotSignedIn, TooMany
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits
from app.kernel.services import Services
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]
PURPOSE = "add_way"


def _own(viewer: Viewer) -> tuple[UUID, UUID]:
    if viewer.user_id is None or viewer.session_id is None:
        raise NotSignedIn
    return viewer.user_id, viewer.session_id


@get("/me/ways", opt=access.signed_in, name="accounts.ways")
async def show(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """What opens the account, shown also to those who have not confirmed themselves."""
    user_id, _session_id = _own(viewer)
    keys = await passkeys.of_user(session, user_id)
    return web.page(
        request,
        "accounts/ways.html",
        here="me",
        ways=await ways.of_user(session, user_id),
        has_password=await passwords.is_set(session, user_id),
        passkeys=keys,
        signal=ways.passkey_signal(services.settings, user_id, keys),
    )


@get("/me/ways/new", opt=access.signed_in_confirmed, name="accounts.new_way")
async def new_page(request: AnyRequest) -> Response[Any]:
    return _new(request, Form(values={}), step="handle")


def _new(request: AnyRequest, form: Form[Any], *, step: str, status: int = 200) -> Response[Any]:
    seen = shown(form.value("phone"))
    return web.page(
        request, "accounts/new_way.html", here="me", form=form, step=step, shown=seen, status=status
    )


@post("/me/ways/new", opt=access.signed_in_confirmed, name="accounts.send_way_code")
async def send_code(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """Send a code to the new phone or mail; whose it is changes nothing in the answer."""
    form = await read_form(request, HandleForm)
    if form.data is None:
        return _new(request, form, step="handle", status=422)
    try:
        network = await arriving.slow_down(request, limits, "way")
        await codes.send(
            session, services.settings, form.data.phone, PURPOSE, network, _own(viewer)[1].bytes
        )
    except TooMany as refusal:
        form.fail("phone", refusal.text())
        return _new(request, form, step="handle", status=429)
    return _new(request, form, step="code")


@post("/me/ways/code", opt=access.signed_in, name="accounts.add_way")
async def add(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """A right code adds it. The proof was given when the code was asked for, in this session."""
    user_id, binding = _own(viewer)
    form = await read_form(request, HandleCodeForm)
    if form.data is None:
        step = "handle" if "phone" in form.errors else "code"
        return _new(request, form, step=step, status=422)
    result = await codes.check(
        session, services.settings, form.data.phone, PURPOSE, form.data.code, binding.bytes
    )
    if result is not CodeResult.OK:
        form.fail("code", arriving.code_refusal(result))
        return _new(request, form, step="code", status=422)
    handle = form.data.handle
    try:
        await ways.add(session, user_id, handle)
    except Conflict as refusal:  # the code stays used
        form.fail("phone", refusal.text())
        return _new(request, form, step="handle", status=422)
    await record(session, viewer, "way.add", "user", user_id, kind=handle.kind)
    return web.redirect(request, "/me/ways", toast=_("Done. It opens your account from now on."))


@post("/me/ways/{way_id:uuid}/removal", opt=access.signed_in_confirmed, name="accounts.remove_way")
async def remove(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, way_id: UUID
) -> Response[Any]:
    user_id, _session_id = _own(viewer)
    try:
        handle = await ways.remove(session, user_id, way_id)
    except ways.LastWay as refusal:
        return web.redirect(request, "/me/ways", toast=refusal.text(), kind="bad")
    await record(session, viewer, "way.remove", "user", user_id, kind=handle.kind)
    said = _("%(way)s does not open your account any more.", way=handle.shown)
    return web.redirect(request, "/me/ways", toast=said)


ROUTES = [show, new_page, send_code, add, remove]
