"""People: finding one, their page, roles given and taken, the account closed and opened."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, web
from app.kernel.forms import Form, read_form
from app.kernel.i18n import N_
from app.kernel.i18n import gettext as _
from app.kernel.ratelimit import Limits
from app.kernel.viewer import Viewer
from app.staff import closing, giving, people, roles
from app.staff.closing import Closing
from app.staff.forms import ClosingForm, HeldForm, ReopeningForm
from app.staff.reasons import REASONS

AnyRequest = Request[Any, Any, Any]
READ = access.may("person.read")
GIVE = access.may("role.give", confirmed=True)
CLOSE = access.may("account.close", confirmed=True)
MAX_QUERY = 100  # characters
SEARCHES = "120/hour"  # of one member of the staff: to find people, not to gather them


@get("/desk/people", opt=READ, name="staff.people")
async def find_people(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, limits: Limits, q: str = ""
) -> Response[Any]:
    words = q.strip()[:MAX_QUERY]
    if words:
        await limits.hit(SEARCHES, "people", str(viewer.user_id))
    found = await people.find(session, words) if words else await people.staff(session)
    return web.desk_page(
        request, "staff/people.html", here="people", q=words, found=found, most=people.MOST
    )


@get("/desk/people/{user_id:uuid}", opt=READ, name="staff.person")
async def show_person(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, user_id: UUID
) -> Response[Any]:
    return await _page(request, session, viewer, user_id, Form(values={}))


async def _page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    user_id: UUID,
    form: Form[Any],
    *,
    asked: str = "",
    status: int = 200,
) -> Response[Any]:
    """`asked` names the form that is shown again with its errors."""
    person = await people.card(session, viewer, user_id)
    held = {card.key for card in person.staff_roles}
    may_give = [
        card
        for card in await roles.cards(session)
        if card.key not in held and card.permissions <= viewer.permissions
    ]
    return web.desk_page(
        request,
        "staff/person.html",
        here="people",
        person=person,
        may_give=may_give,
        reasons=REASONS,
        role_words=ROLE_WORDS,
        form=form,
        asked=asked,
        status=status,
    )


@post("/desk/people/{user_id:uuid}/roles", opt=GIVE, name="staff.give_role")
async def give_role(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, user_id: UUID
) -> Response[Any]:
    form = await read_form(request, HeldForm)
    if form.data is None:
        return await _page(request, session, viewer, user_id, form, asked="role", status=422)
    card = await giving.give(session, viewer, user_id, form.data.role)
    said = _("Given: %(role)s. It works at once.", role=card.name)
    return web.redirect(request, f"/desk/people/{user_id}", toast=said)


@post("/desk/people/{user_id:uuid}/roles/removal", opt=GIVE, name="staff.take_role")
async def take_role(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, user_id: UUID
) -> Response[Any]:
    form = await read_form(request, HeldForm)
    card = await giving.take(session, viewer, user_id, form.valid.role)
    said = _("Taken away: %(role)s.", role=card.name)
    return web.redirect(request, f"/desk/people/{user_id}", toast=said)


@post("/desk/people/{user_id:uuid}/closing", opt=CLOSE, name="staff.close_account")
async def close_account(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, user_id: UUID
) -> Response[Any]:
    form = await read_form(request, ClosingForm)
    if form.data is None:
        return await _page(request, session, viewer, user_id, form, asked="closing", status=422)
    wanted = Closing(form.data.reason, form.data.words, form.data.deletion)
    await closing.close(session, viewer, user_id, wanted)
    said = _("The account is closed. The person reads your words when they sign in.")
    return web.redirect(request, f"/desk/people/{user_id}", toast=said)


@post("/desk/people/{user_id:uuid}/opening", opt=CLOSE, name="staff.reopen_account")
async def reopen_account(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, user_id: UUID
) -> Response[Any]:
    form = await read_form(request, ReopeningForm)
    if form.data is None:
        return await _page(request, session, viewer, user_id, form, asked="opening", status=422)
    await closing.reopen(session, viewer, user_id, form.data.words)
    return web.redirect(request, f"/desk/people/{user_id}", toast=_("The account is open again."))


ROLE_WORDS = {
    "guardian": N_("guardian of a family"),
    "giver": N_("relative of a family"),
    "seller": N_("owner of a shop"),
    "clerk": N_("works in a shop"),
}

ROUTES = [find_people, show_person, give_role, take_role, close_account, reopen_account]
