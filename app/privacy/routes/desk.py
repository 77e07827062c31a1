"""The processing register as those see it who answer for it."""

from typing import Any

from litestar import Request, Response, get

from app.kernel import access, web
from app.kernel.services import Services
from app.privacy import register


@get("/desk/privacy", opt=access.may("privacy.read"), name="privacy.register")
async def page(request: Request[Any, Any, Any], services: Services) -> Response[Any]:
    return web.desk_page(
        request,
        "privacy/register.html",
        here="privacy",
        lines=register.lines(services.registry),
        keeps=services.registry.keeps,
    )


ROUTES = [page]
