"""Which orders and parts a viewer may see; every lookup of this slice starts here."""

from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import NotFound
from app.kernel.viewer import Role, Viewer
from app.orders.models import Order, SellerOrder


def is_own(viewer: Viewer) -> ColumnElement[bool]:
    """The buyer's own orders, and a guest's by the session they were made in."""
    if viewer.child_id is not None:
        return false()
    ways: list[ColumnElement[bool]] = []
    if viewer.user_id is not None:
        ways.append(Order.buyer_id == viewer.user_id)
    if viewer.session_id is not None:
        ways.append(and_(Order.buyer_id.is_(None), Order.session_id == viewer.session_id))
    return or_(false(), *ways)


def is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Own orders, and those that a guardian of the same family made for a child."""
    families = [g.scope_id for g in viewer.grants if g.role is Role.GUARDIAN and g.scope_id]
    if not families or viewer.child_id is not None:
        return is_own(viewer)
    return or_(is_own(viewer), Order.household_id.in_(families))


def is_ours(viewer: Viewer) -> ColumnElement[bool]:
    """Parts of the shops that the viewer works for; callers join the order and ask for `paid_at`,
    since a seller sees nothing before it is paid."""
    return SellerOrder.seller_id.in_(viewer.seller_ids)


async def own_order_id(session: AsyncSession, viewer: Viewer, number: str) -> UUID:
    """Raises NotFound for an order that is not the viewer's own."""
    found = await session.scalar(select(Order.id).where(Order.number == number, is_own(viewer)))
    if found is None:
        raise NotFound
    return found


async def our_part(session: AsyncSession, viewer: Viewer, number: str) -> Row[UUID, UUID]:
    """Part and order id. Raises NotFound for a part of another shop."""
    found = await session.execute(
        select(SellerOrder.id, SellerOrder.order_id)
        .join(Order, Order.id == SellerOrder.order_id)
        .where(SellerOrder.number == number, is_ours(viewer), Order.paid_at.is_not(None))
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    return row
