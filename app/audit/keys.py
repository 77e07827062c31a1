"""The keys that seal the trail: the present secret, and former ones to check what they sealed."""

import hashlib
import hmac
from dataclasses import dataclass

from app.kernel.config import Settings


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by a short id that is written beside each seal; `present` is the id for new ones."""

    present: str
    keys: dict[str, bytes]

    def mac(self, key_id: str, purpose: str, text: str) -> str | None:
        """HMAC-SHA256 in hexadecimal; None when the key is not on the ring."""
        key = self.keys.get(key_id)
        return _mac(key, f"audit-{purpose}\x1f{text}") if key is not None else None


def ring(settings: Settings) -> KeyRing:
    """The ring of these settings."""
    present, *_ = settings.key_ring
    return KeyRing(_id(present), {_id(one): one.encode() for one in settings.key_ring})


def _id(secret: str) -> str:
    return _mac(secret.encode(), "audit-key-id")[:8]


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
