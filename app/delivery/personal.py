"""What delivery holds of people, and how long."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Message
from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, rows_of

KEPT = timedelta(days=90)


def _theirs(subject: Subject) -> ColumnElement[Any]:
    return or_(Message.user_id.in_(subject.user_ids), Message.recipient.in_(subject.contacts))


async def _messages(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    """Without the words: some were codes, and production does not keep them."""
    found = select(
        Message.channel, Message.kind, Message.recipient, Message.state, Message.created_at
    )
    return await rows_of(session, found.where(_theirs(subject)).order_by(Message.created_at))


async def _erase(session: AsyncSession, subject: Subject) -> None:
    await session.execute(delete(Message).where(_theirs(subject)))


PERSONAL = [
    Holding(
        name="messages",
        title=N_("Messages we sent you"),
        purpose=N_("To prove that a message left, and to find out why one did not."),
        tables=("message",),
        fields={
            "channel": N_("By"),
            "kind": N_("About"),
            "recipient": N_("To"),
            "state": N_("State"),
            "created_at": N_("When"),
        },
        kept=N_("90 days"),
        ground=Ground.CONTRACT,
        recipients=N_("The phone operator, the mail service or your browser’s push service."),
        collect=_messages,
        erase=_erase,
    )
]

KEEPS = [Keep(Message, N_("90 days"), lambda now: Message.created_at < now - KEPT)]
