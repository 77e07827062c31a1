"""Reads for the development mailbox and the demo commands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Message

LAST = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a person reads it; a push shows its words and the page it opens."""

    row: Message
    text: str
    path: str


def letter(row: Message) -> Letter:
    """Open the envelope; a body that production emptied stays empty."""
    if row.channel != "push" or not row.body:
        return Letter(row, row.body, "")
    notification = json.loads(row.body).get("notification", {})
    return Letter(row, notification.get("body", ""), notification.get("navigate", ""))


async def last_messages(
    session: AsyncSession, recipient: str = "", *, limit: int = LAST
) -> Sequence[Message]:
    """The newest messages first, of one phone or address when `recipient` holds a part of it."""
    statement = select(Message).order_by(Message.created_at.desc(), Message.id.desc()).limit(limit)
    wanted = "".join(char for char in recipient if not char.isspace())
    if wanted:
        statement = statement.where(Message.recipient.contains(wanted, autoescape=True))
    return (await session.scalars(statement)).all()
