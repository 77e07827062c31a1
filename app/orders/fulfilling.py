"""A seller's steps: accept, pack, hand over, delivered."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import NotFound
from app.kernel.events import publish
from app.kernel.viewer import Viewer
from app.orders import access
from app.orders.events import SellerOrderMoved
from app.orders.models import SellerOrder
from app.orders.states import PartState
from app.orders.timeline import lock_order, move_part, note, parts_of
from app.payments import intents


async def accept(session: AsyncSession, viewer: Viewer, number: str) -> SellerOrder:
    """The seller has seen the order and will send it."""
    return await _move(session, viewer, number, PartState.ACCEPTED)


async def pack(session: AsyncSession, viewer: Viewer, number: str) -> SellerOrder:
    return await _move(session, viewer, number, PartState.PACKED)


async def hand_over(
    session: AsyncSession, viewer: Viewer, number: str, tracking_number: str | None = None
) -> SellerOrder:
    """The parcel left the seller: from now on the provider may not take the payment back."""
    return await _move(session, viewer, number, PartState.HANDED_OVER, tracking_number)


async def deliver(session: AsyncSession, viewer: Viewer, number: str) -> SellerOrder:
    return await _move(session, viewer, number, PartState.DELIVERED)


async def _move(
    session: AsyncSession,
    viewer: Viewer,
    number: str,
    wanted: PartState,
    tracking_number: str | None = None,
) -> SellerOrder:
    """Locks the intent when goods leave, then the order; publishes SellerOrderMoved.

    Raises NotFound for a part of another shop, ForbiddenMove.
    """
    part_id, order_id = await access.our_part(session, viewer, number)
    if wanted is PartState.HANDED_OVER:
        await intents.forbid_refund(session, order_id)
    order = await lock_order(session, order_id)
    part = next((p for p in await parts_of(session, order_id) if p.id == part_id), None)
    if order is None or part is None:
        raise NotFound
    move_part(part, wanted)
    if tracking_number:
        part.tracking_number = tracking_number
    order.version += 1
    note(session, order.id, wanted, part_id=part.id, actor_id=viewer.user_id)
    await session.flush()
    moved = SellerOrderMoved(
        part.id,
        order.id,
        part.seller_id,
        part.state,
        order.buyer_id,
        order.household_id,
        order.child_id,
    )
    await publish(session, moved)
    return part
