"""Keys made by the application: time-ordered UUIDs and short numbers that people can read out."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

# Crockford's base 32 without letters that look alike or spell words.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """A UUIDv7: unguessable in its tail, in the order of time for the index."""
    return uuid7()


def new_number(length: int = 8) -> str:
    """A short number for people, for example `7K2M-94XD`; uniqueness is the database's job."""
    raw = "".join(secrets.choice(_ALPHABET) for _ in range(length))
    return f"{raw[: length // 2]}-{raw[length // 2 :]}"


def parse_id(text: str) -> UUID | None:
    """The UUID written in `text`, or None when it is not one."""
    try:
        return UUID(text)
    except ValueError:
        return None
