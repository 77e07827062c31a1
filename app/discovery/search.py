"""From typed words to products that the audience may see."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, INT4MULTIRANGE
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import TableValuedAlias

from app.catalog.card import COLUMNS, Card, card
from app.catalog.filters import Filters, Sort
from app.catalog.models import Product
from app.catalog.visible import may_see
from app.discovery import normalise
from app.discovery.guard import is_risky
from app.kernel import paging
from app.kernel.paging import PAGE_SIZE
from app.kernel.viewer import Audience

CANDIDATES = 500  # ranked at most, the most popular first; more is "very many" (docs/discovery.md)

# Little words that would only narrow a search to nothing.
_LITTLE = (
    "va bilan uchun haqida ham yoki и для с со в во на о об про из к по "
    "a an and the for of with about in to or"
)
_LITTLE_WORDS = frozenset(_LITTLE.split())


class How(StrEnum):
    """In which way the words were understood."""

    EXACT = "exact"
    CORRECTED = "corrected"
    KEYBOARD = "keyboard"  # typed in the other keyboard layout
    BLOCKED = "blocked"  # a child's query that is not searched


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results. `total` stops at CANDIDATES; `next` is the cursor of the next page."""

    cards: Sequence[Card] = ()
    total: int = 0
    how: How = How.EXACT
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A query ready to be searched: folded words, and the same as typed where they match."""

    folded: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)


def words(query: str) -> Words:
    """The words of a query; little words are left out unless there is nothing else. Pure."""
    pairs: list[tuple[str, str]] = []
    for typed in query[: normalise.QUERY_LENGTH].lower().split():
        folded = normalise.tokens(typed)
        pairs += [(one, typed if len(folded) == 1 else "") for one in folded]
    told = [pair for pair in pairs if pair[1] not in _LITTLE_WORDS] or pairs
    told = told[: normalise.QUERY_WORDS]
    return Words([folded for folded, _ in told], [typed for _, typed in told])


async def search(
    session: AsyncSession, audience: Audience, filters: Filters, *, size: int = PAGE_SIZE
) -> Found:
    """Products for `filters.words` in one statement; an empty or a child's risky query finds none.

    Every try (prefix AND, then OR, spelling, the other keyboard) happens inside that statement.
    """
    asked = words(filters.words)
    if audience.is_child and is_risky(filters.words):
        return Found(how=How.BLOCKED)
    if not asked.folded:
        return Found()
    candidates = _candidates(asked, words(normalise.keyboard(filters.words)), filters)
    start = _start(filters.after)
    c = candidates.c
    place = func.row_number().over(order_by=_order(candidates, filters.sort)).label("place")
    ranked = select(c.product_id, c.how, place, func.count().over().label("total")).subquery()
    found = (
        select(*COLUMNS, ranked.c.how, ranked.c.total)
        .join(ranked, ranked.c.product_id == Product.id)
        .where(may_see(audience), ranked.c.place > start, ranked.c.place <= start + size)
        .order_by(ranked.c.place)
    )
    rows = (await session.execute(found)).all()
    if not rows:
        return Found()
    total = rows[0].total
    after = paging.encode([start + size]) if total > start + size else None
    return Found([card(row) for row in rows], total, How(rows[0].how), after)


def _candidates(asked: Words, other: Words, filters: Filters) -> TableValuedAlias:
    texts = ARRAY(Text())
    return func.search_candidates(
        cast(asked.folded, texts),
        cast(asked.typed, texts),
        cast(other.folded, texts),
        cast(other.typed, texts),
        cast(literal(filters.years, Text()), INT4MULTIRANGE),
        cast(list(filters.skills) or None, texts),
        cast(literal(filters.low, BigInteger()), BigInteger()),
        cast(literal(filters.high, BigInteger()), BigInteger()),
        cast(literal(filters.in_stock, Boolean()), Boolean()),
        literal(CANDIDATES, Integer()),
    ).table_valued(
        *(column(n) for n in ("product_id", "rank", "in_stock", "popularity", "price", "how"))
    )


def _order(candidates: TableValuedAlias, sort: Sort) -> list[ColumnElement[Any]]:
    c = candidates.c
    by: dict[Sort, list[ColumnElement[Any]]] = {
        Sort.CHEAP: [c.price.asc()],
        Sort.DEAR: [c.price.desc()],
        Sort.NEWEST: [],
        Sort.POPULAR: [c.popularity.desc()],
        Sort.RELEVANT: [c.rank.desc(), c.in_stock.desc(), c.popularity.desc()],
    }
    return [*by[sort], c.product_id.desc()]


def _start(after: str | None) -> int:
    place = paging.decode(after, 1)
    if not place or type(place[0]) is not int:
        return 0
    return max(0, min(place[0], CANDIDATES))
