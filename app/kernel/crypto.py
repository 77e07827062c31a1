"""Tokens, keyed hashes and signatures; each has a purpose, so none can stand in for another."""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kernel.config import Settings

_TOKEN_BYTES = 32  # 256 bits
_NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1


class Undecipherable(Exception):
    """Sealed by a key that we no longer have, for another purpose or owner, or altered."""


def new_token() -> str:
    """A random secret for a cookie or a link."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What the database keeps of a token; tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_code(digits: int = 6) -> str:
    """A one-time code for people."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def keyed_hash(settings: Settings, purpose: str, value: str) -> bytes:
    """HMAC of a value that is too short to be hashed plainly (phones, addresses, codes)."""
    key = settings.secret_key.get_secret_value().encode()
    text = f"{purpose}\x1f{value}".encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).digest()


def same(left: str | bytes, right: str | bytes) -> bool:
    """Compare secrets in constant time; works for any text."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


def sign(settings: Settings, purpose: str, value: str) -> str:
    """`value.signature`, both URL-safe."""
    body = base64.urlsafe_b64encode(value.encode()).rstrip(b"=").decode()
    return f"{body}.{_mac(settings, purpose, body)}"


def unsign(settings: Settings, purpose: str, signed: str) -> str | None:
    """The signed value, or None when the signature does not hold."""
    body, _, mac = signed.partition(".")
    if not mac or not same(mac, _mac(settings, purpose, body)):
        return None
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    except ValueError:
        return None


def encrypt(settings: Settings, purpose: str, text: str, owner: str) -> str:
    """`key id.ciphertext` (AES-256-GCM) that opens for this purpose and this owner alone."""
    master = settings.secret_key.get_secret_value()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    body = AESGCM(_key(master, purpose)).encrypt(nonce, text.encode(), owner.encode())
    return f"{_key_id(master)}.{base64.urlsafe_b64encode(nonce + body).decode()}"


def decrypt(settings: Settings, purpose: str, sealed: str, owner: str) -> str:
    """The text, also when an older key of the ring sealed it. Raises Undecipherable."""
    key_id, _, body = sealed.partition(".")
    ring = {_key_id(master): master for master in settings.key_ring}
    if key_id not in ring:
        raise Undecipherable
    try:
        raw = base64.urlsafe_b64decode(body)
        nonce, rest = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCM(_key(ring[key_id], purpose)).decrypt(nonce, rest, owner.encode()).decode()
    except (InvalidTag, ValueError) as fault:
        raise Undecipherable from fault


def is_current(settings: Settings, sealed: str) -> bool:
    """Whether today's key sealed it; else whoever reads it seals it anew."""
    return sealed.startswith(_key_id(settings.secret_key.get_secret_value()) + ".")


def mask(secret: str) -> str:
    """The secret under a fresh random pad, so that its text differs on each compressed page and
    page lengths tell nothing of it (BREACH)."""
    plain = secret.encode()
    pad = secrets.token_bytes(len(plain))
    covered = bytes(a ^ b for a, b in zip(plain, pad, strict=True))
    return base64.urlsafe_b64encode(pad + covered).rstrip(b"=").decode()


def unmask(masked: str) -> bytes:
    """What `mask` covered; any other text gives bytes that equal no secret."""
    try:
        both = base64.urlsafe_b64decode(masked + "=" * (-len(masked) % 4))
    except ValueError:
        return b""
    half = len(both) // 2
    return bytes(a ^ b for a, b in zip(both[:half], both[half:], strict=False))


def _key(master: str, purpose: str) -> bytes:
    info = f"encrypt\x1f{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(master.encode())


def _key_id(master: str) -> str:
    """Names a key and tells nothing of it."""
    return hmac.new(master.encode(), b"key-id", hashlib.sha256).hexdigest()[:8]


def _mac(settings: Settings, purpose: str, body: str) -> str:
    return base64.urlsafe_b64encode(keyed_hash(settings, purpose, body)).rstrip(b"=").decode()


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
