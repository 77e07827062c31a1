"""What a child's home offers: approved, in stock, of its age; the same for every child of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.models import Product
from app.catalog.queries import CARD
from app.catalog.visible import visible
from app.kernel.viewer import Audience

PICKS = 12


async def kids_picks(session: AsyncSession, audience: Audience) -> Sequence[Row[Any]]:
    """The goods nearest to the child's age first; no profile of the child takes part."""
    found = (
        visible(audience, *CARD)
        .where(Product.in_stock, Product.price.is_not(None))
        .order_by(Product.age_from.desc(), Product.popularity.desc(), Product.id.desc())
        .limit(PICKS)
    )
    return (await session.execute(found)).all()
