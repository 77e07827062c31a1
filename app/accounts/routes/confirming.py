"""The one page where a signed-in person shows again that it is them, and is led back."""

from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import confirmation, passwords, second_factor, sessions
from app.accounts.codes import CodeResult
from app.accounts.forms import ConfirmForm
from app.accounts.routes import arriving
from app.accounts.second_factor import Answer
from app.audit.record import record
from app.kernel import access, web
from app.kernel.errors import NotSignedIn, TooMany
from app.kernel.forms import Form, read_form
from app.kernel.ratelimit import Limits
from app.kernel.services import Services
from app.kernel.viewer import Proof, Viewer

AnyRequest = Request[Any, Any, Any]


@get(access.CONFIRMATION, opt=access.proving, name="accounts.confirmation")
async def confirm_page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    next: str = "/",  # noqa: A002
    pin: str = "",
) -> Response[Any]:
    values = {"next": web.local_path(next, "/"), "pin": "1" if pin else ""}
    return await _page(request, session, viewer, Form(values=values))


async def _page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    form: Form[Any],
    *,
    is_sent: bool = False,
    status: int = 200,
) -> Response[Any]:
    form.values["next"] = web.local_path(form.value("next"), "/")
    return web.page(
        request,
        "accounts/confirm.html",
        here="me",
        form=form,
        ways=await confirmation.ways(session, viewer, by_pin=form.value("pin") == "1"),
        is_sent=is_sent,
        status=status,
    )


@post(access.CONFIRMATION, opt=access.proving, name="accounts.confirm_by_code")
async def confirm(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    services: Services,
    limits: Limits,
) -> Response[Any]:
    """Try what was typed. A wrong one is an answer and no exception, so that it is counted."""
    form = await read_form(request, ConfirmForm)
    if form.data is None:
        return await _page(request, session, viewer, form, status=422)
    way = form.data.way
    if way == "send":
        return await _send(request, session, viewer, services, limits, form)
    proof = await _proof(session, viewer, services, form)
    if proof is None:
        return await _page(request, session, viewer, form, is_sent=way == "code", status=422)
    await sessions.confirm(request, session, viewer, proof)
    return web.redirect(request, web.local_path(form.value("next"), "/"))


async def _send(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    services: Services,
    limits: Limits,
    form: Form[ConfirmForm],
) -> Response[Any]:
    try:
        address = await arriving.slow_down(request, limits, "confirm-code")
        if not viewer.asks_factor:
            await confirmation.send_code(session, services.settings, viewer, address)
    except TooMany as refusal:
        form.fail("send", refusal.text())
        return await _page(request, session, viewer, form, status=422)
    return await _page(request, session, viewer, form, is_sent=True)


async def _proof(
    session: AsyncSession, viewer: Viewer, services: Services, form: Form[ConfirmForm]
) -> Proof | None:
    """What the typed proves; None with the refusal in the form."""
    sent = form.valid
    if viewer.user_id is None:
        raise NotSignedIn
    if sent.way == "factor":
        result = await second_factor.check(session, services.settings, viewer.user_id, sent.typed)
        if result.answer is Answer.RIGHT:
            return result.proof
        if result.is_new_lock:
            await record(session, viewer, "factor.lock", "user", viewer.user_id)
        form.fail(sent.field, result.text())
        return None
    if sent.way == "code":
        answer = await confirmation.check_code(session, services.settings, viewer, sent.sent_code)
        if answer is CodeResult.OK:
            return Proof.CODE
        form.fail("sent_code", arriving.code_refusal(answer))
        return None
    known = await passwords.check_own(services, viewer.user_id, sent.password or "")
    if known.answer is passwords.Answer.RIGHT:
        return Proof.PASSWORD
    form.fail("password", known.text())
    return None


ROUTES = [confirm_page, confirm]
