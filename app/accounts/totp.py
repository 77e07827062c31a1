"""Authenticator codes (RFC 6238): six digits of SHA-1 every 30 seconds, what every app supports.

Pure: whose code it is, and that a step is used once, is `second_factor`'s to keep.
"""

import base64
import secrets
from datetime import datetime

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from markupsafe import Markup

from app.kernel import crypto

ISSUER = "Bozorcha"
DIGITS = 6
STEP_SECONDS = 30
SEED_BYTES = 20  # RFC 4226, section 4, R6: 160 bits


def new_seed() -> str:
    """A random seed in base32, as people type it into an app when they cannot scan."""
    return base64.b32encode(secrets.token_bytes(SEED_BYTES)).decode()


def step_at(moment: datetime) -> int:
    """The number of the half minute."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_at(seed: str, moment: datetime) -> str:
    """The code that the app shows then."""
    return _code(seed, step_at(moment))


def matching_step(seed: str, typed: str, moment: datetime, after: int | None) -> int | None:
    """The step whose code was typed: this one or a neighbour (a clock may be half a minute off),
    and later than `after`, the last one used. All three are compared whatever comes."""
    now, found = step_at(moment), None
    for step in (now - 1, now, now + 1):
        is_right = crypto.same(_code(seed, step), typed)
        if is_right and (after is None or step > after):
            found = step
    return found


def address(seed: str, name: str) -> str:
    """What the QR code holds; apps show `name` under the shop's."""
    return TOTP(_raw(seed), DIGITS, SHA1(), STEP_SECONDS).get_provisioning_uri(name, ISSUER)  # noqa: S303


def drawing(seed: str, name: str) -> Markup:
    """The QR code as inline SVG: attributes only, so that no style of its own is needed."""
    code = segno.make(address(seed, name), error="m", micro=False)
    drawn = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)  # a viewBox
    return Markup(drawn)  # noqa: S704


def groups(seed: str) -> str:
    """The seed by fours, to be typed."""
    return " ".join(seed[i : i + 4] for i in range(0, len(seed), 4))


def _code(seed: str, step: int) -> str:
    return HOTP(_raw(seed), DIGITS, SHA1()).generate(step).decode()  # noqa: S303


def _raw(seed: str) -> bytes:
    return base64.b32decode(seed)
