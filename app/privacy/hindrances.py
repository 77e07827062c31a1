"""What a deletion waits for: promises to others that are still open."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.accounts.models import Identity
from app.kernel.i18n import N_
from app.kernel.viewer import Role
from app.ledger.balances import balance
from app.orders.models import Order, SellerOrder
from app.orders.states import OrderState, PartState

ON_THE_WAY = (PartState.PLACED, PartState.ACCEPTED, PartState.PACKED, PartState.HANDED_OVER)


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why it cannot be now (a msgid), and the page where that can be settled, if there is one."""

    reason: str
    path: str = ""


OPEN_ORDERS = Hindrance(
    N_("Orders are on their way. When they have come, or are cancelled, you can go on."), "/orders"
)
LAST_ADMIN = Hindrance(
    N_("Nobody else can run Bozorcha: you are the last administrator. Make another one first.")
)
OPEN_SHOP = Hindrance(
    N_("Your shop still has orders to bring or money to settle. Finish them first."), "/seller"
)


async def of_person(session: AsyncSession, user_id: UUID) -> list[Hindrance]:
    """Everything that stands in the way of deleting this account; empty when nothing does."""
    found = []
    phones = select(Identity.value).where(Identity.user_id == user_id)
    as_guest = and_(Order.buyer_id.is_(None), Order.contact_phone.in_(phones))
    if await _has_orders(session, or_(Order.buyer_id == user_id, as_guest)):
        found.append(OPEN_ORDERS)
    if await roles.holders(session, Role.ADMIN, None) == [user_id]:
        found.append(LAST_ADMIN)
    for shop_id in await roles.scopes(session, user_id, Role.SELLER):
        alone = await roles.holders(session, Role.SELLER, shop_id) == [user_id]
        if alone and await _is_busy(session, shop_id):
            found.append(OPEN_SHOP)
            break
    return found


async def of_child(session: AsyncSession, child_id: UUID) -> list[Hindrance]:
    """What was ordered for the child comes first: its limits are settled with it."""
    return [OPEN_ORDERS] if await _has_orders(session, Order.child_id == child_id) else []


async def _has_orders(session: AsyncSession, whose: ColumnElement[bool]) -> bool:
    travels = exists().where(SellerOrder.order_id == Order.id, SellerOrder.state.in_(ON_THE_WAY))
    is_open = or_(
        Order.state == OrderState.AWAITING_PAYMENT, and_(Order.state == OrderState.PAID, travels)
    )
    return (await session.scalar(select(Order.id).where(whose, is_open).limit(1))) is not None


async def _is_busy(session: AsyncSession, shop_id: UUID) -> bool:
    waiting = select(SellerOrder.id).where(
        SellerOrder.seller_id == shop_id, SellerOrder.state.in_(ON_THE_WAY)
    )
    if await session.scalar(waiting.limit(1)) is not None:
        return True
    return await balance(session, f"seller:{shop_id}") != 0
