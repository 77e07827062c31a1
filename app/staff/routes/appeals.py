"""The desk of appeals."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, web
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.viewer import Viewer
from app.staff import appeals
from app.staff.forms import DecisionForm
from app.staff.reasons import REASONS

AnyRequest = Request[Any, Any, Any]
DECIDE = access.may("appeal.decide")
DECIDE_NOW = access.may("appeal.decide", confirmed=True)


@get("/desk/appeals", opt=DECIDE, name="staff.appeals")
async def list_appeals(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    return web.desk_page(
        request,
        "staff/appeals.html",
        here="appeals",
        rows=await appeals.waiting(session),
        own_id=viewer.user_id,
        reasons=REASONS,
    )


@get("/desk/appeals/{appeal_id:uuid}", opt=DECIDE, name="staff.appeal")
async def show_appeal(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, appeal_id: UUID
) -> Response[Any]:
    return await _page(request, session, viewer, appeal_id, Form(values={}))


@post("/desk/appeals/{appeal_id:uuid}/decision", opt=DECIDE_NOW, name="staff.decide_appeal")
async def decide_appeal(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, appeal_id: UUID
) -> Response[Any]:
    form = await read_form(request, DecisionForm)
    if form.data is None:
        return await _page(request, session, viewer, appeal_id, form, status=422)
    await appeals.decide(session, viewer, appeal_id, form.data.decision, form.data.answer)
    return web.redirect(request, "/desk/appeals", toast=_("Decided. The person is told."))


async def _page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    appeal_id: UUID,
    form: Form[Any],
    *,
    status: int = 200,
) -> Response[Any]:
    appeal, suspension, person = await appeals.one(session, appeal_id)
    return web.desk_page(
        request,
        "staff/appeal.html",
        here="appeals",
        appeal=appeal,
        suspension=suspension,
        person=person,
        earlier=[
            other
            for other in await appeals.of_suspension(session, suspension.id)
            if other.id != appeal.id
        ],
        may_decide=viewer.user_id not in (suspension.by_id, suspension.user_id),
        reasons=REASONS,
        form=form,
        status=status,
    )


ROUTES = [list_appeals, show_appeal, decide_appeal]
