"""What is on hand, what is held for an order, and why it changed."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class StockLevel(Base):
    """The row that is locked whenever stock moves."""

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint("held >= 0 and held <= on_hand", name="held"),
        Index("ix_stock_level_seller_id", "seller_id"),
    )

    offer_id: Mapped[UUID] = mapped_column(
        ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True
    )
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("seller.id"))
    on_hand: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)


class StockHold(Keyed, Base):
    """A quantity kept for `subject_id` (an order) until it is taken or released."""

    __tablename__ = "stock_hold"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state in ('held','taken','released')", name="state"),
        UniqueConstraint("subject_id", "offer_id"),
        Index("ix_stock_hold_offer_id", "offer_id"),
    )

    subject_id: Mapped[UUID]
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offer.id"))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("seller.id"))
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(default="held")


class StockMove(Keyed, Base):
    """The history of `on_hand`; the sum of moves is the level."""

    __tablename__ = "stock_move"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        Index("ix_stock_move_offer_id", "offer_id", "created_at"),
    )

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offer.id"))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("seller.id"))
    quantity: Mapped[int]  # signed
    reason: Mapped[str]  # received | sold | returned
    subject_id: Mapped[UUID | None]
