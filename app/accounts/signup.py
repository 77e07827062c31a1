"""Finds the person of a proven phone, or makes one."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.events import UserRegistered
from app.accounts.models import Identity, User
from app.kernel import clock
from app.kernel.events import publish


async def user_for_phone(session: AsyncSession, phone: str, locale: str, name: str = "") -> UUID:
    """The user of this phone (E.164), created when there is none; the phone counts as verified.

    Call it only after a right code. Waits for others with the same phone, so that two devices
    cannot make two people. Publishes UserRegistered for a new one.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(phone, 0))))
    known = await session.scalar(
        select(Identity).where(Identity.kind == "phone", Identity.value == phone)
    )
    if known is not None:
        known.verified_at = known.verified_at or clock.now()
        return known.user_id
    user = User(name=name, locale=locale)
    session.add(user)
    await session.flush()
    session.add(Identity(user_id=user.id, kind="phone", value=phone, verified_at=clock.now()))
    await session.flush()
    await publish(session, UserRegistered(user.id))
    return user.id


async def is_suspended(session: AsyncSession, user_id: UUID) -> bool:
    """Whether staff closed this account; its sessions show nobody."""
    found = await session.scalar(select(User.suspended_at).where(User.id == user_id))
    return found is not None
