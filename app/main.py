"""Builds the web application from the slices."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.logging import LoggingConfig
from servestatic import ServeStaticASGI
from sqlalchemy.ext.asyncio import AsyncSession

from app import slices
from app.accounts.sessions import load_viewer
from app.delivery.push import public_key
from app.family.zone import narrow
from app.kernel import access, assets, config, observe, security
from app.kernel.config import Settings
from app.kernel.failures import EXCEPTION_HANDLERS
from app.kernel.ratelimit import Limits
from app.kernel.request import RequestScope, Unit
from app.kernel.services import Services, build
from app.kernel.templating import Templates
from app.kernel.viewer import Viewer

ROOT = Path(__file__).resolve().parent.parent
MAX_BODY_BYTES = 1_000_000


def provide_session(request: Request[Any, Any, Any]) -> AsyncSession:
    unit: Unit = request.scope["state"]["unit"]
    return unit.session


def provide_viewer(request: Request[Any, Any, Any]) -> Viewer:
    viewer: Viewer = request.scope["state"]["viewer"]
    return viewer


def provide_services(request: Request[Any, Any, Any]) -> Services:
    services: Services = request.scope["state"]["services"]
    return services


def provide_limits(request: Request[Any, Any, Any]) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


async def check_request(request: Request[Any, Any, Any]) -> None:
    """Prove an unsafe request before its handler runs: the session's CSRF token."""
    rule: access.Rule = request.route_handler.opt[access.KEY]
    if rule.machine or request.method in security.SAFE_METHODS:
        return
    sent = request.headers.get(security.CSRF_HEADER)
    if sent is None and "json" not in (request.headers.get("content-type") or ""):
        value = (await request.form()).get(security.CSRF_FIELD)
        sent = value if isinstance(value, str) else None
    state = request.scope["state"]
    security.check_token(state["services"].settings, state["viewer"], sent)


async def _viewer(services: Services, scope: dict[str, Any], headers: Any) -> Viewer:
    viewer = await load_viewer(services, scope, headers)
    return await narrow(services, viewer)


def create(settings: Settings | None = None, services: Services | None = None) -> Any:
    """The ASGI app: static files, the request scope, then the framework."""
    settings = settings or (services.settings if services else config.load())
    observe.configure(json=settings.is_production)
    registry = services.registry if services else slices.registry()
    services = services or build(settings, registry)
    built = assets.build(ROOT / "static", ROOT / "static" / "build")
    templates = Templates([ROOT / "templates"], built, reload=not settings.is_production)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await services.close()

    app = Litestar(
        route_handlers=registry.routes,
        guards=[access.guard],
        before_request=check_request,
        dependencies={
            "session": Provide(provide_session, sync_to_thread=False),
            "viewer": Provide(provide_viewer, sync_to_thread=False),
            "services": Provide(provide_services, sync_to_thread=False),
            "limits": Provide(provide_limits, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[lifespan],
        openapi_config=None,
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=LoggingConfig(log_exceptions="never"),  # kernel.failures logs them
        debug=False,
    )
    app.state.templates = templates
    app.state.limits = Limits(services)
    app.state.assets = built
    app.state.vapid_public_key = public_key(settings)
    scoped = RequestScope(app, services, _viewer)
    static = ServeStaticASGI(
        scoped,
        root=built.root,
        prefix="static",
        immutable_file_test=lambda *_: True,
        max_age=31536000,
    )
    static.litestar = app
    return static


def __getattr__(name: str) -> Any:
    """`app.main:app` builds the app when a server asks for it, never on import."""
    if name == "app":
        built = create()
        globals()["app"] = built
        return built
    raise AttributeError(name)
