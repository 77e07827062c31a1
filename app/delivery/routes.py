"""The development mailbox: every message that left, newest first. Absent in production."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery import queries
from app.kernel import access, web
from app.kernel.errors import NotFound
from app.kernel.forms import check_text
from app.kernel.services import Services


@get("/dev/mailbox", opt=access.adults, name="delivery.mailbox")
async def mailbox(
    request: Request[Any, Any, Any], session: AsyncSession, services: Services, q: str = ""
) -> Response[Any]:
    """Codes are readable here, so production does not have it."""
    if services.settings.is_production:
        raise NotFound
    check_text(q)
    found = [queries.letter(row) for row in await queries.last_messages(session, q)]
    return web.page(request, "delivery/mailbox.html", block="messages", letters=found, q=q)


ROUTES = [mailbox]
