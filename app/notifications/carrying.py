"""Brings news out of the inbox to the person: by push, else by SMS or mail, else later.

In a person's quiet hours only what cannot wait goes at once. The rest is a task for their end:
put off, never dropped, unless it has been read in the inbox by then.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile
from app.accounts.profile import Contact
from app.delivery import outbox
from app.kernel import clock
from app.kernel.i18n import gettext, use_locale
from app.kernel.tasks import enqueue, task
from app.notifications import subscriptions
from app.notifications.catalogue import CATALOGUE, Notice, lock_screen_words, sms_words, words
from app.notifications.models import Notification, PushSubscription

DECLARATIVE = 8030  # the magic number of a declarative push message (W3C Push API, section 3.3)
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


@dataclass(frozen=True)
class PutOff:
    notification_id: UUID
    tag: str


async def carry(session: AsyncSession, contact: Contact, news: News, notification_id: UUID) -> None:
    """Send the news now, or when the person's quiet hours end."""
    notice = CATALOGUE[news.kind]
    wait = contact.quiet.seconds_left(clock.now()) if contact.quiet else 0
    if wait and not notice.wakes:
        args = PutOff(notification_id, news.tag)
        key = f"quiet:{notification_id}"
        await enqueue(session, carry_later, args, key=key, after_seconds=wait)
        return
    await _send(session, contact, news, notice)


@task()
async def carry_later(session: AsyncSession, args: PutOff) -> None:
    """The quiet hours are over."""
    row = await session.get(Notification, args.notification_id)
    if row is None or row.read_at is not None:
        return
    if contact := await profile.contact(session, row.user_id):
        await _send(session, contact, news_of(row, args.tag), CATALOGUE[row.kind])


def news_of(row: Notification, tag: str) -> News:
    """What a line of the inbox was made from."""
    return News(kind=row.kind, subject=row.key, path=row.path, data=row.data, tag=tag)


async def _send(session: AsyncSession, contact: Contact, news: News, notice: Notice) -> None:
    devices = await subscriptions.of_user(session, contact.user_id)
    if not devices:
        await _write(session, contact, news, notice)
        return
    count = await unread(session, contact.user_id)
    with use_locale(contact.locale):
        title, payload = _payload(contact, news, notice, count)
    for device in devices:
        await _push(session, device, contact, news, title=title, payload=payload)


async def _write(session: AsyncSession, contact: Contact, news: News, notice: Notice) -> None:
    """The way that is left without push: SMS, or a letter to those who gave no phone; nothing
    when the news is not worth one."""
    with use_locale(contact.locale):
        text = sms_words(news.kind, news.data)
        title = words(news.kind, news.data).title
    if not text:
        return
    if contact.phone:
        await outbox.send_sms(
            session,
            contact.phone,
            news.kind,
            text,
            contact.locale,
            contact.user_id,
            urgent=notice.is_urgent,
        )
    elif contact.mail:
        await outbox.send_mail(
            session,
            address=contact.mail,
            kind=news.kind,
            subject=title,
            text=text,
            locale=contact.locale,
            user_id=contact.user_id,
            urgent=notice.is_urgent,
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
