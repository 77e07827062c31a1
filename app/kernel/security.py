"""Response headers, and what every unsafe request must prove before a handler sees it."""

from ipaddress import ip_address, ip_network

from litestar.datastructures import Headers

from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.errors import Forbidden, NotFound
from app.kernel.viewer import Viewer

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "_csrf_token"
CSRF_HEADER = "x-csrf-token"
CSRF_COOKIE = "csrf"
DESK = "/desk"


def headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """The headers of every answer; one policy for all pages, so nothing can forget it."""
    pay = settings.payme_checkout_url.rstrip("/")
    form_action = f"'self' {pay}" if pay.startswith("https://") else "'self'"
    csp = (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {form_action}"
    )
    permissions = (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), usb=(), "
        "payment=(self), publickey-credentials-get=(self), publickey-credentials-create=(self)"
    )
    found = {
        "content-security-policy": csp,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": permissions,
        "x-frame-options": "DENY",
        "server": "bozorcha",  # else the server names itself
    }
    if settings.is_secure:
        found["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in found.items()]


def csrf_token(settings: Settings, viewer: Viewer) -> str:
    """The token of this session, masked anew; guests without one share a token of the day.

    A guest has no authority to abuse; for them the origin checks carry the weight.
    """
    if viewer.csrf_secret:
        return crypto.mask(viewer.csrf_secret)
    return _guest_token(settings, clock.now().date().toordinal())


def check_origin(settings: Settings, request_headers: Headers) -> None:
    """Refuse a request that another site made this browser send (Fetch Metadata, Origin)."""
    if request_headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden
    origin = request_headers.get("origin")
    if origin is not None and origin not in settings.allowed_origins:
        raise Forbidden


def check_token(settings: Settings, viewer: Viewer, sent: str | None) -> None:
    """Refuse an unsafe request without the session's token, masked or as its cookie has it."""
    if not sent:
        raise Forbidden
    if viewer.csrf_secret:
        secret = viewer.csrf_secret
        if crypto.same(sent, secret) or crypto.same(crypto.unmask(sent), secret):
            return
        raise Forbidden
    today = clock.now().date().toordinal()
    if not any(crypto.same(sent, _guest_token(settings, d)) for d in (today, today - 1)):
        raise Forbidden


def check_desk(settings: Settings, path: str, host: str) -> None:
    """For any network but the staff's own, where some are set, their desk does not exist."""
    if not settings.staff_networks or not (path == DESK or path.startswith(f"{DESK}/")):
        return
    own = (ip_network(part.strip()) for part in settings.staff_networks.split(",") if part.strip())
    try:
        address = ip_address(host)
    except ValueError:
        raise NotFound from None
    if not any(address in network for network in own):
        raise NotFound


def _guest_token(settings: Settings, day: int) -> str:
    return crypto.keyed_hash(settings, "csrf-guest", str(day)).hex()[:32]
