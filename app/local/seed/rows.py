"""Fixed ids and rows that are written once."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, null
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.db import Base

DATA = Path(__file__).parent / "data"
OPENED = datetime(2026, 9, 1, 9, tzinfo=UTC)  # the day the demo shop opened
BATCH = 500  # rows of one statement; PostgreSQL takes 32,767 parameters


def read(name: str) -> Any:
    """A file of the demo's data."""
    return json.loads((DATA / name).read_text("utf-8"))


def moment(place: int) -> datetime:
    """When the thing at this place of a list came to the shop: each an hour after the last."""
    return OPENED + timedelta(hours=place)


def stable_id(kind: str, key: str, place: int = 0) -> UUID:
    """A UUIDv7 that is the same in every demo: its time is `moment(place)`, its tail the key's."""
    millis = int(moment(place).timestamp() * 1000)
    tail = hashlib.sha256(f"{kind} {key}".encode()).digest()[:10]
    raw = bytearray(millis.to_bytes(6, "big") + tail)
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return UUID(bytes=bytes(raw))


async def write(
    session: AsyncSession, table: type[Base], rows: Sequence[dict[str, Any]]
) -> set[Any]:
    """Insert the rows that are not there; the first primary key column of each new one."""
    key = inspect(table).primary_key[0]
    new: set[Any] = set()
    for start in range(0, len(rows), BATCH):
        batch = [
            {name: null() if value is None else value for name, value in row.items()}
            for row in rows[start : start + BATCH]
        ]
        statement = insert(table).values(batch)
        found = await session.scalars(statement.on_conflict_do_nothing().returning(key))
        new |= set(found)
    return new
