"""What a product's card shows; the same in every list, search result and rail."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from app.catalog.models import Product
from app.kernel.i18n import N_
from app.kernel.money import Money

COLUMNS = (
    Product.id,
    Product.slug,
    Product.title,
    Product.kids_name,
    Product.skills,
    Product.age_from,
    Product.age_mark,
    Product.art,
    Product.hue,
    Product.price,
    Product.currency,
    Product.in_stock,
    Product.popularity,
)
"""What a select must name for `card` to read."""

SKILLS = {
    "logic": N_("Logic and counting"),
    "science": N_("Science and nature"),
    "language": N_("Language and reading"),
    "creativity": N_("Creativity"),
    "music": N_("Music"),
    "movement": N_("Movement"),
    "social": N_("Friendship"),
    "self_care": N_("Everyday skills"),
}
"""Keys in the database, in the order of the shop, and their names."""


class Card(msgspec.Struct, frozen=True, gc=False):
    """A product as one link. `skill` is a msgid."""

    id: UUID
    slug: str
    title: dict[str, str]
    kids_name: dict[str, str]
    art: str
    hue: int
    age_mark: str
    price: Money
    in_stock: bool
    skill: str
    url_path: str


def card(row: Row[Any]) -> Card:
    """The card of a row that has COLUMNS and a price."""
    return Card(
        row.id,
        row.slug,
        row.title,
        row.kids_name or row.title,
        row.art,
        row.hue,
        age_text(row),
        Money(row.price or 0, row.currency),
        row.in_stock and row.price is not None,
        skill_name(row.skills),
        f"/p/{row.slug}",
    )


def age_text(row: Row[Any]) -> str:
    """The mark that the law asks of books and films, else the first year a thing suits."""
    return row.age_mark or f"{row.age_from}+"


def skill_name(keys: list[str]) -> str:
    """The msgid of the first known skill, empty when there is none."""
    return next((SKILLS[key] for key in keys if key in SKILLS), "")
