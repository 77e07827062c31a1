"""Signing in by phone and code on one page, and signing out."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import codes, cookies, profile, roles, sessions, signup
from app.accounts.codes import CodeResult
from app.accounts.forms import CodeForm, PhoneForm
from app.accounts.phones import parse_phone
from app.kernel import access, web
from app.kernel.config import Settings
from app.kernel.errors import TooMany
from app.kernel.formats import format_phone
from app.kernel.forms import Form, read_form
from app.kernel.i18n import Locale, get_locale, set_locale
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits, address_of
from app.kernel.services import Services
from app.kernel.viewer import Role, Viewer

AnyRequest = Request[Any, Any, Any]
PURPOSE = "sign_in"


@get("/sign-in", opt=access.adults, name="accounts.sign_in")
async def sign_in_page(request: AnyRequest, next: str = "/") -> Response[Any]:  # noqa: A002
    return _page(request, Form(values={"next": web.local_path(next, "/")}), step="phone")


def _page(request: AnyRequest, form: Form[Any], *, step: str, status: int = 200) -> Response[Any]:
    form.values["next"] = web.local_path(form.value("next"), "/")
    phone = form.value("phone")
    return web.page(
        request,
        "accounts/sign_in.html",
        block="steps",
        form=form,
        step=step,
        shown_phone=format_phone(parse_phone(phone) or phone),
        status=status,
    )


@post("/sign-in", opt=access.adults, name="accounts.send_code")
async def send_code(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """Send a code; the answer is the same whether the phone is known or not."""
    form = await read_form(request, PhoneForm)
    if form.data is None:
        return _page(request, form, step="phone", status=422)
    address = _address(request, services.settings)
    try:
        if address:
            await limits.hit("30/15 minute", "sign-in", address)
        binding = await sessions.ensure(request, session, viewer)
        await codes.send(
            session, services.settings, form.data.phone, PURPOSE, address, binding.bytes
        )
    except TooMany as refusal:  # shown beside the field; the guest's session is kept
        form.fail("phone", refusal.text())
        status = 422 if web.is_htmx(request) else 429  # htmx shows no 429
        return _page(request, form, step="phone", status=status)
    return _page(request, form, step="code")


def _address(request: AnyRequest, settings: Settings) -> str:
    """The asker's network. At home everybody is the loopback, so there it counts for nothing."""
    host = request.client.host if request.client else ""
    is_home = host in {"127.0.0.1", "::1"} and not settings.is_production
    return "" if is_home else address_of(request)


@get("/sign-in/code", opt=access.adults, name="accounts.code_page")
async def code_page(request: AnyRequest) -> Response[Any]:
    """Reached by reloading or by a language link: the code step begins with the phone."""
    return web.redirect(request, "/sign-in")


@post("/sign-in/code", opt=access.adults, name="accounts.enter_code")
async def enter_code(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """Try the code. A wrong one is an answer and no exception, so that the try is counted."""
    form = await read_form(request, CodeForm)
    if form.data is None:
        return _page(request, form, step="phone" if "phone" in form.errors else "code", status=422)
    phone = form.data.phone
    result = await _check(session, services.settings, viewer.session_id, form.data)
    if result is not CodeResult.OK:
        form.fail("code", _refusal(result))
        return _page(request, form, step="code", status=422)
    user_id = await signup.user_for_phone(session, phone, get_locale())
    if await signup.is_suspended(session, user_id):
        form.fail("code", _("This account is closed. Please write to our support."))
        return _page(request, form, step="code", status=422)
    await sessions.start(request, session, user_id)
    return web.redirect(request, await _after(request, session, user_id, form.value("next")))


async def _check(
    session: AsyncSession, settings: Settings, session_id: UUID | None, sent: CodeForm
) -> CodeResult:
    if session_id is None:
        return CodeResult.EXPIRED
    return await codes.check(session, settings, sent.phone, PURPOSE, sent.code, session_id.bytes)


def _refusal(result: CodeResult) -> str:
    return {
        CodeResult.WRONG: _("This code is not right. Please look again."),
        CodeResult.EXPIRED: _("This code is too old. Please ask for a new one."),
        CodeResult.LOCKED: _("Too many wrong codes. Please ask for a new one."),
    }[result]


async def _after(request: AnyRequest, session: AsyncSession, user_id: UUID, target: str) -> str:
    """Where to go; links without a language follow the person's own from now on."""
    found = await profile.contact(session, user_id)
    cookies.remember_locale(request, found.locale if found else get_locale())
    local = web.local_path(target, "/")
    held = set(await roles.names(session, user_id))
    return "/seller" if local == "/" and held & {Role.SELLER, Role.CLERK} else local


@post("/sign-out", opt=access.signed_in, name="accounts.sign_out")
async def sign_out(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """End this device's session and let the browser drop what it kept of it."""
    await sessions.sign_out(request, session, viewer)
    answer = web.redirect(request, "/", toast=_("You are signed out."))
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


@post("/language", opt=access.everyone, name="accounts.language")
async def choose_language(request: AnyRequest) -> Response[Any]:
    """Remember a language for addresses that name none; for guests and children as well."""
    sent = await request.form()
    wanted = str(sent.get("locale", ""))
    locale = Locale(wanted) if wanted in set(Locale) else get_locale()
    cookies.remember_locale(request, locale)
    set_locale(locale)
    return web.redirect(request, web.local_path(str(sent.get("next", "/")), "/"))


ROUTES = [sign_in_page, send_code, code_page, enter_code, sign_out, choose_language]
