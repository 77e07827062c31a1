"""The only door out: a message row and its task, written in the transaction of their cause."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Message
from app.delivery.sending import SendMessage, send_now, send_soon
from app.kernel.ids import new_id
from app.kernel.tasks import enqueue


async def send_sms(
    session: AsyncSession,
    phone: str,
    kind: str,
    text: str,
    locale: str,
    user_id: UUID | None = None,
    *,
    urgent: bool = False,
) -> UUID:
    """Send a text to a phone (E.164). `urgent` (codes, approvals) goes by the critical queue."""
    row = Message(
        channel="sms", kind=kind, recipient=phone, body=text, locale=str(locale), user_id=user_id
    )
    return await _write(session, row, urgent=urgent)


async def send_mail(
    session: AsyncSession,
    *,
    address: str,
    kind: str,
    subject: str,
    text: str,
    locale: str,
    user_id: UUID | None = None,
    urgent: bool = False,
) -> UUID:
    """Send a plain letter. `urgent` (codes) goes by the critical queue."""
    row = Message(
        channel="mail",
        kind=kind,
        recipient=address,
        subject=subject,
        body=text,
        locale=str(locale),
        user_id=user_id,
    )
    return await _write(session, row, urgent=urgent)


async def send_push(
    session: AsyncSession,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    kind: str,
    payload: str,
    title: str,
    topic: str,
    locale: str,
    user_id: UUID | None = None,
    ttl_seconds: int = 24 * 3600,
    urgent: bool = False,
) -> UUID:
    """Push a JSON payload to one subscription.

    A later message of the same topic replaces one that the push service still holds. Publishes
    PushGone when the service says that the subscription is dead.
    """
    row = Message(
        channel="push",
        kind=kind,
        recipient=endpoint,
        subject=title,
        body=payload,
        locale=str(locale),
        user_id=user_id,
        data={
            "p256dh": p256dh,
            "auth": auth,
            "topic": topic,
            "ttl": ttl_seconds,
            "urgency": "high" if urgent else "normal",
        },
    )
    return await _write(session, row, urgent=urgent)


async def _write(session: AsyncSession, row: Message, *, urgent: bool) -> UUID:
    row.id = new_id()
    session.add(row)
    await session.flush()
    work = send_now if urgent else send_soon
    await enqueue(session, work, SendMessage(row.id), key=f"message:{row.id}")
    return row.id
