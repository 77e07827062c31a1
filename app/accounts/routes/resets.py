"""A forgotten password: a link by mail or a code to the phone, then a new one.

Opening the link changes nothing, so a mail scanner that looks at it uses nothing up; its secret
moves from the address into a cookie and the reader to a clean page.
"""

import re
from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import codes, passwords, resets, sessions
from app.accounts.codes import CodeResult
from app.accounts.cookies import reset_cookie
from app.accounts.forms import HandleCodeForm, HandleForm, NewPasswordForm
from app.accounts.handles import Kind, shown
from app.accounts.routes import arriving
from app.kernel import access, web
from app.kernel.errors import Invalid, TooMany
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits
from app.kernel.services import Services
from app.kernel.viewer import Proof, Viewer

AnyRequest = Request[Any, Any, Any]
PURPOSE = "new_password"
NEW_PASSWORD = "/sign-in/new-password"  # noqa: S105 - an address
_TOKEN = re.compile(r"[\w-]{1,100}", re.ASCII)  # what a cookie can hold; else it is none of ours


@get("/sign-in/forgot", opt=access.adults, name="accounts.forgot")
async def forgot_page(request: AnyRequest) -> Response[Any]:
    return _page(request, Form(values={}), step="handle")


def _page(request: AnyRequest, form: Form[Any], *, step: str, status: int = 200) -> Response[Any]:
    seen = shown(form.value("phone"))
    return web.page(
        request, "accounts/forgot.html", form=form, step=step, shown=seen, status=status
    )


@post("/sign-in/forgot", opt=access.adults, name="accounts.ask_reset")
async def ask(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """Write to the phone or mail; the answer is the same whether it is known or not."""
    form = await read_form(request, HandleForm)
    if form.data is None:
        return _page(request, form, step="handle", status=422)
    handle = form.data.handle
    try:
        network = await arriving.slow_down(request, limits, "forgot")
        if handle.kind is Kind.MAIL:
            await resets.ask(session, services.settings, handle, network)
            return _page(request, form, step="letter")
        binding = await sessions.ensure(request, session, viewer)
        await codes.send(session, services.settings, handle.value, PURPOSE, network, binding.bytes)
    except TooMany as refusal:
        form.fail("phone", refusal.text())
        return _page(request, form, step="handle", status=429)
    return _page(request, form, step="code")


@post("/sign-in/forgot/code", opt=access.adults, name="accounts.reset_code")
async def enter_code(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """A right code to a phone that opens an account leads to its new password."""
    form = await read_form(request, HandleCodeForm)
    if form.data is None or viewer.session_id is None:
        return _page(request, form, step="handle", status=422)
    result = await codes.check(
        session,
        services.settings,
        form.data.phone,
        PURPOSE,
        form.data.code,
        viewer.session_id.bytes,
    )
    if result is not CodeResult.OK:
        form.fail("code", arriving.code_refusal(result))
        return _page(request, form, step="code", status=422)
    handle = form.data.handle
    user_id = await resets.owner(session, handle)
    if user_id is None:
        said = _("No account has this phone yet. Sign in with a code to open one.")
        return web.redirect(request, "/sign-in", toast=said, kind="wait")
    token = await resets.allow(
        session, services.settings, user_id, handle, arriving.network(request)
    )
    _keep(request, token)
    return web.redirect(request, NEW_PASSWORD)


@get("/sign-in/reset", opt=access.adults, name="accounts.reset_link")
async def open_link(request: AnyRequest, token: str = "") -> Response[Any]:
    """Take the secret out of the address; whether it is any good is said on the next page."""
    _keep(request, token if _TOKEN.fullmatch(token) else "")
    return web.redirect(request, NEW_PASSWORD)


def _keep(request: AnyRequest, token: str) -> None:
    seconds = int(resets.LIFETIME.total_seconds()) if token else 0
    services: Services = request.scope["state"]["services"]
    web.add_cookie(request, reset_cookie(services.settings), token, max_age=seconds)


def _kept(request: AnyRequest) -> str:
    services: Services = request.scope["state"]["services"]
    return request.cookies.get(reset_cookie(services.settings), "")


@get(NEW_PASSWORD, opt=access.adults, name="accounts.new_password_page")
async def new_password_page(request: AnyRequest, session: AsyncSession) -> Response[Any]:
    user_id = await resets.holder(session, _kept(request))
    if user_id is None:
        return _too_late(request)
    least = await passwords.least_length(session, user_id)
    return web.page(
        request, "accounts/new_password.html", form=Form(values={"end_others": "1"}), least=least
    )


def _too_late(request: AnyRequest) -> Response[Any]:
    _keep(request, "")
    said = _("This link was used already or is too old. Please ask for a new one.")
    return web.redirect(request, "/sign-in/forgot", toast=said, kind="bad")


@post(NEW_PASSWORD, opt=access.adults, name="accounts.set_forgotten_password")
async def set_password(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """Set it, use the token up, and take the first step of a sign-in with it."""
    form = await read_form(request, NewPasswordForm)
    token = _kept(request)
    user_id = await resets.holder(session, token)
    if user_id is None:
        return _too_late(request)
    try:
        chosen = form.valid.new_password
        await passwords.check_new(session, user_id, chosen)
    except Invalid as refusal:
        form.errors.setdefault("new_password", refusal.text())
        least = await passwords.least_length(session, user_id)
        return web.page(request, "accounts/new_password.html", form=form, least=least, status=422)
    if await resets.take(session, token) is None:
        return _too_late(request)
    await passwords.set_new(session, services.settings, user_id, chosen)
    if form.valid.end_others:
        await sessions.end_others(session, user_id, viewer.session_id)
    _keep(request, "")
    return await arriving.arrive(request, session, user_id, "/", by=Proof.CODE)


ROUTES = [
    forgot_page,
    ask,
    enter_code,
    open_link,
    new_password_page,
    set_password,
]
