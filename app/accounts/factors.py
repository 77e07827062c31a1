"""Whether a password is all that a person is asked for."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles, second_factor


async def has_second_factor(session: AsyncSession, user_id: UUID) -> bool:
    """Whether a sign-in by password is followed by a second step. A passkey that is never asked
    for, because its owner need not have one, protects no password."""
    return await second_factor.is_asked(session, user_id, await roles.names(session, user_id))
