"""The first page of a child's own phone: it is linked here, and opened by picture and PIN.

Opening a link changes nothing, so a preview that looks at it uses nothing up: its secret moves
from the address into a cookie, and a tap makes the phone the child's. Nobody is signed in here,
and nothing of a parent is shown.
"""

import re
from dataclasses import replace
from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import sessions
from app.accounts.cookies import child_cookie, link_cookie, settings_of
from app.accounts.devices import device_name
from app.family import child_devices, child_links, child_opening, child_secrets, forms
from app.family.child_opening import Answer
from app.kernel import access, web
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits, address_of
from app.kernel.services import Services
from app.kernel.viewer import Viewer, Zone

AnyRequest = Request[Any, Any, Any]
START = "/kids/start"
TRIES = "60/15 minute"
PHONE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie; renewed at each start
ENDED, ENDED_SECONDS = "ended", 7 * 24 * 3600  # such a phone asks for a grown-up for a week
_KEY = re.compile(r"[0-9a-f]{32}\.[\w-]{1,100}", re.ASCII)


@get(START, opt=access.everyone, name="family.child_start")
async def start(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """What this phone needs: a tap on its link, the child, its grown-up, or a code."""
    if viewer.child is not None:
        return web.redirect(request, "/kids")
    if viewer.user_id is not None:
        return _page(request, "grown_up")
    if (child := await child_links.peek(session, _kept(request))) is not None:
        return _page(request, "hello", child=child)
    token = _token(request)
    phone = await child_devices.of_token(session, token) if token else None
    if phone is not None:
        return _ask(request, phone)
    if token and token != ENDED:
        _mark(request, ENDED, ENDED_SECONDS)
    return _page(request, "ended" if token else "code")


@get("/kids/start/link", opt=access.everyone, name="family.child_link")
async def open_link(request: AnyRequest, viewer: Viewer, key: str = "") -> Response[Any]:
    """Take the secret out of the address; whether it is any good is said on the next page."""
    if viewer.child is not None:
        return web.redirect(request, "/kids", toast=_("This phone is in use already."), kind="wait")
    _keep(request, key if _KEY.fullmatch(key) else "")
    return web.redirect(request, START)


@post("/kids/start/link", opt=access.adults, name="family.take_link")
async def take_link(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """Use the link up: this phone is the child's."""
    if viewer.user_id is not None:
        return web.redirect(request, START)
    child_id = await child_links.take(session, _kept(request))
    _keep(request, "")
    if child_id is None:
        said = _("This picture was used already or is too old. Ask for a new one.")
        return web.redirect(request, START, toast=said, kind="bad")
    return await _link(request, session, child_id)


@get("/kids/start/code", opt=access.everyone, name="family.code_page")
async def code_page(request: AnyRequest, viewer: Viewer) -> Response[Any]:
    if viewer.child is not None or viewer.user_id is not None:
        return web.redirect(request, START)
    return _page(request, "code")


@post("/kids/start/code", opt=access.adults, name="family.take_code")
async def take_code(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """The same by the short code; a wrong one is an answer, so that the try is counted."""
    if viewer.user_id is not None:
        return web.redirect(request, START)
    form = await read_form(request, forms.PhoneCodeForm)
    if form.data is None:
        return _page(request, "code", form=form, status=422)
    child_id = await child_links.take_by_code(
        session, services.settings, address_of(request), form.data.code
    )
    if child_id is None:
        form.fail("code", _("This code does not fit. Ask for a new one."))
        return _page(request, "code", form=form, status=422)
    return await _link(request, session, child_id)


@post(START, opt=access.adults, name="family.child_answer")
async def answer(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """Choose picture and PIN, repeat them, or come in with them."""
    token = _token(request)
    phone = await child_devices.of_token(session, token) if token else None
    if phone is None or viewer.user_id is not None:
        return web.redirect(request, START)
    await limits.hit(TRIES, "child-start", str(phone.id))
    form = await read_form(request, forms.SecretForm)
    if form.data is None:
        return _ask(request, phone, form, status=422)
    given = form.data.picture, form.data.pin
    result = await child_opening.answer(session, services.settings, phone, *given)
    if result.answer is Answer.KEPT:
        return web.redirect(request, START)
    if result.answer is not Answer.RIGHT:
        form.fail("pin", result.text())
        if result.answer is Answer.DIFFERENT:
            phone = replace(phone, step=child_devices.Step.CHOOSE)
        return _ask(request, phone, form, status=422)
    stay = await sessions.begin_zone(request, session, phone.child.id)
    await child_devices.begun(session, phone, stay)
    _mark(request, token, PHONE_SECONDS)
    return web.redirect(request, "/kids")


async def _link(request: AnyRequest, session: AsyncSession, child_id: Any) -> Response[Any]:
    name = device_name(request.headers.get("user-agent", ""))
    token = await child_devices.link(session, child_id, name, _token(request))
    _mark(request, token, PHONE_SECONDS)
    return web.redirect(request, START)


def _ask(
    request: AnyRequest,
    phone: child_devices.Phone,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response[Any]:
    return _page(request, phone.step.value, child=phone.child, form=form, status=status)


def _page(
    request: AnyRequest,
    step: str,
    *,
    child: Any = None,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response[Any]:
    """In the children's look, although nobody is there yet."""
    viewer: Viewer = request.scope["state"]["viewer"]
    return web.page(
        request,
        "family/child_start.html",
        viewer=replace(viewer, zone=Zone.KIDS),
        step=step,
        child=child,
        pictures=child_secrets.PICTURES,
        digits=child_secrets.DIGITS,
        form=form or Form(values={}),
        status=status,
    )


def _token(request: AnyRequest) -> str:
    return request.cookies.get(child_cookie(settings_of(request)), "")


def _mark(request: AnyRequest, token: str, seconds: int) -> None:
    web.add_cookie(request, child_cookie(settings_of(request)), token, max_age=seconds)


def _kept(request: AnyRequest) -> str:
    return request.cookies.get(link_cookie(settings_of(request)), "")


def _keep(request: AnyRequest, key: str) -> None:
    seconds = int(child_links.LIFETIME.total_seconds()) if key else 0
    web.add_cookie(request, link_cookie(settings_of(request)), key, max_age=seconds)


ROUTES = [start, open_link, take_link, code_page, take_code, answer]
