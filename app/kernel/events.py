"""Facts that happened, written with the change itself and carried to subscribers by tasks.

`publish` stores the fact and one task row per subscriber in the caller's transaction, so that
a crash, a dead queue or a flushed cache can neither lose nor double what follows from it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Index, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.kernel.db import Base
from app.kernel.ids import new_id
from app.kernel.tasks import enqueue


@dataclass(frozen=True)
class Event:
    """Base of every event: a frozen dataclass of ids and facts, named in the past tense."""

    @classmethod
    def name(cls) -> str:
        """`slice.EventName`, stable in the database."""
        return f"{cls.__module__.split('.')[1]}.{cls.__name__}"


class EventRow(Base):
    """The append-only log of facts."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_happened_at", "happened_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)


async def publish(session: AsyncSession, event: Event) -> UUID:
    """Write the fact and a task for each of its subscribers; they run after the commit."""
    event_id = new_id()
    payload = msgspec.to_builtins(event)
    await session.execute(
        insert(EventRow).values(
            id=event_id, name=event.name(), payload=payload, happened_at=clock.now()
        )
    )
    registry = session.info["registry"]
    for subscriber in registry.subscribers(type(event)):
        await enqueue(session, subscriber, event, key=f"{event_id}:{subscriber.name}")
    return event_id
