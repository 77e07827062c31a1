"""The only ways a handler answers: a page or a block of it, a redirect, JSON for our scripts."""

import gzip
import json
from dataclasses import replace
from http.cookies import SimpleCookie
from typing import Any, TypeGuard

import brotli
from litestar import MediaType, Request, Response

from app.kernel import crypto, security
from app.kernel.i18n import Locale, get_locale
from app.kernel.request import Unit
from app.kernel.templating import LAYOUTS, Templates
from app.kernel.viewer import Viewer, Zone

FLASH_COOKIE = "flash"
FLASH_SECONDS = 60
COMPRESS_FROM = 1000  # bytes: below, a page fits one packet anyway
# A list of 24 costs 0.1 ms at these and is a fifth of its size; higher ones gain a few percent.
BROTLI_QUALITY, GZIP_LEVEL = 4, 4


def is_htmx(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx asks for a fragment (a boosted or restored page is a whole page)."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
    )


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    offline: bool = False,
    public_seconds: int = 0,
    **values: Any,
) -> Response[bytes]:
    """Render a screen; for htmx only `block` of it, when one is named.

    `offline` lets the service worker keep a copy for this profile; `public_seconds` lets shared
    caches keep it, and is honoured for guests only, since everybody else sees personal parts.
    """
    templates: Templates = request.app.state.templates
    context = page_context(request) | values
    if block is not None and is_htmx(request):
        html = templates.render_block(template, block, context)
    else:
        html = templates.render(template, context)
    viewer: Viewer = request.scope["state"]["viewer"]
    public = public_seconds and viewer.is_guest and viewer.session_id is None
    headers = {
        "cache-control": f"public, max-age={public_seconds}" if public else "no-store",
        "vary": "HX-Request, Cookie, Accept-Encoding",
    }
    if offline and viewer.view is None:  # nobody's pages stay on the device of staff
        headers["x-offline"] = "keep"
    body = _compressed(html.encode(), request.headers.get("accept-encoding", ""), headers)
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)


def desk_page(
    request: Request[Any, Any, Any], template: str, *, here: str, **values: Any
) -> Response[bytes]:
    """A screen of the staff's desk; `here` is the key of its section. Extends layouts/desk.html."""
    viewer: Viewer = request.scope["state"]["viewer"]
    desk = replace(viewer, zone=Zone.DESK)
    return page(request, template, here=here, viewer=desk, layout=LAYOUTS[Zone.DESK], **values)


def _compressed(body: bytes, accepted: str, headers: dict[str, str]) -> bytes:
    """The body as the browser takes it, and `content-encoding` set. Only pages pass here: the
    framework's own compression would hold back event streams."""
    if len(body) < COMPRESS_FROM:
        return body
    if "br" in accepted:
        headers["content-encoding"] = "br"
        smaller: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
        return smaller
    if "gzip" in accepted:
        headers["content-encoding"] = "gzip"
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    return body


def page_context(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """What every template may rely on; a pure function of the request."""
    state = request.scope["state"]
    viewer: Viewer = state["viewer"]
    locale = get_locale()
    path: str = state["path"]
    query = request.scope.get("query_string", b"").decode("latin-1")
    settings = state["services"].settings

    def switch_locale(other: str) -> str:
        return f"/{other}{path}" + (f"?{query}" if query else "")

    return {
        "request_id": state.get("request_id", ""),
        "viewer": viewer,
        "locale": locale.value,
        "html_lang": locale.html_lang,
        "csrf_token": security.csrf_token(settings, viewer),
        "path": path,
        "badges": viewer.badges,
        "layout": LAYOUTS[viewer.zone],
        "sections": [s for s in state["services"].registry.sections if viewer.may(s.permission)],
        "toasts": _flash(request),
        "switch_locale": switch_locale,
        "base_url": settings.base_url.rstrip("/"),
        "is_production": settings.is_production,
        "vapid_public_key": request.app.state.vapid_public_key,
    }


def redirect(
    request: Request[Any, Any, Any], path: str, *, toast: str = "", kind: str = "good"
) -> Response[None]:
    """Send the browser to another page of ours (303), optionally with one toast shown there."""
    target = path if path.startswith("http") else f"/{get_locale().value}{path}"
    if toast:
        add_cookie(request, FLASH_COOKIE, _pack(request, kind, toast), max_age=FLASH_SECONDS)
    if is_htmx(request):
        return Response(
            None, status_code=200, headers={"HX-Redirect": target, "cache-control": "no-store"}
        )
    return Response(
        None, status_code=303, headers={"location": target, "cache-control": "no-store"}
    )


def answer_json(value: Any, status: int = 200) -> Response[bytes]:
    """JSON for our own scripts (passkeys, push); pages are never JSON."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(
        body, status_code=status, media_type=MediaType.JSON, headers={"cache-control": "no-store"}
    )


def local_path(target: str | None, default: str) -> str:
    """A `next` address that stays on this site, without its language: one leading slash, no
    control characters."""
    if not _stays_here(target):
        return default
    for locale in Locale:
        if target == f"/{locale.value}" or target.startswith(f"/{locale.value}/"):
            rest = target[len(locale.value) + 1 :] or "/"
            return rest if _stays_here(rest) else default
    return target


def _stays_here(target: str | None) -> TypeGuard[str]:
    if not target or not target.startswith("/") or target.startswith("//"):
        return False
    return not any(ord(char) < 32 or char == "\\" for char in target)


def add_cookie(
    request: Request[Any, Any, Any],
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    http_only: bool = True,
) -> None:
    """Add a cookie to whatever this request is answered with; `max_age=0` deletes it."""
    unit: Unit = request.scope["state"]["unit"]
    cookie: SimpleCookie = SimpleCookie()
    cookie[name] = value
    cookie[name]["path"] = "/"
    cookie[name]["samesite"] = "Lax"
    if max_age is not None:
        cookie[name]["max-age"] = max_age
    if http_only:
        cookie[name]["httponly"] = True
    if unit.services.settings.is_secure:
        cookie[name]["secure"] = True
    unit.cookies.append(cookie[name].OutputString())


def _pack(request: Request[Any, Any, Any], kind: str, text: str) -> str:
    settings = request.scope["state"]["services"].settings
    return crypto.sign(settings, "flash", json.dumps([kind, text], ensure_ascii=False))


def _flash(request: Request[Any, Any, Any]) -> list[dict[str, str]]:
    raw = request.cookies.get(FLASH_COOKIE)
    if not raw or is_htmx(request):
        return []
    settings = request.scope["state"]["services"].settings
    add_cookie(request, FLASH_COOKIE, "", max_age=0)
    text = crypto.unsign(settings, "flash", raw)
    if text is None:
        return []
    kind, message = json.loads(text)
    return [{"kind": kind, "text": message}]
