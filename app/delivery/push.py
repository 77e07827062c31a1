"""Web Push: encrypted for one browser (RFC 8291), signed by us (RFC 8292), dead ones reported."""

import base64
import hashlib

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from app.delivery.models import Message
from app.delivery.trouble import Gone, Undeliverable
from app.delivery.vapid import authorization, key_of, point, public_key, unb64url
from app.kernel.http import ForbiddenAddress
from app.kernel.services import Services
from app.kernel.tasks import Retry

__all__ = ["MAX_PAYLOAD_BYTES", "check_keys", "encrypt", "public_key", "send", "topic_of"]

MAX_PAYLOAD_BYTES = 3000  # services take 4096 bytes after encryption and padding
LONGEST_WAIT_SECONDS = 600
AUTH_BYTES = 16


def encrypt(payload: bytes, p256dh: str, auth: str) -> bytes:
    """The body for one subscription; raises ValueError for broken keys."""
    check_keys(p256dh, auth)
    body: bytes = http_ece.encrypt(
        payload,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=unb64url(p256dh.rstrip("=")),
        auth_secret=unb64url(auth.rstrip("=")),
        version="aes128gcm",
    )
    return body


def check_keys(p256dh: str, auth: str) -> None:
    """Refuse (ValueError) what is no point of P-256 or no 16 byte secret."""
    raw = unb64url(p256dh.rstrip("="))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    if point(key) != raw or len(unb64url(auth.rstrip("="))) != AUTH_BYTES:
        raise ValueError("not the keys of a push subscription")


def topic_of(tag: str) -> str:
    """A topic as push services want it: at most 32 URL-safe characters, saying nothing."""
    return base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:24]).decode()


async def send(services: Services, message: Message) -> None:
    """Hand one message to its push service.

    The endpoint came from a browser, so it must lead to the public internet. Raises Gone for a
    dead subscription, Undeliverable or Retry.
    """
    key = key_of(services.settings)
    if key is None:
        raise Undeliverable("no VAPID key is set")
    keys = message.data
    try:
        body = encrypt(message.body.encode(), keys["p256dh"], keys["auth"])
        proof = authorization(services.settings, key, message.recipient)
    except (ValueError, KeyError) as fault:
        raise Gone(f"not a subscription we may push to: {type(fault).__name__}") from fault
    headers = {
        "Authorization": proof,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(keys["ttl"]),
        "Urgency": keys["urgency"],
        "Topic": topic_of(keys["topic"]),
    }
    try:
        answer = await services.public_http.post(message.recipient, content=body, headers=headers)
    except (ForbiddenAddress, httpx.InvalidURL) as fault:
        raise Gone(f"not an address we may push to: {type(fault).__name__}") from fault
    except httpx.HTTPError as fault:
        raise Retry(f"push service: {type(fault).__name__}") from fault
    _judge(answer)


def _judge(answer: httpx.Response) -> None:
    """RFC 8030, 7.3 and the services' own papers: 404 and 410 are final, 429 says when."""
    status = answer.status_code
    if answer.is_success:
        return
    if status in (404, 410):
        raise Gone(f"the push service answered {status}")
    if status == 429 or status >= 500:
        wait = answer.headers.get("retry-after", "")
        after = min(float(wait), LONGEST_WAIT_SECONDS) if wait.isdecimal() else None
        raise Retry(f"the push service answered {status}", after)
    raise Undeliverable(f"the push service answered {status}")
