"""Terms and privacy for everybody, privacy for children, and new terms on the way."""

from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, web
from app.kernel.forms import read_form
from app.kernel.i18n import get_locale
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.privacy import policies, register, texts
from app.privacy.forms import TermsForm
from app.privacy.policies import PRIVACY, TERMS, Policy
from app.privacy.routes.data import own

AnyRequest = Request[Any, Any, Any]
PUBLIC_SECONDS = 600  # for guests


@get("/terms", opt=access.adults, name="privacy.terms")
async def terms(request: AnyRequest) -> Response[Any]:
    return _policy(request, TERMS, table=[])


@get("/privacy", opt=access.adults, name="privacy.policy")
async def privacy(request: AnyRequest, services: Services) -> Response[Any]:
    """With the table of everything that is kept, made from the slices' own declarations."""
    return _policy(request, PRIVACY, table=register.lines(services.registry))


def _policy(request: AnyRequest, policy: Policy, *, table: list[Any]) -> Response[Any]:
    return web.page(
        request,
        "privacy/policy.html",
        policy=policy,
        table=table,
        public_seconds=PUBLIC_SECONDS,
        offline=True,
    )


@get("/privacy/kids", opt=access.everyone, name="privacy.for_children")
async def for_children(request: AnyRequest) -> Response[Any]:
    """Short words with pictures; the same page for a child's device and for parents."""
    return web.page(request, "privacy/kids.html", lines=texts.FOR_CHILDREN)


@get("/me/terms", opt=access.signed_in, name="privacy.new_terms")
async def new_terms(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    target = web.local_path(request.query_params.get("next"), "/")
    waiting = await policies.owed(session, own(viewer))
    if not waiting:
        return web.redirect(request, target)
    return web.page(request, "privacy/new_terms.html", waiting=waiting, next=target)


@post("/me/terms", opt=access.signed_in, name="privacy.accept_terms")
async def accept(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    form = await read_form(request, TermsForm)
    await policies.accept(session, "page", get_locale(), user_id=own(viewer))
    return web.redirect(request, web.local_path(form.value("next"), "/"))


ROUTES = [terms, privacy, for_children, new_terms, accept]
