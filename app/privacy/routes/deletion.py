"""Deleting one's account: what goes, what stays, what hinders, and the way back."""

from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, web
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.privacy import deleting, hindrances, news
from app.privacy.forms import DeletionForm
from app.privacy.routes.data import own
from app.privacy.subjects import to_erase

AnyRequest = Request[Any, Any, Any]


@get("/me/data/deletion", opt=access.signed_in, name="privacy.deletion")
async def page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    return await _page(request, session, viewer, services, Form(values={}))


async def _page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    services: Services,
    form: Form[Any],
    status: int = 200,
) -> Response[Any]:
    user_id = own(viewer)
    subject = await to_erase(session, user_id)
    return web.page(
        request,
        "privacy/deletion.html",
        here="me",
        form=form,
        waiting=await deleting.open_request(session, user_id),
        hindrances=await hindrances.of_person(session, user_id),
        family_ends=bool(subject.household_ids),
        children=len(subject.child_ids),
        stays=[one.stays for one in services.registry.personal if one.stays],
        status=status,
    )


@post("/me/data/deletion", opt=access.signed_in_confirmed, name="privacy.ask_deletion")
async def ask(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    form = await read_form(request, DeletionForm)
    if form.data is None:
        return await _page(request, session, viewer, services, form, 422)
    made = await deleting.ask(session, viewer, own(viewer))
    if made is None:
        return await _page(request, session, viewer, services, form, 409)
    await news.tell_of_deletion(session, made)
    return web.redirect(
        request, "/me/data/deletion", toast=_("You have 7 days to change your mind.")
    )


@post("/me/data/deletion/undoing", opt=access.signed_in, name="privacy.undo_deletion")
async def undo(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """One tap, no proof: it only keeps what is there."""
    if await deleting.undo(session, viewer, own(viewer)):
        return web.redirect(request, "/me/data", toast=_("Your account stays. Good to have you!"))
    return web.redirect(request, "/me/data")


ROUTES = [page, ask, undo]
