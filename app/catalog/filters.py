"""What a shopper narrows a list by; the address of the page keeps it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, cast, func, literal
from sqlalchemy.dialects.postgresql import INT4MULTIRANGE
from sqlalchemy.types import String

from app.catalog.card import SKILLS
from app.catalog.models import Product
from app.catalog.texts import age_range
from app.kernel.i18n import N_, gettext
from app.kernel.money import Money

TIYIN = 100  # in one soʻm
MAX_SOM = 1_000_000_000
MAX_CURSOR = 400
MAX_AGE = 99

# Age steps of the shop: first year, last year.
BANDS: dict[str, tuple[int, int]] = {
    "0-2": (0, 2),
    "3-5": (3, 5),
    "6-8": (6, 8),
    "9-12": (9, 12),
    "13": (13, MAX_AGE),
}


class Sort(StrEnum):
    RELEVANT = "relevant"
    POPULAR = "popular"
    CHEAP = "cheap"
    DEAR = "dear"
    NEWEST = "newest"


SORTS = {
    Sort.RELEVANT: N_("Best match first"),
    Sort.POPULAR: N_("Popular first"),
    Sort.CHEAP: N_("Cheapest first"),
    Sort.DEAR: N_("Most expensive first"),
    Sort.NEWEST: N_("Newest first"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """A choice; prices in whole soʻm as typed, `after` is the cursor of the next page."""

    ages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    price_from: int | None = None
    price_to: int | None = None
    in_stock: bool = False
    sort: Sort = Sort.POPULAR
    words: str = ""
    after: str | None = None

    @property
    def count(self) -> int:
        """How many choices narrow the list."""
        prices = (self.price_from is not None) + (self.price_to is not None)
        return len(self.ages) + len(self.skills) + prices + self.in_stock

    @property
    def low(self) -> int | None:
        """The lower price in tiyin."""
        return None if self.price_from is None else self.price_from * TIYIN

    @property
    def high(self) -> int | None:
        """The upper price in tiyin."""
        return None if self.price_to is None else self.price_to * TIYIN

    @property
    def years(self) -> str | None:
        """The chosen ages as PostgreSQL writes a multirange."""
        if not self.ages:
            return None
        return "{" + ",".join("[{},{}]".format(*BANDS[age]) for age in self.ages) + "}"

    def query(self, **changes: Any) -> str:
        """`?…` of this choice with changes, empty when nothing is chosen; starts at page one."""
        chosen = replace(self, **({"after": None} | changes))
        pairs: list[tuple[str, Any]] = [("q", chosen.words)] if chosen.words else []
        pairs += [("age", age) for age in chosen.ages]
        pairs += [("skill", skill) for skill in chosen.skills]
        for name, value in (("from", chosen.price_from), ("to", chosen.price_to)):
            if value is not None:
                pairs.append((name, value))
        if chosen.in_stock:
            pairs.append(("stock", 1))
        if chosen.sort is not (Sort.RELEVANT if chosen.words else Sort.POPULAR):
            pairs.append(("sort", chosen.sort.value))
        if chosen.after:
            pairs.append(("after", chosen.after))
        return f"?{urlencode(pairs)}" if pairs else ""

    def cleared(self) -> str:
        """`?…` with the words alone."""
        return Filters(words=self.words).query()

    def without(self, name: str, value: str | None = None) -> str:
        """`?…` of this choice less one: `ages` and `skills` lose `value`, the rest is cleared."""
        if value is not None:
            kept = tuple(one for one in getattr(self, name) if one != value)
            return self.query(**{name: kept})
        return self.query(**{name: False if name == "in_stock" else None})


def read(
    query: Mapping[str, Sequence[str]], default: Sort = Sort.POPULAR, words: str = ""
) -> Filters:
    """The choice that an address holds; what is not understood is left out, never refused."""

    def one(name: str) -> str:
        return (query.get(name) or [""])[0]

    sort = one("sort")
    return Filters(
        ages=tuple(age for age in BANDS if age in query.get("age", ())),
        skills=tuple(skill for skill in SKILLS if skill in query.get("skill", ())),
        price_from=_som(one("from")),
        price_to=_som(one("to")),
        in_stock=one("stock") == "1",
        sort=Sort(sort) if sort in set(Sort) else default,
        words=words,
        after=one("after")[:MAX_CURSOR] or None,
    )


def shown(path: str, filters: Filters, after: str | None) -> dict[str, Any]:
    """What the templates of lists need to show a choice on the page at `path`."""
    bands = {
        key: age_range(first, last if last < MAX_AGE else None)
        for key, (first, last) in BANDS.items()
    }
    return {
        "list_path": path,
        "filters": filters,
        "next_path": path + filters.query(after=after) if after else "",
        "bands": bands,
        "skill_names": SKILLS,
        "sorts": [
            (sort.value, gettext(name))
            for sort, name in SORTS.items()
            if filters.words or sort is not Sort.RELEVANT
        ],
        "som": Money.som,
    }


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """The same choice as conditions on products."""
    found: list[ColumnElement[bool]] = []
    if filters.years is not None:
        suits = func.int4range(Product.age_from, Product.age_to, literal("[]", String()))
        found.append(suits.op("&&")(cast(literal(filters.years, String()), INT4MULTIRANGE)))
    if filters.skills:
        found.append(Product.skills.overlap(list(filters.skills)))
    if filters.low is not None:
        found.append(Product.price >= filters.low)
    if filters.high is not None:
        found.append(Product.price <= filters.high)
    if filters.in_stock:
        found.append(Product.in_stock.is_(True))
    return found


def _som(text: str) -> int | None:
    digits = "".join(text.split()).replace("\u00a0", "")
    if not (digits.isascii() and digits.isdigit()):
        return None
    return min(int(digits[:12]), MAX_SOM)
