"""What the news about orders says, read from the rows they are about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.orders.models import Order, SellerOrder
from app.sellers.models import Seller

_PARTS = (
    select(
        SellerOrder.id,
        SellerOrder.seller_id,
        SellerOrder.number,
        SellerOrder.goods,
        Order.number.label("order_number"),
        Seller.name.label("seller_name"),
    )
    .join(Order, Order.id == SellerOrder.order_id)
    .join(Seller, Seller.id == SellerOrder.seller_id)
    .order_by(SellerOrder.id)
)


async def parts(session: AsyncSession, part_ids: Sequence[UUID]) -> Sequence[Any]:
    """The sellers' parts of an order: whose, which number, goods in tiyin."""
    return (await session.execute(_PARTS.where(SellerOrder.id.in_(part_ids)))).all()
