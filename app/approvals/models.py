"""The child's question and the guardian's answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class ApprovalRequest(Keyed, Base):
    __tablename__ = "approval_request"
    __table_args__ = (
        CheckConstraint(
            "state in ('asked','declined','lapsed','ordered','cancelled')", name="state"
        ),
        CheckConstraint("price > 0 and quantity between 1 and 9", name="price"),
        Index("ix_approval_request_household_id", "household_id", "state", "created_at"),
        Index(
            "uq_approval_request_live",
            "child_id",
            "offer_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
        Index("ix_approval_request_child_id", "child_id", "created_at"),
        Index("ix_approval_request_order_id", "order_id"),
        Index("ix_approval_request_decided_by", "decided_by"),
        Index("ix_approval_request_expiry", "expires_at", postgresql_where=text("state='asked'")),
    )

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child_profile.id"))
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offer.id"))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("seller.id"))
    quantity: Mapped[int] = mapped_column(SmallInteger(), default=1)
    price: Mapped[int]  # of one, in tiyin, when asked
    title: Mapped[dict[str, Any]]
    variant_name: Mapped[dict[str, Any] | None]
    seller_name: Mapped[str]
    art: Mapped[str]
    hue: Mapped[int] = mapped_column(SmallInteger())
    reason: Mapped[str]  # a sticker's name
    is_over_limit: Mapped[bool]
    state: Mapped[str] = mapped_column(default="asked")
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    answer: Mapped[str | None]  # the kind reason of a decline
    progress: Mapped[str | None]  # how far the goods are; the child sees this and no order
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("order.id"))
    version: Mapped[int] = mapped_column(default=1)
