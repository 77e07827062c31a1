"""The app's own files: manifest, service worker, offline page, robots."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, get

from app.kernel import access, web
from app.kernel.assets import Assets
from app.kernel.i18n import Locale, gettext, use_locale

Asked = Request[Any, Any, Any]
WORKER = Path(__file__).resolve().parents[2] / "service-worker.js"
HOUR = "public, max-age=3600"
PRIVATE_PATHS = ("cart", "checkout", "orders", "family", "kids", "me", "seller", "pay", "search")

_ = gettext


@get("/manifest.webmanifest", opt=access.machines, name="pages.manifest", sync_to_thread=False)
def manifest(request: Asked) -> Response[bytes]:
    """The installable app in the language of `?l=`, Uzbek when it is not one of ours."""
    wanted = request.query_params.get("l", "")
    locale = Locale(wanted) if wanted in set(Locale) else Locale.UZ
    assets: Assets = request.app.state.assets
    with use_locale(locale):
        body = _manifest(locale, assets)
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        media_type="application/manifest+json",
        headers={"cache-control": HOUR},
    )


def _manifest(locale: Locale, assets: Assets) -> dict[str, Any]:
    def icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
        sizes = f"{size}x{size}"
        return {
            "src": assets.url(f"brand/{name}.png"),
            "sizes": sizes,
            "type": "image/png",
            "purpose": purpose,
        }

    def shortcut(name: str, path: str) -> dict[str, str]:
        return {"name": name, "url": f"/{locale.value}{path}"}

    return {
        "id": "/",
        "name": _("Bozorcha: the family bazaar"),
        "short_name": "Bozorcha",
        "description": _("Things chosen for children, approved by parents."),
        "lang": locale.html_lang,
        "dir": "ltr",
        "start_url": f"/{locale.value}/",
        "scope": "/",
        "display": "standalone",
        "orientation": "any",
        "background_color": "#fcfbf7",
        "theme_color": "#fcfbf7",
        "categories": ["shopping", "kids", "education"],
        "icons": [
            icon("icon-192", 192),
            icon("icon-512", 512),
            icon("icon-maskable-512", 512, "maskable"),
        ],
        "shortcuts": [
            shortcut(_("Catalogue"), "/catalog"),
            shortcut(_("Cart"), "/cart"),
            shortcut(_("My family"), "/family"),
        ],
    }


@get("/service-worker.js", opt=access.machines, name="pages.worker", sync_to_thread=False)
def worker(request: Asked) -> Response[bytes]:
    """The worker with the list of what it fetches at once; its text changes with every release."""
    assets: Assets = request.app.state.assets
    paths = sorted({*assets.precache("shop"), *assets.precache("kids")})
    return Response(
        _worker(tuple(paths)),
        media_type="text/javascript; charset=utf-8",
        headers={"cache-control": "no-cache", "service-worker-allowed": "/"},
    )


@cache
def _worker(paths: tuple[str, ...]) -> bytes:
    source = WORKER.read_text("utf-8")
    version = hashlib.sha256((source + json.dumps(paths)).encode()).hexdigest()[:12]
    filled = source.replace("/*__PRECACHE__*/[]", json.dumps(paths)).replace("__VERSION__", version)
    return filled.encode()


@get("/offline", opt=access.viewable(access.always), name="pages.offline", sync_to_thread=False)
def offline(request: Asked) -> Response[bytes]:
    """What the worker shows when there is no network and no kept copy."""
    return web.page(request, "pwa/offline.html", offline=True)


@get("/robots.txt", opt=access.machines, name="pages.robots", sync_to_thread=False)
def robots(request: Asked) -> Response[bytes]:
    """Search engines may read the shop, not anybody's own pages."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: /*/{path}" for path in PRIVATE_PATHS]
    body = "\n".join(lines) + "\n"
    return Response(body.encode(), media_type="text/plain", headers={"cache-control": HOUR})
