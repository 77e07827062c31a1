"""What a child opens its own phone with: one picture out of nine, and four digits.

Ninety thousand pairs and five tries (P1, P2 of the security rows); the hash is Argon2id over an
HMAC with the pepper and bound to the one phone, so that a stolen database opens none.
"""

from itertools import pairwise
from uuid import UUID

from app.family import pin
from app.kernel import hashing
from app.kernel.config import Settings
from app.kernel.i18n import N_

DIGITS = 4
PICTURES = {
    "rocket": N_("Rocket"),
    "sauropod": N_("Dinosaur"),
    "rainbow": N_("Rainbow"),
    "whale": N_("Whale"),
    "robot": N_("Robot"),
    "butterfly": N_("Butterfly"),
    "red-apple": N_("Apple"),
    "racing-car": N_("Racing car"),
    "star": N_("Star"),
}
"""Other pictures than those a child is shown as; always in this order, so that it finds its own."""


def is_weak(digits: str) -> bool:
    """One digit repeated, a run up or down, a pair twice, or a year such as that of a birth."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(digits)}
    return steps in ({0}, {1}, {9}) or digits[:2] == digits[2:] or digits[:2] in ("19", "20")


async def make(settings: Settings, device_id: UUID, picture: str, digits: str) -> str:
    """The hash of a picture and a PIN. Raises Unavailable when too busy."""
    return await hashing.make(settings, _bound(settings, device_id, picture, digits))


async def matches(
    settings: Settings, known: str, device_id: UUID, picture: str, digits: str
) -> bool:
    """Whether both are the chosen ones; nothing tells which of the two was wrong."""
    return await hashing.matches(settings, known, _bound(settings, device_id, picture, digits))


def _bound(settings: Settings, device_id: UUID, picture: str, digits: str) -> bytes:
    return pin.peppered(settings, f"{device_id}:{picture}:{digits}")
