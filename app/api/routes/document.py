"""The description of the API: OpenAPI 3.1 for programs, a page for people."""

import json
from functools import cache
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from app.api import bucket, scopes
from app.api.errors import REFUSALS
from app.api.routes import granting, reading, sales
from app.api.routes.declaring import ROOT
from app.kernel import access, web
from app.kernel.services import Services

RESOURCES = [*granting.ROUTES, *reading.ROUTES, *sales.ROUTES]
OPENAPI_SECONDS = 300
_SENT = ("CodeGrant", "RefreshGrant", "Step", "Handover")  # unknown fields are refused
PROVIDED = ("session", "viewer", "services", "limits")


def _stand_in() -> Provide:
    """For what the real app hands to handlers, so that it is no parameter here."""

    async def nothing() -> None: ...

    return Provide(nothing)


@cache
def description() -> dict[str, Any]:
    """OpenAPI 3.1 of the resources alone: from an app that has nothing else and serves nobody."""
    bearer = SecurityScheme(
        type="http",
        scheme="bearer",
        description="An access token (ten minutes) or a key. Each operation names its scope.",
    )
    app = Litestar(
        route_handlers=RESOURCES,
        dependencies={name: _stand_in() for name in PROVIDED},
        openapi_config=OpenAPIConfig(
            title="Bozorcha",
            version="1",
            description="Amounts are whole tiyin, texts are objects by language, moments are UTC.",
            components=Components(security_schemes={"bearer": bearer}),
            use_handler_docstrings=False,
        ),
    )
    found: dict[str, Any] = app.openapi_schema.to_schema()
    for name in _SENT:
        found["components"]["schemas"][name]["additionalProperties"] = False
    return found


@get(f"{ROOT}/openapi.json", opt=access.machines, name="api.openapi")
async def openapi(services: Services) -> Response[bytes]:
    """For everybody: it holds no more than the page does."""
    servers = [{"url": services.settings.base_url.rstrip("/")}]
    body = json.dumps(description() | {"servers": servers}, ensure_ascii=False)
    return Response(
        body.encode(),
        media_type="application/json",
        headers={"cache-control": f"public, max-age={OPENAPI_SECONDS}"},
    )


@get("/api", opt=access.adults, name="api.page")
async def page(request: Request[Any, Any, Any]) -> Response[Any]:
    """How to receive a token, what one may do with it, what can go wrong."""
    return web.page(
        request,
        "api/about.html",
        scopes=scopes.SCOPES,
        operations=_operations(),
        per_minute=bucket.CAPACITY,
        refusals=[(one.code, one().text()) for one in REFUSALS],
    )


def _operations() -> list[tuple[str, str, str, str]]:
    """Method, path, scope and summary of each."""
    return [
        (method.upper(), path, _scope(operation), operation.get("summary", ""))
        for path, operations in description()["paths"].items()
        for method, operation in operations.items()
    ]


def _scope(operation: dict[str, Any]) -> str:
    asked = operation.get("security") or [{}]
    return ", ".join(asked[0].get("bearer", []))


ROUTES = [openapi, page]
