"""Reads of the storefront: rows for screens, one statement a page part, never entities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, RowMapping, Select, and_, any_, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.catalog import filters as choice
from app.catalog.card import COLUMNS, Card, card
from app.catalog.filters import Filters, Sort
from app.catalog.models import Category, Product, ProductImage
from app.catalog.visible import may_see, visible
from app.kernel import paging
from app.kernel.errors import NotFound
from app.kernel.ids import parse_id
from app.kernel.paging import PAGE_SIZE, Page
from app.kernel.viewer import ADULT, Audience

_HERE = aliased(Category)  # the category that a page is about


@dataclass(frozen=True, slots=True)
class Node:
    """A category with what lies under it."""

    id: UUID
    slug: str
    name: dict[str, str]
    art: str
    hue: int
    parent_id: UUID | None
    path: tuple[UUID, ...]
    children: "tuple[Node, ...]" = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """The categories that an audience may walk."""

    roots: tuple[Node, ...]
    by_id: dict[UUID, Node]

    def find(self, slug: str) -> Node:
        """The category of this address; raises NotFound."""
        found = next((node for node in self.by_id.values() if node.slug == slug), None)
        if found is None:
            raise NotFound
        return found

    def trail(self, node: Node) -> list[Node]:
        """Its ancestors from the root down."""
        return [self.by_id[i] for i in node.path[:-1] if i in self.by_id]

    def under(self, node: Node) -> list[UUID]:
        """The ids of the whole subtree."""
        return [one.id for one in self.by_id.values() if node.id in one.path]


async def category_tree(
    session: AsyncSession, audience: Audience = ADULT, *, around: str | None = None
) -> Tree:
    """The shop tree in one statement; a child's holds only categories made for children.

    With `around`, a slug, only what lies above and below that category: a page of goods needs
    no more, however many categories there are.
    """
    found = select(
        Category.id,
        Category.slug,
        Category.name,
        Category.art,
        Category.hue,
        Category.parent_id,
        Category.path,
    ).order_by(Category.position, Category.slug)
    if audience.child_age is not None:
        found = found.where(Category.for_children, Category.min_age <= audience.child_age)
        if audience.blocked_category_ids:
            blocked = list(audience.blocked_category_ids)
            found = found.where(~Category.path.overlap(blocked))
    if around is not None:
        found = found.join(_HERE, _HERE.slug == around).where(
            or_(Category.id == any_(_HERE.path), _HERE.id == any_(Category.path))
        )
    return _grow((await session.execute(found)).mappings().all())


def _grow(rows: Sequence[RowMapping]) -> Tree:
    by_parent: dict[UUID | None, list[RowMapping]] = {}
    for row in rows:
        by_parent.setdefault(row["parent_id"], []).append(row)
    by_id: dict[UUID, Node] = {}

    def branch(parent_id: UUID | None) -> tuple[Node, ...]:
        nodes = []
        for row in by_parent.get(parent_id, ()):
            fields: dict[str, Any] = {**row, "path": tuple(row["path"])}
            node = Node(**fields, children=branch(row["id"]))
            by_id[node.id] = node
            nodes.append(node)
        return tuple(nodes)

    return Tree(branch(None), by_id)


async def listing(
    session: AsyncSession,
    audience: Audience,
    filters: Filters,
    *,
    category_ids: Sequence[UUID] | None = None,
    seller_id: UUID | None = None,
    for_children: bool = False,
    size: int = PAGE_SIZE,
) -> Page[Card]:
    """One page of cards by keyset; products without any open offer are left out.

    `for_children` keeps what a moderator approved for children, whoever looks.
    """
    found = visible(audience, *COLUMNS).where(
        Product.price.is_not(None), *choice.conditions(filters)
    )
    if category_ids is not None:
        only = Product.category_id == category_ids[0]
        many = Product.category_id.in_(category_ids)
        found = found.where(only if len(category_ids) == 1 else many)
    if seller_id is not None:
        found = found.where(Product.seller_id == seller_id)
    if for_children:
        found = found.where(Product.child_ok)
    found = _ordered(found, filters.sort, filters.after)
    rows = (await session.execute(found.limit(size + 1))).all()
    page = paging.make(rows, lambda row: _key(row, filters.sort), size)
    return Page([card(row) for row in page.rows], page.next)


def _key(row: Row[Any], sort: Sort) -> tuple[Any, ...]:
    if sort is Sort.NEWEST:
        return (row.id,)
    return (row.price if sort in (Sort.CHEAP, Sort.DEAR) else row.popularity, row.id)


def _ordered(found: Select[Any], sort: Sort, after: str | None) -> Select[Any]:
    if sort is Sort.NEWEST:
        start = paging.decode(after, 1)
        last = parse_id(str(start[0])) if start else None
        found = found.order_by(Product.id.desc())
        return found.where(Product.id < last) if last else found
    column = Product.price if sort in (Sort.CHEAP, Sort.DEAR) else Product.popularity
    rising = sort is Sort.CHEAP
    found = found.order_by(
        column.asc() if rising else column.desc(), Product.id.asc() if rising else Product.id.desc()
    )
    start = paging.decode(after, 2)
    last = parse_id(str(start[1])) if start else None
    if start is None or last is None or type(start[0]) is not int or abs(start[0]) >= 2**63:
        return found
    return found.where(_past(column, start[0], last, rising=rising))


def _past(column: Any, value: int, last: UUID, *, rising: bool) -> ColumnElement[bool]:
    if rising:
        return and_(column >= value, or_(column > value, Product.id > last))
    return and_(column <= value, or_(column < value, Product.id < last))


async def cards_by_ids(
    session: AsyncSession, audience: Audience, ids: Sequence[UUID]
) -> list[Card]:
    """Cards in the order of `ids`; those outside the audience are silently missing."""
    if not ids:
        return []
    rows = (await session.execute(visible(audience, *COLUMNS).where(Product.id.in_(ids)))).all()
    by_id = {row.id: card(row) for row in rows}
    return [by_id[i] for i in ids if i in by_id]


async def product_page(session: AsyncSession, audience: Audience, slug: str) -> Row[Any]:
    """The product with its category and gallery in one statement; raises NotFound.

    The category is null when this audience cannot walk it.
    """
    image = func.json_build_object(
        "art", ProductImage.art, "hue", ProductImage.hue, "alt", ProductImage.alt
    )
    gallery = (
        select(func.json_agg(aggregate_order_by(image, ProductImage.position)))
        .where(ProductImage.product_id == Product.id)
        .scalar_subquery()
    )
    found = (
        select(
            *COLUMNS,
            Product.child_ok,
            Product.summary,
            Product.learns,
            Product.brand,
            Product.age_to,
            Product.origin,
            Product.mxik,
            Product.category_id,
            Product.category_path,
            Category.slug.label("category_slug"),
            Category.name.label("category_name"),
            gallery.label("gallery"),
        )
        .outerjoin(Category, Category.id == Product.category_id)
        .where(Product.slug == slug, may_see(audience))
    )
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def similar(
    session: AsyncSession, audience: Audience, product: Row[Any], count: int = 5
) -> list[Card]:
    """Goods of the same category that are in stock, the most liked first."""
    found = (
        visible(audience, *COLUMNS)
        .where(
            Product.category_id == product.category_id,
            Product.id != product.id,
            Product.price.is_not(None),
            Product.in_stock,
        )
        .order_by(Product.popularity.desc(), Product.id.desc())
        .limit(count)
    )
    return [card(row) for row in await session.execute(found)]
