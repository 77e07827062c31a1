"""The thing described and moderated once, with its age, and its pictures."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed

ON_SALE = "state = 'approved'"
FOR_CHILDREN = "state = 'approved' and child_ok"


class Product(Keyed, Base):
    """Price and stock columns are the best of its offers, kept by `catalog.summary`."""

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint(
            "state in ('draft','review','approved','rejected','recalled')", name="state"
        ),
        CheckConstraint("age_from between 0 and 99", name="age_from"),
        CheckConstraint("age_mark in ('0+','7+','12+','16+','18+')", name="age_mark"),
        CheckConstraint("not child_ok or age_from < 18", name="child_age"),
        CheckConstraint("hue between 1 and 8", name="hue"),
        Index("ix_product_seller_id", "seller_id"),
        Index("ix_product_category_id", "category_id"),
        Index(
            "ix_product_popular",
            text("popularity desc"),
            text("id desc"),
            postgresql_where=text(ON_SALE),
        ),
        Index(
            "ix_product_category_popular",
            "category_id",
            text("popularity desc"),
            text("id desc"),
            postgresql_where=text(ON_SALE),
        ),
        Index("ix_product_price", "price", "id", postgresql_where=text(ON_SALE)),
        Index("ix_product_newest", text("id desc"), postgresql_where=text(ON_SALE)),
        Index(
            "ix_product_children",
            text("popularity desc"),
            text("id desc"),
            postgresql_where=text(FOR_CHILDREN),
        ),
        Index(
            "ix_product_children_by_age",
            text("age_from desc"),
            text("popularity desc"),
            text("id desc"),
            postgresql_where=text(FOR_CHILDREN),
        ),
        Index("ix_product_search", "search", postgresql_using="gin"),
        Index("ix_product_path", "category_path", postgresql_using="gin"),
    )

    seller_id: Mapped[UUID] = mapped_column(ForeignKey("seller.id"))
    category_id: Mapped[UUID] = mapped_column(ForeignKey("category.id"))
    category_path: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)))
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    learns: Mapped[dict[str, Any] | None]
    kids_name: Mapped[dict[str, Any] | None]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text()), default=list)
    brand: Mapped[str | None]
    age_from: Mapped[int] = mapped_column(SmallInteger())  # years
    age_to: Mapped[int | None] = mapped_column(SmallInteger())
    age_mark: Mapped[str | None]  # information products only, law ZRU-444
    child_ok: Mapped[bool] = mapped_column(default=False)  # a moderator approved it for children
    mxik: Mapped[str]  # product class code of the fiscal receipt, 17 digits
    origin: Mapped[str]  # country code
    art: Mapped[str]
    hue: Mapped[int] = mapped_column(SmallInteger())
    state: Mapped[str] = mapped_column(default="draft")
    popularity: Mapped[int] = mapped_column(default=0)
    price: Mapped[int | None]  # lowest offer in tiyin; null: no offer
    old_price: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="UZS")
    in_stock: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(default="")  # folded words, for spelling correction
    search: Mapped[str] = mapped_column(TSVECTOR(), default="")
    published_at: Mapped[datetime | None]


class ProductImage(Keyed, Base):
    """A picture; the demo draws `art` on a tinted niche instead of a photo."""

    __tablename__ = "product_image"
    __table_args__ = (Index("ix_product_image_product_id", "product_id", "position"),)

    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger())
    art: Mapped[str]
    hue: Mapped[int] = mapped_column(SmallInteger())
    alt: Mapped[dict[str, Any]]
