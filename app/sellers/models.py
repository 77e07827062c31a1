"""Shops."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Seller(Keyed, Base):
    __tablename__ = "seller"
    __table_args__ = (
        CheckConstraint("kind in ('company','sole_trader','self_employed')", name="kind"),
        CheckConstraint("state in ('applied','approved','suspended')", name="state"),
    )

    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    tin: Mapped[str] = mapped_column(unique=True)  # taxpayer number, 9 digits
    about: Mapped[dict[str, Any]]
    legal_address: Mapped[dict[str, Any]]
    region: Mapped[str]  # SOATO code the goods leave from
    state: Mapped[str]
    verified_at: Mapped[datetime | None]
