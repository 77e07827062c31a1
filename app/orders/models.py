"""Orders, seller orders, lines, timeline."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Order(Keyed, Base):
    """One purchase, one payment. The buyer of record is always an adult."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint(
            "state in ('awaiting_payment','paid','cancelled','expired','refunded')", name="state"
        ),
        CheckConstraint("goods + delivery = total and total > 0", name="total"),
        Index("ix_order_buyer_id", "buyer_id", "created_at"),
        Index("ix_order_session_id", "session_id"),
        Index("ix_order_household_id", "household_id"),
        Index("ix_order_child_id", "child_id"),
        Index("ix_order_expiry", "expires_at", postgresql_where=text("state='awaiting_payment'")),
    )

    number: Mapped[str] = mapped_column(unique=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    buyer_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    session_id: Mapped[UUID | None]  # the guest's session, which may follow the order
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child_profile.id"))  # for whom
    state: Mapped[str] = mapped_column(default="awaiting_payment")
    goods: Mapped[int]  # tiyin
    delivery: Mapped[int]
    total: Mapped[int]
    currency: Mapped[str] = mapped_column(CHAR(3), default="UZS")
    locale: Mapped[str]
    contact_phone: Mapped[str]
    address: Mapped[dict[str, Any]]  # a copy: recipient, phone, region, district, street, landmark
    expires_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)  # grows with each move; open screens follow it


class SellerOrder(Keyed, Base):
    """The part of one seller; that seller sees nothing else of the order."""

    __tablename__ = "seller_order"
    __table_args__ = (
        CheckConstraint(
            "state in ('awaiting_payment','placed','accepted','packed','handed_over',"
            "'delivered','cancelled')",
            name="state",
        ),
        UniqueConstraint("order_id", "seller_id"),
        Index("ix_seller_order_queue", "seller_id", "state", "created_at"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id"))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("seller.id"))
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="awaiting_payment")
    goods: Mapped[int]
    delivery: Mapped[int]
    promised_on: Mapped[date]
    tracking_number: Mapped[str | None]


class OrderLine(Keyed, Base):
    """What was bought, as it was then."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("total = price * quantity", name="total"),
        Index("ix_order_line_order_id", "order_id"),
        Index("ix_order_line_seller_order_id", "seller_order_id"),
        Index("ix_order_line_product_id", "product_id"),
        Index("ix_order_line_offer_id", "offer_id"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id"))
    seller_order_id: Mapped[UUID] = mapped_column(ForeignKey("seller_order.id"))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("seller.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offer.id"))
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    title: Mapped[dict[str, Any]]
    variant_name: Mapped[dict[str, Any] | None]
    sku: Mapped[str]
    mxik: Mapped[str]
    art: Mapped[str]
    hue: Mapped[int]
    weight_grams: Mapped[int]
    price: Mapped[int]
    quantity: Mapped[int]
    total: Mapped[int]


class OrderEvent(Keyed, Base):
    """One step of the timeline; append-only."""

    __tablename__ = "order_event"
    __table_args__ = (Index("ix_order_event_order_id", "order_id", "created_at"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id"))
    seller_order_id: Mapped[UUID | None] = mapped_column(ForeignKey("seller_order.id"))
    kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
