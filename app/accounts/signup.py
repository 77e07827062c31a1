"""Finds the person of a proven phone or mail, or makes one."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.events import UserRegistered
from app.accounts.handles import Handle, Kind
from app.accounts.models import Identity, User
from app.kernel import clock
from app.kernel.events import publish


async def user_for_phone(session: AsyncSession, phone: str, locale: str, name: str = "") -> UUID:
    """The same as `user_for` for a phone in E.164."""
    return await user_for(session, Handle(Kind.PHONE, phone), locale, name)


async def user_for(session: AsyncSession, handle: Handle, locale: str, name: str = "") -> UUID:
    """The user of this handle, created when there is none; the handle counts as verified.

    Call it only after a right code. Waits for others with the same handle, so that two devices
    cannot make two people. Publishes UserRegistered for a new one.
    """
    await wait_for(session, handle)
    known = await session.scalar(
        select(Identity).where(Identity.kind == handle.kind, Identity.value == handle.value)
    )
    if known is not None:
        known.verified_at = known.verified_at or clock.now()
        return known.user_id
    user = User(name=name, locale=locale)
    session.add(user)
    await session.flush()
    now = clock.now()
    session.add(Identity(user_id=user.id, kind=handle.kind, value=handle.value, verified_at=now))
    await session.flush()
    await publish(session, UserRegistered(user.id))
    return user.id


async def wait_for(session: AsyncSession, handle: Handle) -> None:
    """Let nobody else give or take this handle until the transaction ends."""
    name = func.hashtextextended(handle.value, 0)
    await session.execute(select(func.pg_advisory_xact_lock(name)))


async def is_suspended(session: AsyncSession, user_id: UUID) -> bool:
    """Whether staff closed this account; its sessions show nobody."""
    found = await session.scalar(select(User.suspended_at).where(User.id == user_id))
    return found is not None
