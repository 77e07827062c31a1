"""The forms of keys, refresh tokens and codes. Pure but for chance and the server's key.

A key is `bz_` and 71 letters and digits: the id of its row (22), a secret of 256 bits (43) and the
CRC-32 of all before it (6), so that a scanner knows a leaked one and a slip of the hand at once. A
refresh token is `bzr_` with a secret and its sum. Both are of one alphabet and marked by a double
click as one word.
"""

import secrets
import zlib
from uuid import UUID

from app.kernel import crypto
from app.kernel.config import Settings

KEY, REFRESH = "bz_", "bzr_"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID, _SECRET, _SUM = 22, 43, 6  # digits that hold 128, 256 and 32 bits
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letters that look alike
_CODE_GROUPS, _CODE_GROUP = 4, 4  # 80 bits


def new_key(row_id: UUID) -> str:
    """A key for the row; it is shown once, the database has the hash of the whole."""
    return _summed(KEY + _base62(row_id.int, _ID) + _base62(secrets.randbits(256), _SECRET))


def row_of_key(key: str) -> UUID | None:
    """The id of the row that a well-formed key is for."""
    if not _is_whole(key, len(KEY) + _ID + _SECRET + _SUM):
        return None
    number = _number(key[len(KEY) :][:_ID])
    return UUID(int=number) if number is not None and number < 1 << 128 else None


def first_refresh() -> str:
    """The first refresh token of a family."""
    return _summed(REFRESH + _base62(secrets.randbits(256), _SECRET))


def next_refresh(settings: Settings, token: str, successor_id: UUID) -> str:
    """The token after this one, the same whenever it is asked for; only we can make it.

    So an answer that was lost on its way can be given again, and no token is ever stored.
    """
    made = crypto.keyed_hash(settings, "api-refresh", f"{successor_id}\x1f{token}")
    return _summed(REFRESH + _base62(int.from_bytes(made), _SECRET))


def is_refresh(token: str) -> bool:
    """Whether this has the form of a refresh token of ours."""
    return token.startswith(REFRESH) and _is_whole(token, len(REFRESH) + _SECRET + _SUM)


def new_code() -> str:
    """A one-time code that a person types or pastes, as `7K2M-94XD-…`."""
    letters = [secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_GROUPS * _CODE_GROUP)]
    starts = range(0, len(letters), _CODE_GROUP)
    return "-".join("".join(letters[start : start + _CODE_GROUP]) for start in starts)


def code_hash(settings: Settings, typed: str) -> bytes:
    """What the database keeps of a code; spaces, hyphens and small letters do not matter."""
    plain = "".join(typed.upper().replace("-", "").split())
    return crypto.keyed_hash(settings, "api-code", plain)


def _summed(text: str) -> str:
    return text + _base62(zlib.crc32(text.encode()), _SUM)


def _is_whole(text: str, length: int) -> bool:
    if len(text) != length or not text.isascii():
        return False
    return crypto.same(_summed(text[:-_SUM]), text)


def _base62(number: int, length: int) -> str:
    digits = []
    for _place in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def _number(text: str) -> int | None:
    number = 0
    for char in text:
        digit = _DIGITS.find(char)
        if digit < 0:
            return None
        number = number * len(_DIGITS) + digit
    return number
