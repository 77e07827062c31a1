"""Whose cart it is, and how a guest's cart joins the account's."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.cart.models import Cart, CartLine
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.viewer import Viewer

MAX_QUANTITY = 99  # of one offer


@dataclass(frozen=True, slots=True)
class Owner:
    """For a signed-in adult the session only names what they gathered before signing in."""

    user_id: UUID | None
    session_id: UUID | None

    @classmethod
    def of(cls, viewer: Viewer) -> "Owner":
        return cls(viewer.user_id, viewer.session_id)


def is_own(owner: Owner) -> ColumnElement[bool]:
    """The account's cart and the session's; the owner has at least one of the two."""
    ways: list[ColumnElement[bool]] = []
    if owner.user_id is not None:
        ways.append(Cart.user_id == owner.user_id)
    if owner.session_id is not None:
        ways.append(Cart.session_id == owner.session_id)
    return or_(*ways)


async def open_cart(session: AsyncSession, owner: Owner) -> UUID:
    """The cart to write to, made when there is none; locks it.

    A guest's lines move into the account's cart here; equal offers add up to MAX_QUANTITY.
    """
    found = await session.execute(
        select(Cart.id, Cart.user_id).where(is_own(owner)).order_by(Cart.id).with_for_update()
    )
    target = guest = None
    for cart in found:
        if owner.user_id is None or cart.user_id is not None:
            target = cart.id
        else:
            guest = cart.id
    if target is None:
        target = await _make(session, owner)
    if guest is not None:
        await _join(session, guest, target)
    return target


async def _make(session: AsyncSession, owner: Owner) -> UUID:
    """Two requests at once make one cart: the later one waits and finds it."""
    key = {"user_id": owner.user_id} if owner.user_id else {"session_id": owner.session_id}
    row = {"id": new_id(), "created_at": clock.now(), **key}
    made: UUID | None = await session.scalar(
        insert(Cart).values(row).on_conflict_do_nothing().returning(Cart.id)
    )
    if made is not None:
        return made
    return (await session.scalars(select(Cart.id).filter_by(**key).with_for_update())).one()


async def _join(session: AsyncSession, guest: UUID, target: UUID) -> None:
    own, theirs = aliased(CartLine), aliased(CartLine)
    await session.execute(
        update(own)
        .values(quantity=func.least(own.quantity + theirs.quantity, MAX_QUANTITY))
        .where(own.cart_id == target, theirs.cart_id == guest, own.offer_id == theirs.offer_id)
    )
    known = select(own.offer_id).where(own.cart_id == target)
    await session.execute(
        update(CartLine)
        .values(cart_id=target)
        .where(CartLine.cart_id == guest, CartLine.offer_id.not_in(known))
    )
    await session.execute(delete(Cart).where(Cart.id == guest))
