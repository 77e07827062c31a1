"""Buyable forms of a product, and what each seller asks for them."""

from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Variant(Keyed, Base):
    __tablename__ = "variant"
    __table_args__ = (Index("ix_variant_product_id", "product_id", "position"),)

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    name: Mapped[dict[str, Any] | None]  # null when the product has only one form
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    gtin: Mapped[str | None]
    weight_grams: Mapped[int]
    position: Mapped[int] = mapped_column(SmallInteger())


class Offer(Keyed, Base):
    """One seller's price and stock for a variant."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("price > 0", name="price"),
        CheckConstraint("old_price > price", name="old_price"),
        UniqueConstraint("seller_id", "sku"),
        Index("ix_offer_variant_id", "variant_id"),
        Index("ix_offer_product_id", "product_id"),
    )

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    variant_id: Mapped[UUID] = mapped_column(ForeignKey("variant.id", ondelete="CASCADE"))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("seller.id"))
    sku: Mapped[str]
    price: Mapped[int]  # tiyin
    old_price: Mapped[int | None]
    currency: Mapped[str] = mapped_column(CHAR(3), default="UZS")
    is_open: Mapped[bool] = mapped_column(default=True)
