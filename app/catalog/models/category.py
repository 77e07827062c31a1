"""The shop tree."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class Category(Keyed, Base):
    """A node; `path` holds its ancestors and itself, so a subtree is one array test."""

    __tablename__ = "category"
    __table_args__ = (
        CheckConstraint("hue between 1 and 8", name="hue"),
        Index("ix_category_parent_id", "parent_id", "position"),
    )

    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id"))
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[dict[str, Any]]  # uz, ru, en
    synonyms: Mapped[dict[str, Any]]  # uz, ru, en: lists of words people type
    art: Mapped[str]
    hue: Mapped[int] = mapped_column(SmallInteger())
    min_age: Mapped[int] = mapped_column(SmallInteger(), default=0)  # years
    position: Mapped[int] = mapped_column(SmallInteger())
    path: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)))
    for_children: Mapped[bool] = mapped_column(default=False)
