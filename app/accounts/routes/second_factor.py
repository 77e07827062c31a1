"""One's second factor: the authenticator app, the recovery codes, and what else there is."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import passkeys, profile, second_factor, sessions, totp
from app.accounts.forms import FactorForm
from app.accounts.second_factor import Answer, FactorRequired
from app.audit.record import record
from app.kernel import access, web
from app.kernel.errors import NotSignedIn
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]
HERE = access.ENROLMENT
SETTING_UP = f"{HERE}/authenticator"


def _own(viewer: Viewer) -> UUID:
    if viewer.user_id is None:
        raise NotSignedIn
    return viewer.user_id


@get(HERE, opt=access.enrolling, name="accounts.second_factor")
async def overview(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    user_id = _own(viewer)
    return web.page(
        request,
        "accounts/second_factor.html",
        here="me",
        state=await second_factor.state(session, user_id),
        passkeys=await passkeys.of_user(session, user_id),
        others=len(await sessions.devices(session, user_id)) - 1,
    )


@post(SETTING_UP, opt=access.enrolling, name="accounts.begin_authenticator")
async def begin(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """Make a new seed; until its first right code, what there was goes on working."""
    await second_factor.begin(session, services.settings, _own(viewer))
    return web.redirect(request, SETTING_UP)


@get(SETTING_UP, opt=access.enrolling, name="accounts.authenticator")
async def authenticator_page(
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
    """The seed is on a page until its first right code, and never again."""
    user_id = _own(viewer)
    seed = await second_factor.waiting_seed(session, services.settings, user_id)
    if seed is None:
        return web.redirect(request, HERE)
    known = await profile.contact(session, user_id)
    name = (known.phone or known.mail or known.name if known else "") or totp.ISSUER
    return web.page(
        request,
        "accounts/authenticator.html",
        here="me",
        form=form,
        drawing=totp.drawing(seed, name),
        address=totp.address(seed, name),
        groups=totp.groups(seed),
        status=status,
    )


@post(f"{SETTING_UP}/proof", opt=access.enrolling, name="accounts.prove_authenticator")
async def prove(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    """The first right code; then the recovery codes, the only time that they are shown."""
    form, user_id = await read_form(request, FactorForm), _own(viewer)
    if form.data is None:
        return await _page(request, session, viewer, services, form, 422)
    result = await second_factor.prove(session, services.settings, user_id, form.data.code)
    if result.answer is not Answer.RIGHT or result.proof is None:
        form.fail("code", result.text())
        return await _page(request, session, viewer, services, form, 422)
    await record(session, viewer, "authenticator.add", "user", user_id)
    await sessions.confirm(request, session, viewer, result.proof)
    return await _codes(request, session, viewer, is_told=False)


@get(f"{SETTING_UP}/proof", opt=access.enrolling, name="accounts.proof_page")
async def proof_page(request: AnyRequest) -> Response[Any]:
    """Reached by a language link."""
    return web.redirect(request, SETTING_UP)


@post(f"{SETTING_UP}/removal", opt=access.signed_in_confirmed, name="accounts.drop_authenticator")
async def remove(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    user_id = _own(viewer)
    try:
        await second_factor.remove(session, user_id, is_required=viewer.must_have_factor)
    except FactorRequired as refusal:
        return web.redirect(request, HERE, toast=refusal.text(), kind="bad")
    await record(session, viewer, "authenticator.remove", "user", user_id)
    return web.redirect(request, HERE, toast=_("The authenticator is removed."))


@post(f"{HERE}/codes", opt=access.enrolling, name="accounts.renew_codes")
async def renew_codes(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    """New recovery codes; the old ones work no more."""
    if not (viewer.has_authenticator or viewer.has_passkey):
        return web.redirect(request, HERE)
    await record(session, viewer, "recovery_codes.renew", "user", _own(viewer))
    return await _codes(request, session, viewer, is_told=True)


@get(f"{HERE}/codes", opt=access.enrolling, name="accounts.codes_page")
async def codes_page(request: AnyRequest) -> Response[Any]:
    """Reached by reloading or by a language link: codes are shown once."""
    return web.redirect(request, HERE)


async def _codes(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, *, is_told: bool
) -> Response[Any]:
    user_id = _own(viewer)
    return web.page(
        request,
        "accounts/recovery_codes.html",
        here="me",
        codes=await second_factor.renew_codes(session, user_id, is_told=is_told),
        others=len(await sessions.devices(session, user_id)) - 1,
        onward="/seller" if viewer.is_seller else "/",
    )


ROUTES = [
    overview,
    begin,
    authenticator_page,
    prove,
    proof_page,
    remove,
    renew_codes,
    codes_page,
]
