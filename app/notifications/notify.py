"""Tells one person one thing once: the inbox always, push or SMS where the catalogue says so."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.profile import Contact
from app.kernel import clock
from app.kernel.ids import new_id
from app.notifications.carrying import News, carry
from app.notifications.catalogue import CATALOGUE, Notice
from app.notifications.models import Notification

__all__ = ["News", "settle", "tell"]

PROMPTS_PER_HOUR = 5  # urgent ones; more of them only reach the inbox, so that nobody tires


async def tell(session: AsyncSession, contact: Contact, news: News) -> bool:
    """Put the news into the person's inbox and send it; False when they know it already."""
    statement = insert(Notification).values(
        id=new_id(),
        created_at=clock.now(),
        user_id=contact.user_id,
        key=news.key(contact.user_id),
        kind=news.kind,
        data=dict(news.data),
        path=news.path,
    )
    added = await session.scalar(
        statement.on_conflict_do_nothing(index_elements=["key"]).returning(Notification.id)
    )
    if added is None:
        return False
    notice = CATALOGUE[news.kind]
    if notice.pushes and not await _is_tiring(session, contact.user_id, news.kind, notice):
        await carry(session, contact, news, added)
    return True


async def _is_tiring(session: AsyncSession, user_id: UUID, kind: str, notice: Notice) -> bool:
    if not notice.is_urgent:
        return False
    since = clock.now() - timedelta(hours=1)
    lately = await session.scalar(
        select(func.count())
        .select_from(Notification)
        .where(
            Notification.user_id == user_id,
            Notification.kind == kind,
            Notification.created_at > since,
        )
    )
    return (lately or 0) > PROMPTS_PER_HOUR


async def settle(session: AsyncSession, kind: str, subject: str) -> None:
    """Mark as read for everybody what needs no answer any more."""
    await session.execute(
        update(Notification)
        .where(
            Notification.kind == kind,
            Notification.key.startswith(f"{kind}:{subject}:", autoescape=True),
            Notification.read_at.is_(None),
        )
        .values(read_at=clock.now())
    )
