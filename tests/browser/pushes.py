"""A small push service on the loopback: proves VAPID (RFC 8292), decrypts (RFC 8291), keeps."""

import base64
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.browser.shop import until

AUTH = b"0123456789abcdef"

STUB = """
({endpoint, p256dh, auth, key}) => {
  const raw = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')),
    (char) => char.charCodeAt(0));
  const same = (a, b) => a.length === b.length && a.every((byte, place) => byte === b[place]);
  const subscription = {
    endpoint, expirationTime: null,
    toJSON: () => ({endpoint, expirationTime: null, keys: {p256dh, auth}}),
    unsubscribe: async () => { localStorage.removeItem('subscribed'); return true; },
  };
  PushManager.prototype.subscribe = async ({userVisibleOnly, applicationServerKey}) => {
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new TypeError('not allowed');
    localStorage.setItem('subscribed', '1');
    return subscription;
  };
  PushManager.prototype.getSubscription = async () =>
    localStorage.getItem('subscribed') ? subscription : null;
}
"""

NEWEST = """
async () => {
  const registration = await navigator.serviceWorker.ready;
  const found = (await registration.getNotifications()).at(-1);
  if (!found) return null;
  const {title, body, tag, lang, actions, data} = found;
  return {title, body, tag, lang, actions: [...actions], data};
}
"""


@dataclass
class PushService:
    """Subscriptions by path, and the plain texts that arrived for each."""

    url: str
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    arrived: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def endpoint(self) -> str:
        """A new subscription's address."""
        path = f"/p/{uuid4().hex}"
        self.keys[path] = ec.generate_private_key(ec.SECP256R1())
        self.arrived[path] = []
        return self.url + path

    def wait(self, endpoint: str, count: int = 1) -> str:
        """The newest of at least `count` messages for the endpoint, decrypted."""
        arrived = self.arrived[urlsplit(endpoint).path]

        def look() -> list[str] | None:
            assert not self.refused, self.refused
            return arrived if len(arrived) >= count else None

        return until(look, "a push")[-1]

    def receive(self, path: str, headers: Any, body: bytes) -> None:
        """Prove and decrypt one message; raises when anything is not as the RFCs say."""
        scheme, _, fields = headers["authorization"].partition(" ")
        given = dict(part.strip().split("=", 1) for part in fields.split(","))
        assert scheme == "vapid"
        signer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(given["k"]))
        claims = jwt.decode(given["t"], signer, algorithms=["ES256"], audience=self.url)
        assert claims["sub"].startswith("mailto:")
        assert headers["content-encoding"] == "aes128gcm"
        assert int(headers["ttl"]) > 0
        plain = http_ece.decrypt(
            body, private_key=self.keys[path], auth_secret=AUTH, version="aes128gcm"
        )
        self.arrived[path].append(plain.decode())


class _Handler(BaseHTTPRequestHandler):
    service: PushService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            self.service.receive(self.path, self.headers, body)
        except Exception as error:
            self.service.refused.append(f"{type(error).__name__}: {error}")
            self.send_response(400)
        else:
            self.send_response(201)
            self.send_header("Location", f"{self.path}/m")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def start() -> tuple[PushService, ThreadingHTTPServer]:
    """Serve on a free port of the loopback; the caller shuts the server down."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    service = PushService(f"http://127.0.0.1:{server.server_address[1]}")
    handler.service = service
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return service, server


def subscribable(context: BrowserContext, service: PushService, origin: str) -> str:
    """Let this browser subscribe to the small service; everything after the call is real.

    Only the vendor's own call is replaced: browsers here cannot reach a vendor. Gives the endpoint.
    """
    endpoint = service.endpoint()
    point = service.keys[urlsplit(endpoint).path].public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    given = {"endpoint": endpoint, "p256dh": _text(raw), "auth": _text(AUTH)}
    context.grant_permissions(["notifications"], origin=origin)
    context.add_init_script(f"({STUB})({_json(given)})")
    return endpoint


def deliver(page: Page, plain: str) -> dict[str, Any]:
    """Hand a decrypted push to the page's service worker; gives the notification it showed."""
    registration = _registration(page)
    session = page.context.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    origin = "/".join(page.url.split("/")[:3])
    message = {"origin": origin, "registrationId": registration, "data": plain}
    session.send("ServiceWorker.deliverPushMessage", message)
    shown: dict[str, Any] = until(lambda: page.evaluate(NEWEST), "a notification")
    session.detach()
    return shown


def click(page: Page, action: str = "") -> None:
    """Tap the newest notification, or one of its buttons."""
    worker = page.context.service_workers[0]
    worker.evaluate(
        """async (action) => {
          const notification = (await self.registration.getNotifications()).at(-1);
          self.dispatchEvent(new NotificationEvent('notificationclick', {notification, action}));
        }""",
        action,
    )


def _registration(page: Page) -> str:
    """The id that Chromium gives to the registration of this page's worker."""
    found: list[str] = []
    session: CDPSession = page.context.new_cdp_session(page)
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            r["registrationId"] for r in event["registrations"] if not r["isDeleted"]
        ),
    )
    session.send("ServiceWorker.enable")
    until(lambda: page.evaluate("1") and found, "a service worker registration")
    session.detach()
    return found[-1]


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
