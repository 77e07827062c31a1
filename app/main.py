"""Builds the web application from the slices."""

from pathlib import Path
from typing import Any

from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.logging import LoggingConfig
from servestatic import ServeStaticASGI
from sqlalchemy.ext.asyncio import AsyncSession

from app import slices
from app.accounts.sessions import load_viewer
from app.api.calling import identify
from app.audit.denials import note_denial
from app.delivery.push import public_key
from app.family.zone import is_waiting, narrow
from app.kernel import access, assets, config, observe, security, web
from app.kernel.config import Settings
from app.kernel.failures import EXCEPTION_HANDLERS
from app.kernel.ratelimit import Limits
from app.kernel.request import RequestScope, Unit
from app.kernel.services import Services, build
from app.kernel.slice import Registry
from app.kernel.templating import Templates
from app.kernel.viewer import Viewer
from app.privacy import policies
from app.staff.viewing import enter, note_page

WAITING, LEAVE = "/kids/waiting", "/kids/leave"
ROOT = Path(__file__).resolve().parent.parent
MAX_BODY_BYTES = 1_000_000
ASSET_SECONDS = 31_536_000  # a year: hashed names never change their content


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
    limits: Limits = request.scope["state"]["limits"]
    return limits


async def check_request(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """Before any handler: a child without consent waits, the CSRF token, new terms."""
    rule: access.Rule = request.route_handler.opt[access.KEY]
    if rule.machine:
        return None
    state = request.scope["state"]
    host = request.client.host if request.client else ""
    security.check_desk(state["services"].settings, state["path"], host)
    viewer: Viewer = state["viewer"]
    if is_waiting(viewer) and not _is_open(request):
        return web.redirect(request, WAITING)
    if request.method not in security.SAFE_METHODS:
        await _check_token(request)
    elif viewer.view is not None:
        await note_page(state["services"], viewer, state["path"])
    elif target := policies.detour(viewer, state["path"]):
        return web.redirect(request, target)
    return None


def _is_open(request: Request[Any, Any, Any]) -> bool:
    """The pages that a waiting child may see: the waiting page and the grown-ups' way out."""
    path: str = request.scope["state"]["path"]
    return path in (WAITING, LEAVE) or path.startswith("/passkeys/leave/")


async def _check_token(request: Request[Any, Any, Any]) -> None:
    sent = request.headers.get(security.CSRF_HEADER)
    if sent is None and "json" not in (request.headers.get("content-type") or ""):
        value = (await request.form()).get(security.CSRF_FIELD)
        sent = value if isinstance(value, str) else None
    state = request.scope["state"]
    security.check_token(state["services"].settings, state["viewer"], sent)


async def _viewer(services: Services, scope: dict[str, Any], headers: Any) -> Viewer:
    viewer, refusal = await enter(services, await load_viewer(services, scope, headers))
    if refusal is not None:
        scope["state"]["refusal"] = refusal
    return await narrow(services, viewer)


def framework(settings: Settings, registry: Registry) -> Litestar:
    """The framework's app: routes, guard and error pages; it holds no connection."""
    built = assets.build(ROOT / "static", ROOT / "static" / "build")
    app = Litestar(
        route_handlers=registry.routes,
        guards=[identify, access.guard],
        before_request=check_request,
        dependencies={
            "session": Provide(provide_session, sync_to_thread=False),
            "viewer": Provide(provide_viewer, sync_to_thread=False),
            "services": Provide(provide_services, sync_to_thread=False),
            "limits": Provide(provide_limits, sync_to_thread=False),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        after_exception=[note_denial],
        on_shutdown=[_close_services],
        openapi_config=None,
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=LoggingConfig(log_exceptions="never"),  # kernel.failures logs them
        debug=False,
    )
    app.state.templates = Templates([ROOT / "templates"], built, reload=settings.template_reload)
    app.state.assets = built
    app.state.vapid_public_key = public_key(settings)
    return app


async def _close_services(app: Litestar) -> None:
    services: Services | None = app.state.get("services")
    if services is not None:
        await services.close()


def scoped(app: Litestar, services: Services) -> Any:
    """The framework's app inside the life of our requests, behind the proxies we trust."""
    inner: Any = app  # its own ASGI types are narrower than the protocol
    scope = RequestScope(inner, services, _viewer, Limits(services))
    proxies = services.settings.trusted_proxies
    return wrap_asgi_with_proxy_headers(scope, proxies) if proxies else scope


def create() -> ServeStaticASGI:
    """The whole ASGI app: static files, then the request scope, then the framework."""
    settings = config.load()
    observe.configure(json=settings.is_production)
    registry = slices.registry()
    app = framework(settings, registry)
    app.state.services = build(settings, registry)
    return static(app, scoped(app, app.state.services))


def static(app: Litestar, inner: Any) -> ServeStaticASGI:
    """Serve the built assets in front of `inner`; their names carry their content's hash."""
    return ServeStaticASGI(
        inner,
        root=app.state.assets.root,
        prefix="static",
        immutable_file_test=lambda *_: True,
        max_age=ASSET_SECONDS,
    )


def __getattr__(name: str) -> Any:
    """`app.main:app` builds the app when a server asks for it, never on import."""
    if name == "app":
        built = create()
        globals()["app"] = built
        return built
    raise AttributeError(name)
