"""Carts and their lines."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Cart(Keyed, Base):
    """One open cart a user, or a guest's session."""

    __tablename__ = "cart"
    __table_args__ = (CheckConstraint("(user_id is null) <> (session_id is null)", name="owner"),)

    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), unique=True
    )
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), unique=True
    )


class CartLine(Keyed, Base):
    """`price_seen` is what the shopper saw; a change is shown before paying."""

    __tablename__ = "cart_line"
    __table_args__ = (
        CheckConstraint("quantity between 1 and 99", name="quantity"),
        UniqueConstraint("cart_id", "offer_id"),
        Index("ix_cart_line_offer_id", "offer_id"),
    )

    cart_id: Mapped[UUID] = mapped_column(ForeignKey("cart.id", ondelete="CASCADE"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"))
    quantity: Mapped[int]
    price_seen: Mapped[int]  # tiyin
