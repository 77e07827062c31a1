"""A person's page of programs: connect one, make a key, end them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import clients, scopes
from app.api.clients import Wish
from app.api.forms import DAYS, ClientForm
from app.kernel import access, web
from app.kernel.errors import AppError, Forbidden, NotSignedIn
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Viewer

Asked = Request[Any, Any, Any]
CONFIRMED = access.signed_in_confirmed
KEYS = access.may(clients.MAKE_KEYS, confirmed=True)


def _own(viewer: Viewer) -> UUID:
    if viewer.user_id is None:
        raise NotSignedIn
    return viewer.user_id


@get("/me/api", opt=access.signed_in, name="api.own")
async def show(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    return web.page(
        request,
        "api/own.html",
        here="me",
        programs=await clients.of_user(session, _own(viewer)),
        scopes=scopes.SCOPES,
        may_have_keys=viewer.may(clients.MAKE_KEYS),
    )


@get("/me/api/connections/new", opt=CONFIRMED, name="api.new_connection")
async def new_connection(request: Asked, viewer: Viewer) -> Response[Any]:
    return _new(request, viewer, "connection", Form(values={}))


@get("/me/api/keys/new", opt=KEYS, name="api.new_key")
async def new_key(request: Asked, viewer: Viewer) -> Response[Any]:
    return _new(request, viewer, "key", Form(values={}))


def _new(
    request: Asked,
    viewer: Viewer,
    kind: str,
    form: Form[Any],
    *,
    ticked: tuple[str, ...] = (),
    status: int = 200,
) -> Response[Any]:
    can_give = scopes.allowed(viewer)
    return web.page(
        request,
        "api/new.html",
        here="me",
        kind=kind,
        form=form,
        ticked=ticked,
        scopes={name: one for name, one in scopes.SCOPES.items() if name in can_give},
        days=DAYS,
        status=status,
    )


@post("/me/api/connections", opt=CONFIRMED, name="api.connect", status_code=200)
async def connect(
    request: Asked, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """The answer shows the code; nothing shows it again."""
    form = await read_form(request, ClientForm)
    if form.data is None:
        return await _again(request, viewer, "connection", form)
    wish = Wish(form.data.name, form.data.scopes)
    try:
        code = await clients.connect(session, services.settings, viewer, wish)
    except (Forbidden, clients.TooManyClients) as refusal:
        return await _again(request, viewer, "connection", form, refusal)
    return web.page(
        request, "api/made.html", here="me", kind="connection", made=code, name=wish.name
    )


@post("/me/api/keys", opt=KEYS, name="api.make_key", status_code=200)
async def make_key(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """The answer shows the key; nothing shows it again."""
    form = await read_form(request, ClientForm)
    if form.data is None:
        return await _again(request, viewer, "key", form)
    days = int(form.data.days) if form.data.days else None
    wish = Wish(form.data.name, form.data.scopes, days)
    try:
        key = await clients.make_key(session, viewer, wish)
    except (Forbidden, clients.TooManyClients) as refusal:
        return await _again(request, viewer, "key", form, refusal)
    return web.page(request, "api/made.html", here="me", kind="key", made=key, name=wish.name)


async def _again(
    request: Asked, viewer: Viewer, kind: str, form: Form[Any], refusal: AppError | None = None
) -> Response[Any]:
    if refusal is not None:
        form.fail("scopes", refusal.text())
    sent = (await request.form()).getall("scopes", [])
    ticked = tuple(one for one in sent if isinstance(one, str))
    return _new(request, viewer, kind, form, ticked=ticked, status=422)


@post("/me/api/{client_id:uuid}/ending", opt=access.signed_in, name="api.end")
async def end(
    request: Asked, session: AsyncSession, viewer: Viewer, client_id: UUID
) -> Response[Any]:
    """Without a proof: closing a door must always be easy."""
    await clients.end(session, viewer, client_id)
    return web.redirect(request, "/me/api", toast=_("It is ended: its next call is refused."))


@post("/me/api/ending", opt=access.signed_in, name="api.end_all")
async def end_all(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    await clients.end_all(session, viewer, _own(viewer), "person")
    return web.redirect(request, "/me/api", toast=_("All programs and keys are ended."))


ROUTES = [show, new_connection, new_key, connect, make_key, end, end_all]
