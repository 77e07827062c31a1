"""Address book and the rates of the table carrier."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Address(Keyed, Base):
    """A place in a user's address book; an order keeps a copy of its own."""

    __tablename__ = "address"
    __table_args__ = (Index("ix_address_user_id", "user_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    recipient: Mapped[str]
    phone: Mapped[str]
    region: Mapped[str]  # SOATO code, 4 digits
    district: Mapped[str]  # SOATO code, 7 digits
    street: Mapped[str]
    landmark: Mapped[str] = mapped_column(default="")
    is_default: Mapped[bool] = mapped_column(default=False)


class DeliveryRate(Keyed, Base):
    """Price of a parcel from a region to a region ('*' is any), up to a weight."""

    __tablename__ = "delivery_rate"
    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        UniqueConstraint("carrier", "from_region", "to_region", "up_to_grams"),
    )

    carrier: Mapped[str]
    from_region: Mapped[str]
    to_region: Mapped[str]
    up_to_grams: Mapped[int]
    price: Mapped[int]  # tiyin
    free_from: Mapped[int | None]  # goods of the parcel in tiyin
    days_from: Mapped[int] = mapped_column(SmallInteger())
    days_to: Mapped[int] = mapped_column(SmallInteger())
