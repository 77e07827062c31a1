"""The second step of a sign-in. A refusal is an answer, so that the try is counted."""

from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import second_factor, sessions
from app.accounts.forms import FactorForm
from app.accounts.second_factor import Answer
from app.audit.record import record
from app.kernel import access, web
from app.kernel.forms import Form, read_form
from app.kernel.services import Services
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]


@get(access.SECOND_STEP, opt=access.leaving, name="accounts.second_step")
async def second_step_page(
    request: AnyRequest,
    viewer: Viewer,
    next: str = "/",  # noqa: A002
) -> Response[Any]:
    target = web.local_path(next, "/")
    if viewer.half_open_id is None:
        return web.redirect(request, target)
    return _page(request, Form(values={"next": target}))


def _page(request: AnyRequest, form: Form[Any], status: int = 200) -> Response[Any]:
    return web.page(request, "accounts/second_step.html", form=form, status=status)


@post(access.SECOND_STEP, opt=access.leaving, name="accounts.pass_second_step")
async def pass_second_step(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    form = await read_form(request, FactorForm)
    target = form.values["next"] = web.local_path(form.value("next"), "/")
    if viewer.half_open_id is None:
        return web.redirect(request, target)
    if form.data is None:
        return _page(request, form, 422)
    result = await second_factor.check(
        session, services.settings, viewer.half_open_id, form.data.typed
    )
    if result.answer is not Answer.RIGHT or result.proof is None:
        if result.is_new_lock:
            await record(session, viewer, "factor.lock", "user", viewer.half_open_id)
        form.fail(form.data.field, result.text())
        return _page(request, form, 422)
    await sessions.complete(request, session, viewer, result.proof)
    return web.redirect(request, target)


ROUTES = [second_step_page, pass_second_step]
