"""The staff's home: the work that waits for whoever looks."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, web
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.staff import tiles

AnyRequest = Request[Any, Any, Any]


@get("/desk", opt=access.may("desk.open"), name="staff.desk")
async def desk(
    request: AnyRequest, session: AsyncSession, viewer: Viewer, services: Services
) -> Response[Any]:
    found = await tiles.tiles(session, services.registry, viewer)
    return web.desk_page(
        request,
        "staff/desk.html",
        here="desk",
        tiles=found,
        waiting=sum(tile.open or 0 for tile in found),
    )


ROUTES = [desk]
