"""Passkeys speak JSON with our own script; a refusal is an answer, so the challenge stays used."""

import json
from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import closed, cookies, noting, passkeys, profile, roles, sessions, signup
from app.accounts.devices import device_name
from app.accounts.passkeys import PasskeyRefused, Purpose
from app.audit.record import record
from app.kernel import access, web
from app.kernel.errors import AppError, BadRequest, NotFound, NotSignedIn
from app.kernel.i18n import get_locale
from app.kernel.ratelimit import Limits, address_of
from app.kernel.services import Services
from app.kernel.viewer import Proof, Role, Viewer

AnyRequest = Request[Any, Any, Any]
TRIES = "30/15 minute"


async def _read(request: AnyRequest) -> Any:
    """The credential, sent as it is or under `credential`."""
    try:
        sent = json.loads(await request.body())
    except (ValueError, RecursionError) as fault:
        raise BadRequest from fault
    if isinstance(sent, dict) and "credential" in sent:
        return sent["credential"]
    return sent


def _refusal(refusal: AppError) -> Response[Any]:
    body = {"status": refusal.status, "code": refusal.code, "title": refusal.text()}
    return web.answer_json(body, refusal.status)


def _own(viewer: Viewer) -> tuple[UUID, UUID]:
    if viewer.user_id is None or viewer.session_id is None:
        raise NotSignedIn
    return viewer.user_id, viewer.session_id


@post("/passkeys/register/options", opt=access.enrolling, name="accounts.passkey_options")
async def registration_options(
    session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    user_id, binding = _own(viewer)
    found = await profile.contact(session, user_id)
    name = (found.name or found.phone if found else "") or "Bozorcha"
    return web.answer_json(
        await passkeys.registration_options(session, services.settings, user_id, name, binding)
    )


@post("/passkeys/register/verify", opt=access.enrolling, name="accounts.add_passkey")
async def add_passkey(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    user_id, binding = _own(viewer)
    try:
        made = await passkeys.register(
            session,
            services.settings,
            user_id=user_id,
            binding=binding,
            credential=await _read(request),
            label=device_name(request.headers.get("user-agent", "")),
        )
    except PasskeyRefused as refusal:
        return _refusal(refusal)
    await sessions.confirm(request, session, viewer, Proof.PASSKEY)
    await record(session, viewer, "passkey.add", "passkey", made.id)
    return web.answer_json({"id": str(made.id), "name": made.name}, 201)


@post("/passkeys/sign-in/options", opt=access.adults, name="accounts.passkey_sign_in_options")
async def sign_in_options(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """The same for everybody: no account can be probed here."""
    await limits.hit("120/15 minute", "passkey-options", address_of(request))
    binding = await sessions.ensure(request, session, viewer)
    return web.answer_json(
        await passkeys.request_options(session, services.settings, Purpose.SIGN_IN, binding)
    )


@post("/passkeys/sign-in/verify", opt=access.adults, name="accounts.passkey_sign_in")
async def sign_in(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    await limits.hit(TRIES, "passkey", address_of(request))
    credential = await _read(request)
    if viewer.session_id is None:
        return _refusal(PasskeyRefused())
    try:
        user_id = await passkeys.authenticate(
            session, services.settings, Purpose.SIGN_IN, viewer.session_id, credential
        )
    except PasskeyRefused as refusal:
        await noting.refused(session, viewer, Proof.PASSKEY, refusal.code)
        return _refusal(refusal)
    if await signup.is_suspended(session, user_id):
        await noting.refused(session, viewer, Proof.PASSKEY, "closed", user_id)
        page = closed.give_pass(request, user_id)
        return web.answer_json({"ok": True, "next": f"/{get_locale().value}{page}"})
    await sessions.start(request, session, user_id, by=Proof.PASSKEY)
    found = await profile.contact(session, user_id)
    if found:
        cookies.remember_locale(request, found.locale)
    return web.answer_json({"ok": True})


@post("/passkeys/confirm/options", opt=access.proving, name="accounts.confirm_options")
async def confirm_options(
    session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    _, binding = _own(viewer)
    return web.answer_json(
        await passkeys.request_options(session, services.settings, Purpose.CONFIRM, binding)
    )


@post("/passkeys/confirm/verify", opt=access.proving, name="accounts.confirm")
async def confirm(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """A fresh proof for what needs one: this person's own passkey, nobody else's."""
    own_id, binding = _own(viewer)
    await limits.hit(TRIES, "passkey", address_of(request))
    credential = await _read(request)
    try:
        user_id = await passkeys.authenticate(
            session, services.settings, Purpose.CONFIRM, binding, credential
        )
    except PasskeyRefused as refusal:
        return _refusal(refusal)
    if user_id != own_id:
        return _refusal(PasskeyRefused())
    await sessions.confirm(request, session, viewer, Proof.PASSKEY)
    return web.answer_json({"ok": True})


@post("/passkeys/leave/options", opt=access.kids, name="accounts.leave_options")
async def leave_options(viewer: Viewer, services: Services) -> Response[Any]:
    """In a transaction of its own: the child's database role reaches no passkey."""
    if viewer.session_id is None:
        raise NotFound
    async with services.db.begin() as session:
        options = await passkeys.request_options(
            session, services.settings, Purpose.TAKE_BACK, viewer.session_id
        )
    return web.answer_json(options)


@post("/passkeys/leave/verify", opt=access.kids, name="accounts.leave_kids")
async def leave_kids(
    request: AnyRequest, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """A guardian of the child's family takes the device back with a passkey instead of the PIN."""
    if viewer.session_id is None or viewer.household_id is None:
        raise NotFound
    await limits.hit(TRIES, "passkey", address_of(request))
    credential = await _read(request)
    async with services.db.begin() as session:
        try:
            user_id = await passkeys.authenticate(
                session, services.settings, Purpose.TAKE_BACK, viewer.session_id, credential
            )
        except PasskeyRefused as refusal:
            return _refusal(refusal)
        if user_id not in await roles.holders(session, Role.GUARDIAN, viewer.household_id):
            return _refusal(PasskeyRefused())
        is_back = await sessions.leave_zone(request, session, viewer, by_passkey_of=user_id)
    if is_back:
        return web.answer_json({"ok": True})
    return web.answer_json({"ok": True, "next": f"/{get_locale().value}/sign-in?next=/family"})


ROUTES = [
    registration_options,
    add_passkey,
    sign_in_options,
    sign_in,
    confirm_options,
    confirm,
    leave_options,
    leave_kids,
]
