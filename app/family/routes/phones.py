"""A guardian's side of a child's own phone: link one, see them, end them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from app.family import child_devices, child_links, confirming, household
from app.kernel import access, streams, web
from app.kernel.db import Access
from app.kernel.i18n import get_locale
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]
MANAGE = access.may("family.manage")
LINK = access.may("family.manage", by_pin=True)
"""Ending is open at any time; a new phone needs a PIN or better within five minutes."""


@get("/family/children/{child_id:uuid}/phones", opt=MANAGE, name="family.phones")
async def phones(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    child = await household.own_child(session, confirming.own(viewer), child_id)
    return web.page(
        request,
        "family/phones.html",
        block="phones",
        here="family",
        child=child,
        phones=await child_devices.of_child(session, child_id),
        seen=await child_devices.version(session, child_id),
        is_new=request.query_params.get("new") == "1",
    )


@get("/family/children/{child_id:uuid}/phones/new", opt=LINK, name="family.new_phone")
async def new_phone(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    child = await household.own_child(session, confirming.own(viewer), child_id)
    return web.page(request, "family/new_phone.html", here="family", child=child, drawing="")


@post("/family/children/{child_id:uuid}/phones/new", opt=LINK, name="family.offer_phone")
async def offer_phone(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, child_id: UUID
) -> Response[Any]:
    """Show the link as a picture, and the code, this once; the page follows what becomes of it."""
    child = await household.own_child(session, confirming.own(viewer), child_id)
    try:
        made = await child_links.make(session, services.settings, viewer, child_id)
    except (child_links.TooManyPhones, child_links.ProfileClosed) as refusal:
        back = f"/family/children/{child_id}/phones"
        return web.redirect(request, back, toast=refusal.text(), kind="bad")
    home = f"{services.settings.base_url.rstrip('/')}/{get_locale().value}/kids/start"
    return web.page(
        request,
        "family/new_phone.html",
        here="family",
        child=child,
        drawing=child_links.drawing(f"{home}/link?key={made.token}"),
        code=made.code,
        place=home.split("://", 1)[1],
        seen=await child_devices.version(session, child_id),
    )


@post(
    "/family/children/{child_id:uuid}/phones/{device_id:uuid}/ending",
    opt=MANAGE,
    name="family.end_phone",
)
async def end_phone(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID, device_id: UUID
) -> Response[Any]:
    await household.own_child(session, confirming.own(viewer), child_id)
    await child_devices.end(session, viewer, child_id, device_id)
    return web.redirect(
        request, f"/family/children/{child_id}/phones", toast=_("The phone is out.")
    )


@post("/family/children/{child_id:uuid}/phones/ending", opt=MANAGE, name="family.end_phones")
async def end_phones(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    await household.own_child(session, confirming.own(viewer), child_id)
    await child_devices.end_all(session, viewer, child_id)
    said = _("All phones are out.")
    return web.redirect(request, f"/family/children/{child_id}/phones", toast=said)


@get("/family/children/{child_id:uuid}/phones/stream", opt=MANAGE, name="family.phones_stream")
async def stream(
    request: AnyRequest,
    services: Services,
    session: AsyncSession,
    viewer: Viewer,
    child_id: UUID,
    seen: str = "",
) -> Stream:
    """Follow the child's phones: one was linked, one was ended."""
    await household.own_child(session, confirming.own(viewer), child_id)

    async def version() -> str:
        async with services.db.begin(Access(read_only=True)) as reading:
            return await child_devices.version(reading, child_id)

    seen = streams.last_seen(request.headers, seen)
    events = streams.changes(services.redis, f"phones:{child_id}", version, seen)
    return Stream(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


ROUTES = [phones, new_phone, offer_phone, end_phone, end_phones, stream]
