"""The shop window: the tree, a category's goods, a product; each in the face of its zone."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog import filters, offers, queries
from app.catalog.card import SKILLS, age_text
from app.catalog.queries import Node
from app.catalog.texts import facts
from app.kernel import access, web
from app.kernel.i18n import get_locale, pick
from app.kernel.money import Money
from app.kernel.viewer import Viewer, Zone

Asked = Request[Any, Any, Any]
MAX_COUNT = 10  # of one thing, in one go
FRESH_SECONDS = 60  # for guests a page may be that old


@get("/catalog", opt=access.viewable(access.everyone), name="catalog.tree")
async def tree(request: Asked, session: AsyncSession, viewer: Viewer) -> Response[Any]:
    found = await queries.category_tree(session, viewer.audience)
    return web.page(
        request,
        _face(viewer, "tree"),
        here="catalog",
        offline=True,
        public_seconds=FRESH_SECONDS,
        roots=found.roots,
        skills=SKILLS,
    )


@get("/c", opt=access.viewable(access.everyone), name="catalog.short")
async def short(request: Asked) -> Response[Any]:
    """The address that people shorten a category's to."""
    return web.redirect(request, "/catalog")


@get("/c/{slug:str}", opt=access.viewable(access.everyone), name="catalog.list")
async def listing(
    request: Asked, session: AsyncSession, viewer: Viewer, slug: str
) -> Response[Any]:
    tree = await queries.category_tree(session, viewer.audience, around=slug)
    node = tree.find(slug)
    chosen = filters.read(request.query_params.dict())
    page = await queries.listing(session, viewer.audience, chosen, category_ids=tree.under(node))
    return web.page(
        request,
        _face(viewer, "list"),
        block="results",
        here="catalog",
        offline=True,
        public_seconds=FRESH_SECONDS,
        node=node,
        crumbs=_crumbs(tree.trail(node), node),
        **filters.shown(f"/c/{slug}", chosen, page.next),
        cards=page.rows,
    )


@get("/p/{slug:str}", opt=access.viewable(access.everyone), name="catalog.product")
async def product(
    request: Asked, session: AsyncSession, viewer: Viewer, slug: str
) -> Response[Any]:
    """A product; `?v=` names the variant, the first one in stock otherwise."""
    found = await queries.product_page(session, viewer.audience, slug)
    variants = await offers.variants_for_sale(session, viewer.audience, found.id)
    chosen = offers.choose(variants, request.query_params.get("v", ""))
    return web.page(
        request,
        _face(viewer, "product"),
        offline=True,
        public_seconds=FRESH_SECONDS,
        p=found,
        p_path=f"/p/{slug}",
        pictures=[
            (found.art, found.hue),
            *((one["art"], one["hue"]) for one in found.gallery or ()),
        ],
        variants=variants,
        chosen=chosen,
        counts=[(n, n) for n in range(1, min(chosen.available, MAX_COUNT) + 1)] if chosen else [],
        price=chosen and Money(chosen.price, chosen.currency),
        old_price=chosen and chosen.old_price and Money(chosen.old_price, chosen.currency),
        age_mark=age_text(found),
        facts=facts(found, chosen),
        skills=[SKILLS[key] for key in found.skills if key in SKILLS],
        similar=await queries.similar(session, viewer.audience, found),
    )


def _crumbs(trail: list[Node], node: Node) -> list[tuple[str, str]]:
    prefix = f"/{get_locale().value}/c/"
    return [*((pick(one.name), prefix + one.slug) for one in trail), (pick(node.name), "")]


def _face(viewer: Viewer, name: str) -> str:
    prefix = "kids_" if viewer.zone is Zone.KIDS else ""
    return f"catalog/{prefix}{name}.html"
