"""Reads for the development mailbox and the demo commands."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.models import Message

LAST = 100


async def last_messages(
    session: AsyncSession, recipient: str = "", *, limit: int = LAST
) -> Sequence[Message]:
    """The newest messages first, of one phone or address when `recipient` holds a part of it."""
    statement = select(Message).order_by(Message.created_at.desc(), Message.id.desc()).limit(limit)
    wanted = "".join(char for char in recipient if not char.isspace())
    if wanted:
        statement = statement.where(Message.recipient.contains(wanted, autoescape=True))
    return (await session.scalars(statement)).all()
