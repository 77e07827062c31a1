"""What the cart holds of people."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cart.models import Cart, CartLine
from app.catalog.models import Offer, Product
from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Row, Subject, rows_of


async def _lines(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = (
        select(Product.title, CartLine.quantity, CartLine.created_at)
        .join(Cart, Cart.id == CartLine.cart_id)
        .join(Offer, Offer.id == CartLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
    )
    return await rows_of(session, found.where(Cart.user_id.in_(subject.user_ids)))


async def _erase(session: AsyncSession, subject: Subject) -> None:
    await session.execute(delete(Cart).where(Cart.user_id.in_(subject.user_ids)))


PERSONAL = [
    Holding(
        name="cart",
        title=N_("Your cart"),
        purpose=N_("To hold what you gather until you buy it."),
        tables=("cart", "cart_line"),
        fields={"title": N_("Product"), "quantity": N_("Quantity"), "created_at": N_("Since")},
        kept=N_("Until you empty it; a guest’s cart 30 days after the last visit."),
        ground=Ground.CONTRACT,
        collect=_lines,
        erase=_erase,
        correct_at="/cart",
    )
]
