"""The guardians' desk: start a family, add children, hand over the phone, rules."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import sessions
from app.audit.record import record
from app.family import confirming, consent, forms, household, queries, rules
from app.family.safety import OLDEST, YOUNGEST
from app.kernel import access, clock, web
from app.kernel.errors import Forbidden, Invalid
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.money import Money
from app.kernel.viewer import Viewer

AnyRequest = Request[Any, Any, Any]
MANAGE = access.may("family.manage")
DECIDE = access.may("family.manage", by_pin=True)
"""What a child may do changes only after a PIN or better within five minutes."""


def _given(viewer: Viewer, label: str) -> consent.Given:
    if viewer.user_id is None:
        raise Forbidden
    return consent.Given(viewer.user_id, viewer.session_id, label)


@get("/family", opt=access.signed_in, name="family.desk")
async def desk(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    if viewer.household_id is None:
        return _start_page(request, Form(values={}))
    home = await household.get(session, viewer.household_id)
    return web.page(
        request,
        "family/desk.html",
        here="family",
        home=home,
        children=await queries.children(session, home.id),
        adults=await queries.adults(session, home.id),
        offline=False,
    )


def _start_page(request: AnyRequest, form: Form[Any], status: int = 200) -> Response[Any]:
    return web.page(
        request,
        "family/start.html",
        here="family",
        form=form,
        notice=consent.notice_lines(),
        status=status,
    )


@post("/family", opt=access.signed_in, name="family.start")
async def start(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    form = await read_form(request, forms.StartForm)
    if form.data is None:
        return _start_page(request, form, 422)
    given = _given(viewer, "family_start")
    made = await household.create(session, given.user_id, form.data.name, given)
    await record(session, viewer, "family.start", "household", made)
    return web.redirect(request, "/family/children/new", toast=_("Your family is ready."))


@get("/family/children/new", opt=MANAGE, name="family.new_child")
async def new_child(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    await confirming.demand(session, viewer)
    return _child_page(request, Form(values={}))


def _child_page(request: AnyRequest, form: Form[Any], status: int = 200) -> Response[Any]:
    year = clock.local_day().year
    return web.page(
        request,
        "family/new_child.html",
        here="family",
        form=form,
        avatars=[(art, _(words)) for art, (_hue, words) in household.AVATARS.items()],
        years=[(y, y) for y in range(year - YOUNGEST, year - OLDEST - 1, -1)],
        notice=consent.notice_lines(),
        status=status,
    )


@post("/family/children", opt=MANAGE, name="family.add_child")
async def add_child(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    await confirming.demand(session, viewer)
    form = await read_form(request, forms.ChildForm)
    if form.data is None:
        return _child_page(request, form, 422)
    data = form.data
    child = household.NewChild(
        data.nickname, data.birth_year, data.avatar, Money.som(data.daily_limit).amount
    )
    try:
        made = await household.add_child(
            session, confirming.own(viewer), child, _given(viewer, "child_add")
        )
    except household.UnlikelyAge as error:
        form.fail("birth_year", error.text())
        return _child_page(request, form, 422)
    await record(session, viewer, "child.add", "child", made, limit=child.daily_limit)
    home = await household.get(session, confirming.own(viewer))
    target = "/family" if home.pin_hash else "/family/pin"
    return web.redirect(request, target, toast=_("%(name)s is here!", name=data.nickname))


@get("/family/children/{child_id:uuid}", opt=DECIDE, name="family.child")
async def child_page(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    return await _rules_page(request, session, viewer, child_id, Form(values={}))


async def _rules_page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    child_id: UUID,
    form: Form[Any],
    status: int = 200,
) -> Response[Any]:
    child = await household.own_child(session, confirming.own(viewer), child_id)
    cards = {card.id: card for card in await queries.children(session, child.household_id)}
    return web.page(
        request,
        "family/child.html",
        here="family",
        child=cards[child.id],
        rules=await rules.get(session, child.id),
        categories=await queries.blockable_categories(session),
        ages=[(age, age) for age in range(OLDEST + 1)],
        form=form,
        notice=consent.notice_lines(),
        status=status,
    )


@post("/family/children/{child_id:uuid}/limit", opt=DECIDE, name="family.limit")
async def set_limit(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    child = await household.own_child(session, confirming.own(viewer), child_id)
    form = await read_form(request, forms.LimitForm)
    if form.data is None:
        return await _rules_page(request, session, viewer, child_id, form, 422)
    await rules.change_limit(session, viewer, child, Money.som(form.data.daily_limit).amount)
    return web.redirect(request, f"/family/children/{child_id}", toast=_("Saved."))


@post("/family/children/{child_id:uuid}/rules", opt=DECIDE, name="family.rules")
async def set_rules(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    child = await household.own_child(session, confirming.own(viewer), child_id)
    form = await read_form(request, forms.RulesForm)
    if form.data is None:
        return await _rules_page(request, session, viewer, child_id, form, 422)
    await rules.change_view(
        session,
        viewer,
        child,
        age_ceiling=form.data.age_ceiling,
        blocked_category_ids=form.data.blocked,
    )
    return web.redirect(request, f"/family/children/{child_id}", toast=_("Saved."))


@post(
    "/family/children/{child_id:uuid}/consent",
    opt=DECIDE,
    name="family.consent",
)
async def set_consent(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    child = await household.own_child(session, confirming.own(viewer), child_id)
    decision = (await request.form()).get("decision")
    if decision not in ("given", "withdrawn"):
        raise Invalid
    given = _given(viewer, f"consent_{decision}")
    await rules.decide_consent(session, viewer, child, decision=decision, given=given)
    said = _("Consent is given.") if decision == "given" else _("Consent is withdrawn.")
    return web.redirect(request, f"/family/children/{child_id}", toast=said)


@post(
    "/family/children/{child_id:uuid}/handover",
    opt=MANAGE,
    name="family.handover",
)
async def hand_over(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> Response[Any]:
    """One tap: the device is the child's until the PIN or a passkey."""
    child = await household.own_child(session, confirming.own(viewer), child_id)
    home = await household.get(session, child.household_id)
    if home.pin_hash is None:
        return web.redirect(request, "/family/pin", toast=_("Set a PIN first."), kind="wait")
    await sessions.enter_zone(request, session, viewer, child.id)
    return web.redirect(request, "/kids")


ROUTES = [
    desk,
    start,
    new_child,
    add_child,
    child_page,
    set_limit,
    set_rules,
    set_consent,
    hand_over,
]
