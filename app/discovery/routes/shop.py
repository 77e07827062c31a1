"""The search page and what it suggests while somebody types."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog import filters, queries
from app.catalog.filters import Filters, Sort
from app.discovery.normalise import QUERY_LENGTH
from app.discovery.search import CANDIDATES, Found, search
from app.kernel import access, web
from app.kernel.ratelimit import Limits, address_of
from app.kernel.viewer import Viewer, Zone

Asked = Request[Any, Any, Any]
SUGGESTIONS = 6
SHORTEST = 2  # letters before anything is suggested


@get("/search", opt=access.viewable(access.everyone), name="discovery.search")
async def page(
    request: Asked, session: AsyncSession, viewer: Viewer, limits: Limits
) -> Response[Any]:
    """Results for `?q=`; without words all goods, by the filters alone."""
    await _count(request, viewer, limits)
    chosen = _chosen(request)
    if chosen.words:
        found = await search(session, viewer.audience, chosen)
    else:
        goods = await queries.listing(session, viewer.audience, chosen)
        found = Found(goods.rows, next=goods.next)
    tree = None if found.cards else await queries.category_tree(session, viewer.audience)
    face = "kids_search" if viewer.zone is Zone.KIDS else "search"
    return web.page(
        request,
        f"discovery/{face}.html",
        block="results",
        here="catalog",
        found=found,
        cards=found.cards,
        roots=tree.roots if tree else (),
        most=CANDIDATES,
        **filters.shown("/search", chosen, found.next),
    )


@get("/search/suggest", opt=access.viewable(access.everyone), name="discovery.suggest")
async def suggest(
    request: Asked, session: AsyncSession, viewer: Viewer, limits: Limits
) -> Response[Any]:
    """A fragment: the first few goods for what is typed so far."""
    await _count(request, viewer, limits)
    words = _words(request)
    found = Found()
    if len(words) >= SHORTEST:
        asked = Filters(words=words, sort=Sort.RELEVANT)
        found = await search(session, viewer.audience, asked, size=SUGGESTIONS)
    return web.page(request, "discovery/suggestions.html", found=found, words=words)


def _chosen(request: Asked) -> Filters:
    words = _words(request)
    default = Sort.RELEVANT if words else Sort.POPULAR
    return filters.read(request.query_params.dict(), default, words)


def _words(request: Asked) -> str:
    return " ".join(request.query_params.get("q", "")[:QUERY_LENGTH].split())


async def _count(request: Asked, viewer: Viewer, limits: Limits) -> None:
    await limits.hit("300/minute", "search", address_of(request))
    if viewer.session_id is not None:
        await limits.hit("60/minute", "search", str(viewer.session_id))
