"""The page of one shop."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog import filters, queries
from app.kernel import access, web
from app.kernel.viewer import Viewer
from app.sellers.queries import shop

FRESH_SECONDS = 60  # for guests a page may be that old


@get("/shops/{slug:str}", opt=access.viewable(access.adults), name="catalog.shop")
async def show(
    request: Request[Any, Any, Any], session: AsyncSession, viewer: Viewer, slug: str
) -> Response[Any]:
    """Who sells, and all that they sell; strangers are no matter for children."""
    seller = await shop(session, slug)
    chosen = filters.read(request.query_params.dict())
    page = await queries.listing(session, viewer.audience, chosen, seller_id=seller.id)
    return web.page(
        request,
        "catalog/shop.html",
        block="results",
        here="catalog",
        public_seconds=FRESH_SECONDS,
        seller=seller,
        cards=page.rows,
        **filters.shown(f"/shops/{slug}", chosen, page.next),
    )
