"""Keyset pages: the next page starts after the last row, so it costs the same at any depth."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

PAGE_SIZE = 24

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page and the cursor of the next, None at the end."""

    rows: Sequence[T]
    next: str | None


def make(rows: Sequence[T], key: Callable[[T], Sequence[Any]], size: int = PAGE_SIZE) -> Page[T]:
    """A page out of `size + 1` rows; `key` gives the values that the order was made by."""
    if len(rows) <= size:
        return Page(rows, None)
    return Page(rows[:size], encode(key(rows[size - 1])))


def encode(values: Sequence[Any]) -> str:
    text = json.dumps([str(v) if not isinstance(v, (int, float)) else v for v in values])
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode(cursor: str | None, length: int) -> list[Any] | None:
    """The values of a cursor, or None when there is none or it is not one of ours."""
    if not cursor or len(cursor) > 400:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, list) and len(values) == length else None
