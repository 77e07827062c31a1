"""Access tokens: signed by Ed25519, ten minutes long, for this API alone (RFC 9068)."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.api.errors import TokenRefused
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.errors import Unavailable
from app.kernel.ids import new_id, parse_id

LIFETIME = timedelta(minutes=10)
LEEWAY = timedelta(seconds=10)  # clocks of two servers of ours
ALGORITHM, TYPE = "EdDSA", "at+jwt"
KEY_BYTES = 32
_CLAIMS = ("iss", "aud", "sub", "client_id", "scope", "iat", "nbf", "exp", "jti")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says; whether its family lives is asked of the database."""

    user_id: UUID
    client_id: UUID
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Ring:
    present: str  # the id of the key that signs
    private: Ed25519PrivateKey
    public: dict[str, Ed25519PublicKey]  # by id: today's first, former ones for what they signed


def audience(settings: Settings) -> str:
    """What our tokens are for."""
    return f"{issuer(settings)}/api/v1"


def issuer(settings: Settings) -> str:
    return settings.base_url.rstrip("/")


def issue(settings: Settings, claims: Claims) -> str:
    """A token for ten minutes. Raises Unavailable when no key is configured."""
    ring = _ring(settings)
    if ring is None:
        raise Unavailable
    now = clock.now()
    said = {
        "iss": issuer(settings),
        "aud": audience(settings),
        "sub": str(claims.user_id),
        "client_id": str(claims.client_id),
        "scope": " ".join(sorted(claims.scopes)),
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "jti": new_id().hex,
    }
    headers = {"typ": TYPE, "kid": ring.present}
    return jwt.encode(said, ring.private, algorithm=ALGORITHM, headers=headers)


def read(settings: Settings, token: str) -> Claims:
    """The claims of a genuine, living token of ours. Raises TokenRefused for everything else.

    Key, algorithm and type are chosen by us: the header only names a key of the ring.
    """
    ring = _ring(settings)
    try:
        header = jwt.get_unverified_header(token)
        key = ring.public.get(str(header.get("kid"))) if ring else None
        if key is None or header.get("alg") != ALGORITHM or header.get("typ") != TYPE:
            raise TokenRefused
        said = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience(settings),
            issuer=issuer(settings),
            leeway=LEEWAY,
            options={"require": list(_CLAIMS), "strict_aud": True},
        )
        return _claims(said)
    except (jwt.PyJWTError, ValueError, RecursionError) as fault:
        raise TokenRefused from fault


def _claims(said: dict[str, Any]) -> Claims:
    user_id, client_id = parse_id(str(said["sub"])), parse_id(str(said["client_id"]))
    if user_id is None or client_id is None or not isinstance(said["scope"], str):
        raise TokenRefused
    return Claims(user_id, client_id, frozenset(said["scope"].split()))


def public_keys(settings: Settings) -> dict[str, Any]:
    """The ring as a JWK Set (RFC 7517), for whoever wants to check a token without asking us."""
    ring = _ring(settings)
    keys = ring.public.items() if ring else ()
    own = {"use": "sig", "alg": ALGORITHM}
    return {"keys": [{**_jwk(key), **own, "kid": kid} for kid, key in keys]}


def _ring(settings: Settings) -> _Ring | None:
    """The ring of API_SIGNING_KEYS; outside production an unset one is made from the secret key,
    in production there are no tokens without it."""
    text = settings.api_signing_keys.get_secret_value()
    if text:
        return _read_ring(text)
    if settings.is_production:
        return None
    return _made_ring(crypto.keyed_hash(settings, "api-signing", "1"))


@lru_cache(maxsize=4)
def _read_ring(text: str) -> _Ring:
    return _build([_unb64url(part.strip()) for part in text.split(",") if part.strip()])


@lru_cache(maxsize=4)
def _made_ring(seed: bytes) -> _Ring:
    return _build([seed])


def _build(seeds: list[bytes]) -> _Ring:
    keys = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
    public = {_kid(key.public_key()): key.public_key() for key in keys}
    return _Ring(next(iter(public)), keys[0], public)


def _kid(key: Ed25519PublicKey) -> str:
    """The thumbprint (RFC 7638), so that the same key has the same id everywhere."""
    text = json.dumps(_jwk(key), sort_keys=True, separators=(",", ":"))
    return _b64url(hashlib.sha256(text.encode()).digest())[:16]


def _jwk(key: Ed25519PublicKey) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _b64url(key.public_bytes_raw())}


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64url(text: str) -> bytes:
    """Raises ValueError when the text is not base64url."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
