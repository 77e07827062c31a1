"""Keeps the price and stock columns of products equal to the best of their offers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.models import Product

_BEST = """
update product p
set price = best.price, old_price = best.old_price, in_stock = coalesce(best.available > 0, false)
from (
  select p.id, offer.price, offer.old_price, offer.available
  from product p
  left join lateral (
    select o.price, o.old_price, coalesce(s.on_hand - s.held, 0) as available
    from offer o
    join seller on seller.id = o.seller_id and seller.state = 'approved'
    left join stock_level s on s.offer_id = o.id
    where o.product_id = p.id and o.is_open
    order by coalesce(s.on_hand - s.held, 0) > 0 desc, o.price
    limit 1
  ) offer on true
  where p.id = any(:ids)
) best
where p.id = best.id
  and (p.price, p.old_price, p.in_stock)
    is distinct from (best.price, best.old_price, coalesce(best.available > 0, false))
"""


async def refresh(session: AsyncSession, product_ids: Collection[UUID]) -> None:
    """Set price, old price and stock of these products from their best open offer.

    Locks the products in id order first, so that two writers of one product see each other's
    offers. The best offer is the cheapest one in stock, else the cheapest.
    """
    ids = sorted(set(product_ids))
    if not ids:
        return
    await session.execute(
        select(Product.id).where(Product.id.in_(ids)).order_by(Product.id).with_for_update()
    )
    await session.execute(text(_BEST), {"ids": ids})
