"""The way out of the kids' zone, and the page of a child that waits for consent."""

from typing import Any

from litestar import Request, Response, get, post

from app.accounts import sessions
from app.family import forms, pin
from app.family.zone import is_waiting
from app.kernel import access, web
from app.kernel.errors import NotFound
from app.kernel.forms import Form, read_form
from app.kernel.services import Services
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]


@get("/kids/leave", opt=access.kids, name="family.leave")
async def leave_page(request: AnyRequest) -> Response[Any]:
    return _leave_page(request, Form(values={}))


def _leave_page(request: AnyRequest, form: Form[Any], status: int = 200) -> Response[Any]:
    return web.page(request, "family/leave.html", form=form, status=status)


@post("/kids/leave", opt=access.kids, name="family.leave_by_pin")
async def leave(request: AnyRequest, viewer: Viewer, services: Services) -> Response[Any]:
    """Check the PIN in a transaction of its own: the child's role can read no household."""
    form = await read_form(request, forms.PinForm)
    if form.data is None or viewer.child is None:
        return _leave_page(request, form, 422)
    async with services.db.begin() as session:
        result = await pin.check(
            session, services.settings, viewer.child.household_id, form.data.pin, viewer
        )
        is_back = result.is_right and await sessions.leave_zone(request, session, viewer)
    if not result.is_right:
        form.fail("pin", result.text())
        return _leave_page(request, form, 422)
    return web.redirect(request, "/family" if is_back else "/sign-in?next=/family")


@get("/kids/waiting", opt=access.kids, name="family.waiting")
async def waiting(request: AnyRequest, viewer: Viewer) -> Response[Any]:
    if not is_waiting(viewer):
        raise NotFound
    return web.page(request, "family/waiting.html")


ROUTES = [leave_page, leave, waiting]
