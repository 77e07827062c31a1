"""The inbox, and the subscriptions that our own script keeps in JSON."""

import json
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile
from app.delivery.push import public_key
from app.kernel import access, web
from app.kernel.errors import BadRequest, NotSignedIn
from app.kernel.i18n import gettext as _
from app.kernel.ids import new_id
from app.kernel.ratelimit import Limits
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.notifications import inbox, notify, subscriptions
from app.notifications.notify import News

AnyRequest = Request[Any, Any, Any]


def _own(viewer: Viewer) -> tuple[UUID, UUID]:
    if viewer.user_id is None or viewer.session_id is None:
        raise NotSignedIn
    return viewer.user_id, viewer.session_id


async def _read(request: AnyRequest) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as fault:
        raise BadRequest from fault


@get("/notifications", opt=access.signed_in, name="notifications.inbox")
async def show(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, after: str | None = None
) -> Response[Any]:
    user_id, _session_id = _own(viewer)
    page = await inbox.entries(session, user_id, after)
    has_push = bool(await subscriptions.of_user(session, user_id))
    return web.page(request, "notifications/inbox.html", here="me", page=page, has_push=has_push)


@post("/notifications/reading", opt=access.signed_in, name="notifications.read_all")
async def read_all(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    await inbox.read_all(session, _own(viewer)[0])
    return web.redirect(request, "/notifications")


@post(
    "/notifications/{notification_id:uuid}/reading",
    opt=access.signed_in,
    name="notifications.read",
)
async def read_one(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, notification_id: UUID
) -> Response[Any]:
    """Mark it read and go where it leads."""
    return web.redirect(request, await inbox.read(session, _own(viewer)[0], notification_id))


@post("/notifications/trial", opt=access.signed_in, name="notifications.trial")
async def send_trial(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, limits: Limits
) -> Response[Any]:
    """Push to the person's own devices, to see that it works."""
    user_id, _session_id = _own(viewer)
    await limits.hit("5/minute", "push-trial", str(user_id))
    person = await profile.contact(session, user_id)
    if person is None or not await subscriptions.of_user(session, user_id):
        said = _("Turn on notifications on a device first.")
        return web.redirect(request, "/notifications", toast=said, kind="wait")
    news = News(kind="trial", subject=str(new_id()), path="/notifications", tag="trial", data={})
    await notify.tell(session, person, news)
    return web.redirect(request, "/notifications", toast=_("It is on its way to your devices."))


@get("/push/key", opt=access.machines, name="notifications.push_key")
async def push_key(services: Services) -> Response[Any]:
    """What a browser subscribes with."""
    return web.answer_json({"key": public_key(services.settings)})


@post("/push/subscriptions", opt=access.signed_in, name="notifications.subscribe")
async def subscribe(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, limits: Limits
) -> Response[Any]:
    user_id, session_id = _own(viewer)
    await limits.hit("60/hour", "push-subscribe", str(user_id))
    await subscriptions.save(session, user_id, session_id, await _read(request))
    return web.answer_json({"ok": True}, 201)


@delete(
    "/push/subscriptions",
    opt=access.signed_in,
    name="notifications.unsubscribe",
    status_code=200,
)
async def unsubscribe(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    endpoint = subscriptions.endpoint_of(await _read(request))
    await subscriptions.drop(session, endpoint, _own(viewer)[0])
    return web.answer_json({"ok": True})


ROUTES = [show, read_all, read_one, send_trial, push_key, subscribe, unsubscribe]
