"""Signing in with a password, for those who set one."""

from typing import Any

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import noting, passwords
from app.accounts.forms import PasswordSignInForm
from app.accounts.passwords import Answer
from app.accounts.routes import arriving
from app.kernel import access, web
from app.kernel.errors import TooMany
from app.kernel.forms import Form, read_form
from app.kernel.ratelimit import Limits
from app.kernel.services import Services
from app.kernel.viewer import Proof, Viewer

AnyRequest = Request[Any, Any, Any]


@get("/sign-in/password", opt=access.adults, name="accounts.password_page")
async def password_page(request: AnyRequest, next: str = "/") -> Response[Any]:  # noqa: A002
    return _page(request, Form(values={"next": web.local_path(next, "/")}))


def _page(request: AnyRequest, form: Form[Any], *, status: int = 200) -> Response[Any]:
    form.values["next"] = web.local_path(form.value("next"), "/")
    return web.page(request, "accounts/password.html", form=form, status=status)


@post("/sign-in/password", opt=access.adults, name="accounts.enter_password")
async def enter_password(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services, limits: Limits
) -> Response[Any]:
    """Try the password. Unknown people get the same answer after the same work."""
    form = await read_form(request, PasswordSignInForm)
    if form.data is None:
        return _page(request, form, status=422)
    try:
        await arriving.slow_down(request, limits, "password")
    except TooMany as refusal:
        form.fail("password", refusal.text())
        return _page(request, form, status=429)
    result = await passwords.sign_in(services, form.data.handle, form.data.password)
    if result.answer is not Answer.RIGHT or result.user_id is None:
        handle = form.data.handle
        await noting.refused(session, viewer, Proof.PASSWORD, result.answer, handle)
        form.fail("password", result.text())
        return _page(request, form, status=429 if result.answer is Answer.WAIT else 422)
    return await arriving.arrive(
        request, session, result.user_id, form.value("next"), by=Proof.PASSWORD
    )


ROUTES = [password_page, enter_password]
