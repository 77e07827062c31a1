"""Tells one person one thing once: the inbox always, push or SMS where the catalogue says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.profile import Contact
from app.delivery import outbox
from app.kernel import clock
from app.kernel.i18n import gettext, use_locale
from app.kernel.ids import new_id
from app.notifications import subscriptions
from app.notifications.catalogue import CATALOGUE, Notice, lock_screen_words, sms_words
from app.notifications.models import Notification, PushSubscription

DECLARATIVE = 8030  # the magic number of a declarative push message (W3C Push API, section 3.3)
PROMPTS_PER_HOUR = 5  # urgent ones; more of them only reach the inbox, so that nobody tires
TTL_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class News:
    """`subject` names the fact (one person hears of it once), `tag` what a newer push replaces."""

    kind: str
    subject: str
    path: str
    data: Mapping[str, Any]
    tag: str

    def key(self, user_id: UUID) -> str:
        return f"{self.kind}:{self.subject}:{user_id}"


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
        await _send(session, contact, news, notice)
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


async def _send(session: AsyncSession, contact: Contact, news: News, notice: Notice) -> None:
    devices = await subscriptions.of_user(session, contact.user_id)
    if not devices:
        await send_sms(session, contact, news.kind, news.data)
        return
    count = await unread(session, contact.user_id)
    with use_locale(contact.locale):
        title, payload = _payload(contact, news, notice, count)
    for device in devices:
        await _push(session, device, contact, news, title=title, payload=payload)


async def send_sms(
    session: AsyncSession, contact: Contact, kind: str, data: Mapping[str, Any]
) -> None:
    """The way that is left without push; nothing when the news is not worth one."""
    with use_locale(contact.locale):
        text = sms_words(kind, data)
    if text and contact.phone:
        await outbox.send_sms(
            session,
            contact.phone,
            kind,
            text,
            contact.locale,
            contact.user_id,
            urgent=CATALOGUE[kind].is_urgent,
        )


async def _push(
    session: AsyncSession,
    device: PushSubscription,
    contact: Contact,
    news: News,
    *,
    title: str,
    payload: str,
) -> None:
    await outbox.send_push(
        session,
        endpoint=device.endpoint,
        p256dh=device.p256dh,
        auth=device.auth,
        kind=news.kind,
        payload=payload,
        title=title,
        topic=news.tag,
        locale=contact.locale,
        user_id=contact.user_id,
        ttl_seconds=TTL_SECONDS,
        urgent=CATALOGUE[news.kind].is_urgent,
    )


def _payload(contact: Contact, news: News, notice: Notice, count: int) -> tuple[str, str]:
    """The declarative message; the service worker reads the same JSON."""
    said = lock_screen_words(news.kind, news.data)
    address = f"/{contact.locale.value}{news.path}"
    notification: dict[str, Any] = {
        "title": said.title,
        "body": said.body,
        "lang": contact.locale.html_lang,
        "tag": news.tag,
        "navigate": address,
        "app_badge": count,
    }
    if notice.actions:
        notification["require_interaction"] = True
        notification["actions"] = [
            {"action": action, "title": gettext(label), "navigate": f"{address}?want={action}"}
            for action, label in notice.actions
        ]
    message = {"web_push": DECLARATIVE, "notification": notification}
    return said.title, json.dumps(message, ensure_ascii=False)


async def unread(session: AsyncSession, user_id: UUID) -> int:
    statement = select(func.count()).where(
        Notification.user_id == user_id, Notification.read_at.is_(None)
    )
    return await session.scalar(statement) or 0


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
