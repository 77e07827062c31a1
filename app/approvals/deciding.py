"""A guardian decides: once, under the request's row lock, in one transaction with the order."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.events import ApprovalDecided
from app.approvals.models import ApprovalRequest
from app.approvals.states import MOVES, State
from app.catalog.offers import OfferView, offer_for_sale
from app.family import spending
from app.family.safety import audience_of
from app.kernel import clock
from app.kernel.errors import Conflict, NotFound
from app.kernel.events import publish
from app.kernel.i18n import N_, get_locale
from app.kernel.states import check_move
from app.orders.models import Order
from app.orders.placing import Basket, place
from app.orders.pricing import BasketLine
from app.shipping.addresses import AddressData

ANSWERS = {
    "save": ("jar", N_("Let us save up for it together.")),
    "later": ("hourglass-not-done", N_("Not now, a little later.")),
    "have": ("teddy-bear", N_("You have something like this at home.")),
    "other": ("light-bulb", N_("Let us look for another one together.")),
    "talk": ("speaking-head", N_("Come to me, let us talk about it.")),
}
"""Kind ready-made answers: name, art, words that are read to the child. No blame in any."""


PROGRESS = ("paid", "accepted", "packed", "handed_over", "delivered")
"""How far goods can be; steps that arrive late or twice change nothing."""


class AlreadyDecided(Conflict):
    code = "already_decided"
    message = N_("This has already been decided.")


class PriceRose(Conflict):
    """The price is above what the guardian saw; `price` is the new one in tiyin."""

    code = "price_rose"
    message = N_("The price has changed since the question. Please look again.")


class GoneForNow(Conflict):
    code = "gone_for_now"
    message = N_("The seller has none left right now. Nothing was bought.")


@dataclass(frozen=True, slots=True)
class Approval:
    """What the guardian agreed to; `seen_price` in tiyin is the most one may cost."""

    request_id: UUID
    household_id: UUID
    guardian_id: UUID
    seen_price: int
    address: AddressData


async def approve(session: AsyncSession, given: Approval) -> Order:
    """Place the order for the child; the guardian is the buyer.

    Locks the request, then what placing locks. A second approval, by either guardian, returns the
    order that exists. Publishes ApprovalDecided. Raises NotFound, AlreadyDecided, PriceRose,
    GoneForNow.
    """
    request = await _locked(session, given.household_id, given.request_id)
    if request.order_id is not None:
        return (await session.scalars(select(Order).where(Order.id == request.order_id))).one()
    _check_open(request)
    check_move(MOVES, State(request.state), State.ORDERED)
    offer = await _offer(session, request)
    if offer.price > given.seen_price:
        raise PriceRose(price=offer.price)
    basket = Basket(
        lines=(BasketLine(offer, request.quantity),),
        address=given.address,
        contact_phone=given.address.phone,
        locale=get_locale().value,
        buyer_id=given.guardian_id,
        session_id=None,
        household_id=request.household_id,
        child_id=request.child_id,
        return_path=f"/family/approvals/{request.id}",
    )
    order = await place(session, basket=basket, idempotency_key=f"ask:{request.id}")
    await spending.consume(session, request.id, request.child_id, offer.price * request.quantity)
    request.state = State.ORDERED
    request.order_id = order.id
    await _close(session, request, given.guardian_id, "approved")
    return order


async def decline(
    session: AsyncSession, household_id: UUID, request_id: UUID, guardian_id: UUID, answer: str
) -> None:
    """Answer with a kind reason and give the limit back. Raises NotFound, AlreadyDecided."""
    request = await _locked(session, household_id, request_id)
    _check_open(request)
    check_move(MOVES, State(request.state), State.DECLINED)
    request.state = State.DECLINED
    request.answer = answer
    await spending.release(session, request.id)
    await _close(session, request, guardian_id, "declined")


async def lapse_due(session: AsyncSession) -> int:
    """Close requests that nobody answered in 48 hours and give their limits back."""
    due = (
        select(ApprovalRequest)
        .where(ApprovalRequest.state == State.ASKED, ApprovalRequest.expires_at <= clock.now())
        .order_by(ApprovalRequest.id)
        .limit(200)
        .with_for_update(skip_locked=True)
    )
    requests = (await session.scalars(due)).all()
    for request in requests:
        request.state = State.LAPSED
        await spending.release(session, request.id)
        await _close(session, request, None, "lapsed")
    return len(requests)


async def order_ended(session: AsyncSession, order_id: UUID) -> UUID | None:
    """The order was not paid in time, cancelled or refunded: the limit is free again.

    Returns the child whose request it was, None when it came of none.
    """
    request = await _by_order(session, order_id)
    if request is None or request.state != State.ORDERED:
        return None
    request.state = State.CANCELLED
    request.version += 1
    await spending.release(session, request.id)
    return request.child_id


async def order_moved(session: AsyncSession, order_id: UUID, progress: str) -> UUID | None:
    """Show the child how far its goods are; returns the child, None when it came of none."""
    request = await _by_order(session, order_id)
    if request is None or PROGRESS.index(progress) <= _step(request.progress):
        return None
    request.progress = progress
    request.version += 1
    return request.child_id


def _step(progress: str | None) -> int:
    return PROGRESS.index(progress) if progress else -1


async def _close(
    session: AsyncSession, request: ApprovalRequest, guardian_id: UUID | None, decision: str
) -> None:
    request.decided_at = clock.now()
    request.decided_by = guardian_id
    request.version += 1
    await publish(
        session,
        ApprovalDecided(request.id, request.household_id, request.child_id, decision, guardian_id),
    )


async def _offer(session: AsyncSession, request: ApprovalRequest) -> OfferView:
    """The offer as the child may see it now; what was hidden since is gone."""
    audience = await audience_of(session, request.child_id)
    try:
        offer = await offer_for_sale(session, audience, request.offer_id)
    except NotFound:
        raise GoneForNow from None
    if offer.available < request.quantity:
        raise GoneForNow
    return offer


def _check_open(request: ApprovalRequest) -> None:
    if request.state != State.ASKED or request.expires_at <= clock.now():
        raise AlreadyDecided


async def _locked(session: AsyncSession, household_id: UUID, request_id: UUID) -> ApprovalRequest:
    statement = (
        select(ApprovalRequest)
        .where(ApprovalRequest.id == request_id, ApprovalRequest.household_id == household_id)
        .with_for_update()
    )
    request = (await session.scalars(statement)).one_or_none()
    if request is None:
        raise NotFound
    return request


async def _by_order(session: AsyncSession, order_id: UUID) -> ApprovalRequest | None:
    statement = (
        select(ApprovalRequest).where(ApprovalRequest.order_id == order_id).with_for_update()
    )
    return (await session.scalars(statement)).one_or_none()
