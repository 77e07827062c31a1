"""A child asks for one offer. Runs inside the child's restricted transaction."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.events import ApprovalAsked
from app.approvals.models import ApprovalRequest
from app.approvals.states import State
from app.catalog.offers import OfferView, offer_for_sale
from app.family import spending
from app.kernel import clock
from app.kernel.errors import Conflict, TooMany
from app.kernel.events import publish
from app.kernel.i18n import N_
from app.kernel.ids import new_id
from app.kernel.viewer import Audience, Child

LAPSES_AFTER = timedelta(hours=48)
ASKS_A_DAY = 10  # per child, child-safety section 2.7

REASONS = {
    "birthday": ("birthday-cake", N_("Birthday")),
    "school": ("graduation-cap", N_("For school")),
    "gift": ("heart-with-ribbon", N_("As a gift")),
    "love": ("sparkles", N_("I like it a lot")),
    "friend": ("hedgehog", N_("With a friend")),
    "win": ("trophy", N_("For doing well")),
}
"""Sticker reasons: name, art, words."""


class AskedTooOften(TooMany):
    code = "asked_too_often"
    message = N_("You have asked many times today. Let us go on tomorrow!")


class NotAvailable(Conflict):
    code = "not_available"
    message = N_("This one is gone for now. Let us find another one!")


@dataclass(frozen=True, slots=True)
class Ask:
    """What the child sends: which offer, why, and the key that makes a double tap one request."""

    offer_id: UUID
    reason: str
    key: str


async def ask(session: AsyncSession, child: Child, audience: Audience, wanted: Ask) -> UUID:
    """Store the question and tell the guardians; a live request for the same offer is returned.

    Reserves the amount in today's limit when it fits, else the request says that it does not.
    One question of a child at a time: a second tap waits here and finds the first. Publishes
    ApprovalAsked. Raises NotFound, NotAvailable, AskedTooOften.
    """
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(str(child.id), 0)))
    )
    offer = await offer_for_sale(session, audience, wanted.offer_id)
    if offer.available < 1:
        raise NotAvailable
    found = await _same_or_live(session, child.id, wanted)
    if found is not None:
        return found
    await _check_pace(session, child.id)
    request_id = await _write(session, child, wanted, offer)
    await publish(session, ApprovalAsked(request_id, child.household_id, child.id))
    return request_id


async def _write(session: AsyncSession, child: Child, wanted: Ask, offer: OfferView) -> UUID:
    """The row and its reservation; without RETURNING, which the child's role may not use here."""
    request_id = new_id()
    reserved = await spending.reserve(session, child.id, request_id, offer.price)
    await session.execute(
        insert(ApprovalRequest).values(
            id=request_id,
            created_at=clock.now(),
            household_id=child.household_id,
            child_id=child.id,
            idempotency_key=f"{child.id}:{wanted.key}",
            product_id=offer.product_id,
            offer_id=offer.offer_id,
            seller_id=offer.seller_id,
            quantity=1,
            price=offer.price,
            title=offer.title,
            variant_name=offer.variant_name,
            seller_name=offer.seller_name,
            art=offer.art,
            hue=offer.hue,
            reason=wanted.reason,
            is_over_limit=not reserved,
            state=State.ASKED,
            expires_at=clock.now() + LAPSES_AFTER,
            version=1,
        )
    )
    return request_id


async def _same_or_live(session: AsyncSession, child_id: UUID, wanted: Ask) -> UUID | None:
    same = ApprovalRequest.idempotency_key == f"{child_id}:{wanted.key}"
    live = (ApprovalRequest.offer_id == wanted.offer_id) & (ApprovalRequest.state == State.ASKED)
    statement = select(ApprovalRequest.id).where(ApprovalRequest.child_id == child_id, same | live)
    return await session.scalar(statement.limit(1))


async def _check_pace(session: AsyncSession, child_id: UUID) -> None:
    recent = select(ApprovalRequest.id).where(
        ApprovalRequest.child_id == child_id,
        ApprovalRequest.created_at > clock.now() - timedelta(days=1),
    )
    if len((await session.execute(recent.limit(ASKS_A_DAY))).all()) >= ASKS_A_DAY:
        raise AskedTooOften
