"""My data: what is kept, a copy of it, and where each thing is put right."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.family import queries as family
from app.kernel import access, web
from app.kernel.errors import NotFound, NotSignedIn
from app.kernel.i18n import get_locale
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.privacy import deleting, exporting, policies

AnyRequest = Request[Any, Any, Any]
EXPORTS_A_DAY = "5/day"


def own(viewer: Viewer) -> UUID:
    """The signed-in person. Raises NotSignedIn."""
    if viewer.user_id is None:
        raise NotSignedIn
    return viewer.user_id


@get("/me/data", opt=access.signed_in, name="privacy.data")
async def page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    home = viewer.household_id
    children = await family.children(session, home) if home else []
    return web.page(
        request,
        "privacy/data.html",
        here="me",
        holdings=sorted(services.registry.personal, key=lambda one: not one.correct_at),
        export=await exporting.of_person(session, own(viewer)),
        children=children,
        leaving=await deleting.open_for_children(session, [child.id for child in children]),
        policies=policies.POLICIES,
        accepted=await policies.accepted(session, own(viewer)),
    )


@post("/me/data/exports", opt=access.signed_in_confirmed, name="privacy.ask_export")
async def ask(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, limits: Limits
) -> Response[Any]:
    await limits.hit(EXPORTS_A_DAY, "export", str(own(viewer)))
    if await exporting.ask(session, viewer, own(viewer), get_locale()):
        said = _("We gather your data. You will hear from us in a few minutes.")
        return web.redirect(request, "/me/data", toast=said)
    return web.redirect(request, "/me/data", toast=_("It is being made already."), kind="wait")


@get(
    "/me/data/exports/{export_id:uuid}/file",
    opt=access.signed_in_confirmed,
    name="privacy.export_file",
)
async def download(viewer: Viewer, services: Services, export_id: UUID) -> Response[bytes]:
    """In a transaction of its own, since it is noted who took the file and a read may not write."""
    async with services.db.begin() as session:
        content = await exporting.content(session, viewer, own(viewer), export_id)
    if content is None:
        raise NotFound
    headers = {
        "content-disposition": 'attachment; filename="bozorcha-data.zip"',
        "cache-control": "no-store",
    }
    return Response(content, media_type="application/zip", headers=headers)


ROUTES = [page, ask, download]
