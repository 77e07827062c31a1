"""A person's inbox: reading it and marking it read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock, paging
from app.kernel.errors import NotFound
from app.kernel.ids import parse_id
from app.kernel.paging import Page
from app.notifications.catalogue import CATALOGUE, words
from app.notifications.models import Notification

BADGE = "select count(*) from notification where user_id = :user_id and read_at is null"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the inbox in the reader's language."""

    id: UUID
    title: str
    body: str
    icon: str
    is_new: bool
    created_at: datetime


async def entries(session: AsyncSession, user_id: UUID, cursor: str | None) -> Page[Entry]:
    """The newest first; keys are in the order of time."""
    statement = select(Notification).where(Notification.user_id == user_id)
    known = paging.decode(cursor, 1)
    last = parse_id(str(known[0])) if known else None
    if last is not None:
        statement = statement.where(Notification.id < last)
    rows: Sequence[Notification] = (
        await session.scalars(
            statement.order_by(Notification.id.desc()).limit(paging.PAGE_SIZE + 1)
        )
    ).all()
    found = paging.make(rows, lambda row: (str(row.id),))
    return Page([_entry(row) for row in found.rows], found.next)


def _entry(row: Notification) -> Entry:
    said = words(row.kind, row.data)
    icon = CATALOGUE[row.kind].icon
    return Entry(row.id, said.title, said.body, icon, row.read_at is None, row.created_at)


async def read(session: AsyncSession, user_id: UUID, notification_id: UUID) -> str:
    """Mark one as read; returns the page it leads to. Raises NotFound for a foreign one."""
    statement = (
        update(Notification)
        .where(Notification.id == notification_id, Notification.user_id == user_id)
        .values(read_at=clock.now())
        .returning(Notification.path)
    )
    path = await session.scalar(statement)
    if path is None:
        raise NotFound
    return path


async def read_all(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(
        update(Notification)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
        .values(read_at=clock.now())
    )
