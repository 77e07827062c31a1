"""What a child's home offers: approved, in stock, of its age; the same for every child of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.card import COLUMNS, Card, card
from app.catalog.models import Product
from app.catalog.visible import visible
from app.kernel.viewer import Audience

PICKS = 12


async def kids_picks(session: AsyncSession, audience: Audience) -> list[Card]:
    """The goods nearest to the child's age first; no profile of the child takes part."""
    found = (
        visible(audience, *COLUMNS)
        .where(Product.in_stock, Product.price.is_not(None))
        .order_by(Product.age_from.desc(), Product.popularity.desc(), Product.id.desc())
        .limit(PICKS)
    )
    return [card(row) for row in await session.execute(found)]
