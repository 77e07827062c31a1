"""Looking at the shop as a buyer: beginning and ending it."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import carrying
from app.kernel import access, web
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.staff import people, viewing
from app.staff.forms import ViewForm

AnyRequest = Request[Any, Any, Any]
VIEW = access.may(viewing.PERMISSION, confirmed=True)


@get("/desk/people/{user_id:uuid}/view", opt=VIEW, name="staff.view")
async def view_page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, user_id: UUID
) -> Response[Any]:
    return await _page(request, session, viewer, user_id, Form(values={}))


@post("/desk/people/{user_id:uuid}/view", opt=VIEW, name="staff.start_view")
async def start_view(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, user_id: UUID
) -> Response[Any]:
    form = await read_form(request, ViewForm)
    if form.data is None:
        return await _page(request, session, viewer, user_id, form, status=422)
    data = form.data
    await viewing.start(request, session, viewer, user_id, reason=data.reason, ticket=data.ticket)
    return web.redirect(request, "/")


async def _page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    user_id: UUID,
    form: Form[Any],
    *,
    status: int = 200,
) -> Response[Any]:
    person = await people.card(session, viewer, user_id)
    return web.desk_page(
        request, "staff/view.html", here="people", person=person, form=form, status=status
    )


@post("/desk/view/end", opt=access.ending_view, name="staff.end_view")
async def end_view(request: AnyRequest, viewer: Viewer, services: Services) -> Response[Any]:
    """In a transaction of its own: the one of a look can write nothing."""
    agent = viewer.view.agent if viewer.view else viewer
    async with services.db.begin() as session:
        user_id = await viewing.finish(session, agent)
        if user_id is not None and agent.session_id is not None:
            await carrying.carry(request, session, agent.session_id, None)
    if user_id is None:
        return web.redirect(request, "/desk")
    answer = web.redirect(request, f"/desk/people/{user_id}", toast=_("The view has ended."))
    answer.headers["clear-site-data"] = '"cache"'
    return answer


ROUTES = [view_page, start_view, end_view]
