"""How we name ourselves to push services (RFC 8292): a P-256 key and a short signed statement."""

import base64
import json
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from app.kernel import clock, crypto
from app.kernel.config import Settings

VALID_SECONDS = 12 * 3600  # RFC 8292, 2: no more than 24 hours
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    """Raises ValueError when the text is not base64url."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def key_of(settings: Settings) -> ec.EllipticCurvePrivateKey | None:
    """The key of `VAPID_PRIVATE_KEY` (base64url of 32 bytes, or PEM); None: push is off.

    Outside production an unset key is made from the secret key, so that push works at once and
    subscriptions outlive a restart.
    """
    text = settings.vapid_private_key.get_secret_value()
    if text:
        return _read(text)
    if settings.is_production:
        return None
    return _from_number(int.from_bytes(crypto.keyed_hash(settings, "vapid", "1")))


@lru_cache(maxsize=4)
def _read(text: str) -> ec.EllipticCurvePrivateKey:
    if text.startswith("-----"):
        key = load_pem_private_key(text.encode(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("VAPID_PRIVATE_KEY must be a P-256 key")
        return key
    return ec.derive_private_key(int.from_bytes(unb64url(text)), ec.SECP256R1())


@lru_cache(maxsize=4)
def _from_number(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(settings: Settings) -> str:
    """What a browser subscribes with: the raw point in base64url; empty when push is off."""
    key = key_of(settings)
    return b64url(point(key.public_key())) if key else ""


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def authorization(settings: Settings, key: ec.EllipticCurvePrivateKey, endpoint: str) -> str:
    """The Authorization header for one push service."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(clock.now().timestamp()) + VALID_SECONDS,
        "sub": settings.vapid_subject,
    }
    body = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(key.sign(body.encode(), ec.ECDSA(hashes.SHA256())))
    signature = b64url(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={body}.{signature}, k={b64url(point(key.public_key()))}"


def _json(value: dict[str, object]) -> str:
    return b64url(json.dumps(value, separators=(",", ":")).encode())
