"""The list of a person's devices, and how a stay on one of them ends."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.accounts.events import SessionEnded
from app.accounts.lifetimes import lifetime_of
from app.accounts.models import Session
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.events import publish
from app.kernel.viewer import Zone


async def devices(session: AsyncSession, user_id: UUID) -> Sequence[Session]:
    """The live sessions of a person, the last used first."""
    now = clock.now()
    statement = select(Session).where(
        Session.user_id == user_id, Session.ended_at.is_(None), Session.expires_at > now
    )
    rows = (await session.scalars(statement.order_by(Session.seen_at.desc()))).all()
    lifetime = lifetime_of(Zone.SHOP, await roles.names(session, user_id))
    lent = await _lent(session, [row.id for row in rows])
    return [row for row in rows if row.id in lent or now - row.seen_at < lifetime.idle]


async def _lent(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these wait while a child has the device."""
    kids = select(Session.suspended_id).where(
        Session.suspended_id.in_(ids), Session.ended_at.is_(None)
    )
    return {found for found in (await session.scalars(kids)).all() if found}


async def is_new_device(session: AsyncSession, user_id: UUID, device: str) -> bool:
    """Known person, unknown kind of device; the first sign-in ever warns nobody. Stays that never
    got past the second step make no device known."""
    seen = select(func.count(), func.count().filter(Session.device == device)).where(
        Session.user_id == user_id, Session.signed_in_at.is_not(None)
    )
    all_of_them, same = (await session.execute(seen)).one()
    return bool(all_of_them) and not same


async def end(session: AsyncSession, user_id: UUID, session_id: UUID) -> None:
    """End one session of this person, and a child's that hangs on it. Raises NotFound."""
    statement = select(Session).where(Session.id == session_id, Session.user_id == user_id)
    row = await session.scalar(statement.with_for_update())
    if row is None:
        raise NotFound
    await close(session, row)


async def end_others(session: AsyncSession, user_id: UUID, keep: UUID | None) -> int:
    """End every session of this person but `keep`; returns how many ended."""
    statement = select(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
    rows = (await session.scalars(statement.order_by(Session.id).with_for_update())).all()
    others = [row for row in rows if row.id != keep]
    for row in others:
        await close(session, row)
    return len(others)


async def end_all(session: AsyncSession, user_id: UUID) -> int:
    """End every session of this person: they were suspended or are leaving."""
    return await end_others(session, user_id, None)


async def close(session: AsyncSession, row: Session) -> None:
    """End this stay, and a child's that hangs on it. Publishes SessionEnded."""
    now = clock.now()
    row.ended_at = row.ended_at or now
    lent = update(Session).where(Session.suspended_id == row.id, Session.ended_at.is_(None))
    await session.execute(lent.values(ended_at=now))
    await publish(session, SessionEnded(row.id, row.user_id))
