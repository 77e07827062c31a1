"""Correct what is kept of the family, and see who agreed to what."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.family import confirming, consent, correcting, forms, household, queries
from app.family.safety import OLDEST, YOUNGEST
from app.kernel import access, clock, web
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]
MANAGE = access.may("family.manage")
DECIDE = access.may("family.manage", by_pin=True)


@get("/family/name", opt=MANAGE, name="family.name")
async def name_page(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    home = await household.get(session, confirming.own(viewer))
    return _name_page(request, Form(values={"name": home.name}))


def _name_page(request: AnyRequest, form: Form[Any], status: int = 200) -> Response[Any]:
    return web.page(request, "family/name.html", here="family", form=form, status=status)


@post("/family/name", opt=MANAGE, name="family.rename")
async def rename(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    form = await read_form(request, forms.NameForm)
    if form.data is None:
        return _name_page(request, form, 422)
    await correcting.rename(session, viewer, confirming.own(viewer), form.data.name)
    return web.redirect(request, "/family", toast=_("Saved."))


@get("/family/children/{child_id:uuid}/profile", opt=MANAGE, name="family.profile")
async def profile_page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    child = await household.own_child(session, confirming.own(viewer), child_id)
    values = {
        "nickname": child.nickname,
        "birth_year": str(child.birth_year),
        "avatar": child.avatar,
    }
    return _profile_page(request, child_id, child.birth_year, Form(values=values))


def _profile_page(
    request: AnyRequest, child_id: UUID, birth_year: int, form: Form[Any], status: int = 200
) -> Response[Any]:
    year = clock.local_day().year
    years = {*range(year - OLDEST, year - YOUNGEST + 1), birth_year}
    return web.page(
        request,
        "family/profile.html",
        here="family",
        form=form,
        child_id=child_id,
        avatars=[(art, _(words)) for art, (_hue, words) in household.AVATARS.items()],
        years=[(y, y) for y in sorted(years, reverse=True)],
        status=status,
    )


@post("/family/children/{child_id:uuid}/profile", opt=DECIDE, name="family.correct_child")
async def correct_child(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    """The year decides what the child is shown, so it asks for a proof as the rules do."""
    child = await household.own_child(session, confirming.own(viewer), child_id)
    form = await read_form(request, forms.ProfileForm)
    if form.data is not None:
        try:
            await correcting.correct_child(
                session, viewer, child, **form.data.model_dump(mode="python")
            )
        except household.UnlikelyAge as error:
            form.fail("birth_year", error.text())
    if form.data is None:
        return _profile_page(request, child_id, child.birth_year, form, 422)
    return web.redirect(request, f"/family/children/{child_id}", toast=_("Saved."))


@get("/family/consents", opt=MANAGE, name="family.consents")
async def consents(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    home = confirming.own(viewer)
    return web.page(
        request,
        "family/consents.html",
        here="family",
        children=await queries.children(session, home),
        history=await queries.consents(session, home),
        notice=consent.notice_lines(),
        version=consent.NOTICE_VERSION,
    )


ROUTES = [name_page, rename, profile_page, correct_child, consents]
