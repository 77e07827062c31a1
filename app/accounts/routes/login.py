"""Signing in by a code to a phone or a mail on one page, and signing out."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import codes, cookies, noting, sessions, signup
from app.accounts.codes import CodeResult
from app.accounts.forms import HandleCodeForm, HandleForm
from app.accounts.handles import shown
from app.accounts.routes import arriving
from app.kernel import access, web
from app.kernel.config import Settings
from app.kernel.errors import TooMany
from app.kernel.forms import Form, read_form
from app.kernel.i18n import Locale, get_locale, set_locale
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits
from app.kernel.services import Services
from app.kernel.viewer import Proof, Viewer

AnyRequest = Request[Any, Any, Any]
PURPOSE = "sign_in"


@get("/sign-in", opt=access.adults, name="accounts.sign_in")
async def sign_in_page(request: AnyRequest, next: str = "/") -> Response[Any]:  # noqa: A002
    return _page(request, Form(values={"next": web.local_path(next, "/")}), step="phone")


def _page(request: AnyRequest, form: Form[Any], *, step: str, status: int = 200) -> Response[Any]:
    form.values["next"] = web.local_path(form.value("next"), "/")
    return web.page(
        request,
        "accounts/sign_in.html",
        block="steps",
        form=form,
        step=step,
        shown=shown(form.value("phone")),
        status=status,
    )


@post("/sign-in", opt=access.adults, name="accounts.send_code")
async def send_code(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """Send a code; the answer is the same whether the phone or mail is known or not."""
    form = await read_form(request, HandleForm)
    if form.data is None:
        return _page(request, form, step="phone", status=422)
    try:
        network = await arriving.slow_down(request, limits, "sign-in")
        binding = await sessions.ensure(request, session, viewer)
        await codes.send(
            session, services.settings, form.data.phone, PURPOSE, network, binding.bytes
        )
    except TooMany as refusal:  # shown beside the field; the guest's session is kept
        form.fail("phone", refusal.text())
        return _page(request, form, step="phone", status=arriving.too_many(request))
    return _page(request, form, step="code")


@get("/sign-in/code", opt=access.adults, name="accounts.code_page")
async def code_page(request: AnyRequest) -> Response[Any]:
    """Reached by reloading or by a language link: the code step begins with the phone."""
    return web.redirect(request, "/sign-in")


@post("/sign-in/code", opt=access.adults, name="accounts.enter_code")
async def enter_code(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """Try the code. A wrong one is an answer and no exception, so that the try is counted."""
    form = await read_form(request, HandleCodeForm)
    if form.data is None:
        return _page(request, form, step="phone" if "phone" in form.errors else "code", status=422)
    handle = form.data.handle
    result = await _check(session, services.settings, viewer.session_id, form.data)
    if result is not CodeResult.OK:
        await noting.refused(session, viewer, Proof.CODE, result, handle)
        form.fail("code", arriving.code_refusal(result))
        return _page(request, form, step="code", status=422)
    user_id = await signup.user_for(session, handle, get_locale())
    return await arriving.arrive(request, session, user_id, form.value("next"), by=Proof.CODE)


async def _check(
    session: AsyncSession, settings: Settings, session_id: UUID | None, sent: HandleCodeForm
) -> CodeResult:
    if session_id is None:
        return CodeResult.EXPIRED
    return await codes.check(session, settings, sent.phone, PURPOSE, sent.code, session_id.bytes)


@post("/sign-out", opt=access.leaving, name="accounts.sign_out")
async def sign_out(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """End this device's session and let the browser drop what it kept of it."""
    await sessions.sign_out(request, session, viewer)
    answer = web.redirect(request, "/", toast=_("You are signed out."))
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


@post("/language", opt=access.always, name="accounts.language")
async def choose_language(request: AnyRequest) -> Response[Any]:
    """Remember a language for addresses that name none; for guests and children as well."""
    sent = await request.form()
    wanted = str(sent.get("locale", ""))
    locale = Locale(wanted) if wanted in set(Locale) else get_locale()
    cookies.remember_locale(request, locale)
    set_locale(locale)
    return web.redirect(request, web.local_path(str(sent.get("next", "/")), "/"))


ROUTES = [sign_in_page, send_code, code_page, enter_code, sign_out, choose_language]
