"""The guardian's side: the list of questions, one question, the decision."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import sessions
from app.approvals import deciding, forms, queries
from app.approvals.states import State
from app.audit.record import record
from app.catalog.stock import OfferSoldOut
from app.family import pin
from app.kernel import access, streams, web
from app.kernel.db import Access
from app.kernel.errors import NotFound
from app.kernel.forms import Form, read_form
from app.kernel.i18n import gettext as _
from app.kernel.services import Services
from app.kernel.viewer import Proof, Viewer
from app.orders.placing import PriceChanged
from app.payments.intents import reference_of
from app.shipping.quotes import NoDelivery

AnyRequest = Request[Any, Any, Any]
DECIDE = access.may("approval.decide")
NOT_NOW = (PriceChanged, OfferSoldOut, NoDelivery)
"""What placing may refuse between the look and the tap: the guardian is asked anew."""


@get("/family/approvals", opt=DECIDE, name="approvals.list")
async def index(request: AnyRequest, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    if viewer.household_id is None:
        raise NotFound
    return web.page(
        request,
        "approvals/list.html",
        here="family",
        requests=await queries.of_household(session, viewer.household_id),
        answers=deciding.ANSWERS,
    )


@get("/family/approvals/{request_id:uuid}", opt=DECIDE, name="approvals.show")
async def show(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, request_id: UUID
) -> Response[Any]:
    return await _page(request, session, viewer, request_id, Form(values={}))


async def _page(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    request_id: UUID,
    form: Form[Any],
    *,
    status: int = 200,
    notice: str = "",
) -> Response[Any]:
    question = await queries.question(session, viewer.household_id, request_id)
    seen = await queries.version(session, question.child_id)
    address = await queries.delivery_address(session, viewer.user_id, viewer.household_id)
    return web.page(
        request,
        "approvals/question.html",
        block="question",
        here="family",
        question=question,
        seen=seen,
        answers=deciding.ANSWERS,
        address=address,
        delivery=await queries.delivery_price(session, question, address),
        order=await queries.order_of(session, question),
        decider=await queries.decider_name(session, question),
        wants=request.query_params.get("want", ""),
        form=form,
        notice=notice,
        status=status,
    )


@post(
    "/family/approvals/{request_id:uuid}/decision",
    opt=DECIDE,
    name="approvals.decide",
    status_code=200,
)
async def decide(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    services: Services,
    request_id: UUID,
) -> Response[Any]:
    form = await read_form(request, forms.DecisionForm)
    if viewer.household_id is None or viewer.user_id is None:
        raise NotFound
    if form.data is None:
        return await _page(request, session, viewer, request_id, form, status=422)
    here = f"/family/approvals/{request_id}"
    if form.data.decision == "decline":
        await deciding.decline(
            session, viewer.household_id, request_id, viewer.user_id, form.data.answer
        )
        answer = form.data.answer
        await record(session, viewer, "ask.declined", "approval", request_id, answer=answer)
        return web.redirect(request, here, toast=_("Your answer is on its way."))
    question = await queries.question(session, viewer.household_id, request_id)
    if question.state is State.ORDERED:
        return web.redirect(request, here)
    if not question.is_open:
        raise deciding.AlreadyDecided
    if question.needs_confirmation and not viewer.is_confirmed:
        refusal = await _confirm(request, session, viewer, services, question, form)
        if refusal is not None:
            return refusal
    return await _approve(request, session, viewer, services, request_id, form)


async def _confirm(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    services: Services,
    question: queries.Question,
    form: Form[forms.DecisionForm],
) -> Response[Any] | None:
    """The second tap; None when the PIN was right. A passkey has confirmed the viewer before."""
    household_id, sent = viewer.household_id, form.valid.pin
    if sent is None or household_id is None:
        return _confirm_page(request, question, form)
    result = await pin.check(session, services.settings, household_id, sent, viewer)
    if not result.is_right:
        form.fail("pin", result.text())
        return _confirm_page(request, question, form, status=422)
    await sessions.confirm(request, session, viewer, Proof.PIN)
    return None


async def _approve(
    request: AnyRequest,
    session: AsyncSession,
    viewer: Viewer,
    services: Services,
    request_id: UUID,
    form: Form[forms.DecisionForm],
) -> Response[Any]:
    """Place the order and lead to the payment; a changed price or stock is asked anew."""
    guardian_id, household_id = viewer.user_id, viewer.household_id
    if guardian_id is None or household_id is None:
        raise NotFound
    address = await queries.delivery_address(session, guardian_id, household_id)
    if address is None:
        return web.redirect(request, f"/me/address?next=/family/approvals/{request_id}")
    given = deciding.Approval(request_id, household_id, guardian_id, form.valid.seen_price, address)
    try:
        async with session.begin_nested():
            order = await deciding.approve(session, given)
    except (deciding.PriceRose, deciding.GoneForNow, *NOT_NOW) as error:
        return await _page(
            request, session, viewer, request_id, form, status=409, notice=error.text()
        )
    is_payer = order.buyer_id == guardian_id  # the other guardian may have been faster
    if is_payer:
        total, number = order.total, order.number
        await record(
            session, viewer, "ask.approved", "approval", request_id, number=number, amount=total
        )
    if order.state == "awaiting_payment" and is_payer:
        return web.redirect(request, f"/pay/{await reference_of(session, order.id)}")
    return web.redirect(request, f"/family/approvals/{request_id}")


def _confirm_page(
    request: AnyRequest, question: queries.Question, form: Form[Any], status: int = 200
) -> Response[Any]:
    """The second tap: a passkey or the PIN."""
    return web.page(
        request,
        "approvals/confirm.html",
        here="family",
        question=question,
        seen_price=form.value("seen_price"),
        form=form,
        status=status,
    )


@get("/family/approvals/{request_id:uuid}/stream", opt=DECIDE, name="approvals.stream")
async def stream(
    request: AnyRequest,
    services: Services,
    session: AsyncSession,
    viewer: Viewer,
    request_id: UUID,
    seen: str = "",
) -> Stream:
    """Follow one question: the other guardian's answer, the payment, the parcel."""
    question = await queries.question(session, viewer.household_id, request_id)
    child_id = question.child_id

    async def version() -> str | None:
        async with services.db.begin(Access(read_only=True)) as reading:
            return await queries.version(reading, child_id)

    seen = streams.last_seen(request.headers, seen)
    events = streams.changes(services.redis, f"child:{child_id}", version, seen)
    return Stream(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


ROUTES = [index, show, decide, stream]
