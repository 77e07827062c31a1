"""The payer's way to the provider. A child has none."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import access, web
from app.kernel.errors import NotFound
from app.kernel.i18n import get_locale
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from app.payments import intents


@get("/pay/{reference:str}", opt=access.adults, name="payments.pay")
async def pay(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    viewer: Viewer,
    services: Services,
    reference: str,
) -> Response[Any]:
    """Send the payer to the provider's page; back to the order when nothing is left to pay."""
    intent = await intents.payable_by(session, viewer, reference)
    if intent is None:
        raise NotFound
    if not intents.is_payable(intent):
        return web.redirect(request, intent.return_path)
    url = intents.pay_url(services.settings, intent, "payme", get_locale())
    return web.redirect(request, url)
