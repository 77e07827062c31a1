"""What the person of a closed account sees: why, and a way to answer; nothing else."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import closed
from app.kernel import access, web
from app.kernel.errors import NotFound
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits
from app.staff import appeals
from app.staff.forms import AppealForm
from app.staff.reasons import REASONS

AnyRequest = Request[Any, Any, Any]
TRIES = "10/hour"


@get("/account-closed", opt=access.adults, name="staff.closed")
async def closed_page(request: AnyRequest, session: AsyncSession) -> Response[Any]:
    """Without a pass (half an hour after a sign-in) there is only the way to sign in."""
    user_id = closed.pass_of(request)
    if user_id is None:
        return web.redirect(request, "/sign-in")
    return await _page(request, session, user_id, Form(values={}))


@post("/account-closed/appeals", opt=access.adults, name="staff.make_appeal")
async def make_appeal(request: AnyRequest, session: AsyncSession, limits: Limits) -> Response[Any]:
    user_id = closed.pass_of(request)
    if user_id is None:
        return web.redirect(request, "/sign-in")
    await limits.hit(TRIES, "appeal", str(user_id))
    form = await read_form(request, AppealForm)
    if form.data is None:
        return await _page(request, session, user_id, form, status=422)
    try:
        await appeals.make(session, user_id, form.data.words)
    except (appeals.AppealWaits, appeals.NoMoreAppeals) as refusal:
        form.fail("words", refusal.text())
        return await _page(request, session, user_id, form, status=422)
    except NotFound:
        return web.redirect(request, "/sign-in")
    said = _("Your appeal has arrived. We answer by message.")
    return web.redirect(request, closed.PAGE, toast=said)


async def _page(
    request: AnyRequest, session: AsyncSession, user_id: UUID, form: Form[Any], *, status: int = 200
) -> Response[Any]:
    found = await appeals.closed_account(session, user_id)
    if found is None:  # open again
        return web.redirect(request, "/sign-in", toast=_("Your account is open. Please sign in."))
    return web.page(
        request,
        "staff/closed.html",
        account=found,
        reasons=REASONS,
        max_words=appeals.MAX_WORDS,
        form=form,
        status=status,
    )


ROUTES = [closed_page, make_appeal]
