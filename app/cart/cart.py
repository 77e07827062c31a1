"""Reading and filling a cart: a guest's hangs on the session, an adult's on the account.

A guest's cart joins the account's at the first change after sign-in; until then both are read
as one.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.cart.models import Cart, CartLine
from app.cart.owner import MAX_QUANTITY, Owner, is_own, open_cart
from app.cart.totals import Contents, Line, group
from app.catalog import offers
from app.catalog.stock import OfferSoldOut
from app.kernel import clock
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import N_
from app.kernel.ids import new_id
from app.kernel.viewer import ADULT, Viewer

MAX_LINES = 50

BADGE = """
select count(distinct cart_line.offer_id) from cart_line join cart on cart.id = cart_line.cart_id
where cart.user_id = cast(:user_id as uuid) or cart.session_id = cast(:session_id as uuid)
"""


class CartFull(Conflict):
    code = "cart_full"
    message = N_("The cart is full: %(lines)s different things at most.")


async def current(session: AsyncSession, viewer: Viewer) -> Contents:
    """What is in the viewer's cart now, at today's prices: two statements."""
    return await contents(session, Owner.of(viewer))


async def contents(session: AsyncSession, owner: Owner) -> Contents:
    """The same for an owner, for example right after a guest signed in."""
    if owner.user_id is None and owner.session_id is None:
        return Contents(())
    rows = (await session.execute(_lines_of(owner))).all()
    if not rows:
        return Contents(())
    on_sale = await offers.offers_for_sale(session, ADULT, list({r.offer_id for r in rows}))
    lines: dict[UUID, Line] = {}
    for row in rows:
        view = on_sale.get(row.offer_id)
        if view is None:
            continue
        known = lines.get(row.offer_id)
        quantity = min(row.quantity + (known.quantity if known else 0), MAX_QUANTITY)
        lines[row.offer_id] = Line(known.id if known else row.id, view, quantity, row.price_seen)
    return group(lines.values(), gone=[*({r.offer_id for r in rows} - set(on_sale))])


async def add(session: AsyncSession, owner: Owner, offer_id: UUID, quantity: int) -> int:
    """Put an offer into the cart and return how many of it are there now.

    Never more than there are in stock or MAX_QUANTITY. Raises NotFound for an offer that is not
    on sale, OfferSoldOut, CartFull.
    """
    view = await offers.offer_for_sale(session, ADULT, offer_id)
    if view.available <= 0:
        raise OfferSoldOut
    cart_id = await open_cart(session, owner)
    rows = await session.execute(_quantities(cart_id))
    there = {row.offer_id: row.quantity for row in rows}
    if offer_id not in there and len(there) >= MAX_LINES:
        raise CartFull(lines=MAX_LINES)
    wanted: int = min(there.get(offer_id, 0) + quantity, view.available, MAX_QUANTITY)
    row = {
        "id": new_id(),
        "created_at": clock.now(),
        "cart_id": cart_id,
        "offer_id": offer_id,
        "quantity": wanted,
        "price_seen": view.price,
    }
    await session.execute(
        insert(CartLine)
        .values(row)
        .on_conflict_do_update(
            index_elements=["cart_id", "offer_id"],
            set_={"quantity": wanted, "price_seen": view.price},
        )
    )
    return wanted


async def change(session: AsyncSession, owner: Owner, line_id: UUID, quantity: int) -> int:
    """Set the quantity of a line and return it: at most what is in stock, and MAX_QUANTITY.

    What the shopper sees from now on is today's price. Raises NotFound for a foreign line.
    """
    cart_id = await open_cart(session, owner)
    line = await session.scalar(
        select(CartLine).where(CartLine.id == line_id, CartLine.cart_id == cart_id)
    )
    if line is None:
        raise NotFound
    view = await offers.offer_for_sale(session, ADULT, line.offer_id)
    line.quantity = max(1, min(quantity, view.available, MAX_QUANTITY))
    line.price_seen = view.price
    await session.flush()
    return line.quantity


async def remove(session: AsyncSession, owner: Owner, line_id: UUID) -> None:
    """Take a line out. Raises NotFound for a foreign line."""
    cart_id = await open_cart(session, owner)
    gone = await session.execute(
        delete(CartLine)
        .where(CartLine.id == line_id, CartLine.cart_id == cart_id)
        .returning(CartLine.id)
    )
    if gone.first() is None:
        raise NotFound


async def drop(session: AsyncSession, owner: Owner, offer_ids: Sequence[UUID]) -> None:
    """Take out what was ordered, or what is no longer on sale."""
    if not offer_ids:
        return
    own = select(Cart.id).where(is_own(owner))
    await session.execute(
        delete(CartLine).where(CartLine.cart_id.in_(own), CartLine.offer_id.in_(offer_ids))
    )


def _lines_of(owner: Owner) -> Select[UUID, UUID, int, int]:
    """Both carts of a person who signed in just now; the account's own lines first."""
    return (
        select(CartLine.id, CartLine.offer_id, CartLine.quantity, CartLine.price_seen)
        .join(Cart, Cart.id == CartLine.cart_id)
        .where(is_own(owner))
        .order_by(Cart.user_id.is_(None), CartLine.id)
    )


def _quantities(cart_id: UUID) -> Select[UUID, int]:
    return select(CartLine.offer_id, CartLine.quantity).where(CartLine.cart_id == cart_id)
