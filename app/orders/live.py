"""What an open order page follows: the version of its order, read anew for each look."""

from collections.abc import AsyncIterator

from app.kernel.db import Access
from app.kernel.errors import NotFound
from app.kernel.services import Services
from app.kernel.streams import changes
from app.kernel.viewer import Viewer
from app.orders import queries


async def follow(
    services: Services, viewer: Viewer, number: str, seen: str
) -> AsyncIterator[bytes]:
    """Events of one order that a page shows as of `seen`. Raises NotFound for a foreign one."""

    async def version() -> str | None:
        async with services.db.begin(Access(read_only=True)) as session:
            return await queries.version(session, viewer, number)

    async with services.db.begin(Access(read_only=True)) as session:
        order_id = await queries.visible_id(session, viewer, number)
    if order_id is None:
        raise NotFound
    return changes(services.redis, f"order:{order_id}", version, seen)
