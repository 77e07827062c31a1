"""What a program reads of the person, the family, the catalogue and the person's orders."""

from dataclasses import replace
from typing import Annotated, Any

from litestar import Request, Response
from litestar.params import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import drawing, shapes
from app.api.errors import OneFilter
from app.api.routes.declaring import (
    CURSOR_LENGTH,
    answer,
    answer_cached,
    check_cursor,
    reads,
)
from app.catalog import offers, queries
from app.catalog.filters import Filters, Sort
from app.discovery.normalise import QUERY_LENGTH
from app.discovery.search import search
from app.family import queries as family
from app.kernel.services import Services
from app.kernel.viewer import ADULT, Viewer
from app.orders import queries as orders

Asked = Request[Any, Any, Any]
Cursor = Annotated[
    str | None,
    Parameter(max_length=CURSOR_LENGTH, description="`next` of the page before.", required=False),
]
Words = Annotated[
    str | None,
    Parameter(max_length=QUERY_LENGTH, description="Words to search for.", required=False),
]
Slug = Annotated[
    str | None,
    Parameter(max_length=80, description="The slug of a category.", required=False),
]


@reads("/me", "profile:read", "me", "For whom this program speaks")
async def me(viewer: Viewer) -> Response[shapes.Me]:
    return answer(drawing.me(viewer))


@reads("/family/children", "family:read", "children", "Nickname and age group of each child", 404)
async def children(session: AsyncSession, viewer: Viewer) -> Response[shapes.Children]:
    """Of the family that the person guards; without one there are none."""
    found = []
    if viewer.household_id is not None:
        found = await family.children(session, viewer.household_id)
    return answer(drawing.children(found))


@reads("/categories", "catalogue:read", "categories", "All categories", is_cached=True)
async def categories(request: Asked, session: AsyncSession) -> Response[shapes.Categories]:
    return answer_cached(request, drawing.categories(await queries.category_tree(session)))


@reads(
    "/products",
    "catalogue:read",
    "products",
    "Products, a page at a time",
    404,
    422,
    is_cached=True,
)
async def products(
    request: Asked,
    session: AsyncSession,
    services: Services,
    category: Slug = None,
    q: Words = None,
    cursor: Cursor = None,
) -> Response[shapes.ProductList]:
    """Of a category, or found by words; else all, the most liked first."""
    cards, after = await _products(session, category, " ".join((q or "").split()), cursor)
    base = services.settings.base_url.rstrip("/")
    items = [drawing.product_card(card, base) for card in cards]
    return answer_cached(request, shapes.ProductList(items=items, next=after))


async def _products(
    session: AsyncSession, category: str | None, words: str, cursor: str | None
) -> tuple[Any, str | None]:
    if words and category:
        raise OneFilter
    check_cursor(cursor, 1 if words else 2)
    if words:
        asked = Filters(words=words, sort=Sort.RELEVANT, after=cursor)
        found = await search(session, ADULT, asked)
        return found.cards, found.next
    under = None
    if category:
        tree = await queries.category_tree(session)
        under = tree.under(tree.find(category))
    page = await queries.listing(session, ADULT, Filters(after=cursor), category_ids=under)
    return page.rows, page.next


@reads("/products/{slug:str}", "catalogue:read", "product", "One product", 404, is_cached=True)
async def product(
    request: Asked, session: AsyncSession, services: Services, slug: str
) -> Response[shapes.Product]:
    row = await queries.product_page(session, ADULT, slug)
    variants = await offers.variants_for_sale(session, ADULT, row.id)
    base = services.settings.base_url.rstrip("/")
    return answer_cached(request, drawing.product(row, variants, base))


@reads("/orders", "orders:read", "orders", "The person’s own orders, the newest first", 422)
async def own_orders(
    session: AsyncSession, viewer: Viewer, cursor: Cursor = None
) -> Response[shapes.OrderList]:
    check_cursor(cursor, 1)
    page = await orders.history(session, _alone(viewer), cursor)
    items = [drawing.order_card(one) for one in page.rows]
    return answer(shapes.OrderList(items=items, next=page.next))


@reads("/orders/{number:str}", "orders:read", "order", "One own order", 404)
async def own_order(session: AsyncSession, viewer: Viewer, number: str) -> Response[shapes.Order]:
    return answer(drawing.order(await orders.order_page(session, _alone(viewer), number)))


def _alone(viewer: Viewer) -> Viewer:
    """Without the roles: not the orders that others of the family made for a child."""
    return replace(viewer, grants=())


ROUTES = [me, children, categories, products, product, own_orders, own_order]
