"""Limits that cannot be raced: reserved when asked, consumed when bought, returned when lapsed.

The sums of a day stand in one row under a CHECK; the owner-rights function `reserve_spending`
changes it under its lock, so even a child's restricted transaction can reserve and nothing else.
Days are those of Asia/Tashkent.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.family.models import SpendingDay, SpendingEntry, SpendingLimit
from app.kernel import clock

DAY = "day"


@dataclass(frozen=True, slots=True)
class DayState:
    """One child's day in tiyin."""

    limit: int
    reserved: int
    consumed: int
    beyond: int

    @property
    def left(self) -> int:
        return max(self.limit - self.reserved - self.consumed, 0)

    @property
    def spent(self) -> int:
        return self.consumed + self.beyond


async def set_limit(session: AsyncSession, child_id: UUID, amount: int) -> None:
    """Set the day's limit in tiyin; today's row follows, but never below what it already holds."""
    statement = insert(SpendingLimit).values(child_id=child_id, period=DAY, amount=amount)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["child_id", "period"], set_={"amount": amount}
        )
    )
    day = await _locked_day(session, child_id)
    if day is not None:
        day.limit_amount = max(amount, day.reserved + day.consumed)


async def limit_of(session: AsyncSession, child_id: UUID) -> int:
    """What a day of this child is limited to, in tiyin; 0 before a limit was set."""
    found = select(SpendingLimit.amount).where(
        SpendingLimit.child_id == child_id, SpendingLimit.period == DAY
    )
    return await session.scalar(found) or 0


async def reserve(session: AsyncSession, child_id: UUID, request_id: UUID, amount: int) -> bool:
    """Keep `amount` of today's limit for a request; False when it does not fit.

    Works inside a child's restricted transaction, for that child only.
    """
    call = func.reserve_spending(child_id, request_id, clock.local_day(), amount)
    return bool(await session.scalar(select(call)))


async def consume(session: AsyncSession, request_id: UUID, child_id: UUID, amount: int) -> None:
    """Turn the reservation into spending; what was never reserved counts as allowed beyond.

    `amount` is what was really paid for, which may be less than reserved. Locks the day.
    """
    entry = await _entry(session, request_id)
    if entry is None:
        entry = SpendingEntry(
            request_id=request_id,
            child_id=child_id,
            day=clock.local_day(),
            amount=amount,
            state="consumed",
            is_beyond=True,
        )
        session.add(entry)
        day = await _day_for(session, child_id, entry)
        day.beyond += amount
        return
    if entry.state == "consumed":
        return
    day = await _day_for(session, child_id, entry)
    if entry.state == "reserved":
        day.reserved -= entry.amount
    fits = day.reserved + day.consumed + amount <= day.limit_amount
    if fits:
        day.consumed += amount
    else:
        day.beyond += amount
    entry.is_beyond = not fits
    entry.amount = amount
    entry.state = "consumed"


async def release(session: AsyncSession, request_id: UUID) -> None:
    """Give a reservation, or the spending of a refunded purchase, back to its day."""
    entry = await _entry(session, request_id)
    if entry is None or entry.state == "released":
        return
    day = await _day_for(session, entry.child_id, entry)
    if entry.state == "reserved":
        day.reserved -= entry.amount
    elif entry.is_beyond:
        day.beyond -= entry.amount
    else:
        day.consumed -= entry.amount
    entry.state = "released"


async def today(session: AsyncSession, child_id: UUID) -> DayState:
    """The child's sums of today; without a row yet, an untouched day."""
    statement = (
        select(SpendingLimit.amount, SpendingDay)
        .outerjoin(
            SpendingDay,
            (SpendingDay.child_id == SpendingLimit.child_id)
            & (SpendingDay.day == clock.local_day()),
        )
        .where(SpendingLimit.child_id == child_id, SpendingLimit.period == DAY)
    )
    row = (await session.execute(statement)).first()
    if row is None:
        return DayState(0, 0, 0, 0)
    amount, day = row.amount, row.SpendingDay
    if day is None:
        return DayState(amount, 0, 0, 0)
    return DayState(day.limit_amount, day.reserved, day.consumed, day.beyond)


async def _entry(session: AsyncSession, request_id: UUID) -> SpendingEntry | None:
    statement = (
        select(SpendingEntry).where(SpendingEntry.request_id == request_id).with_for_update()
    )
    return (await session.scalars(statement)).one_or_none()


async def _day_for(session: AsyncSession, child_id: UUID, entry: SpendingEntry) -> SpendingDay:
    """The locked row of the entry's day, made when missing."""
    limit = await session.scalar(
        select(SpendingLimit.amount).where(
            SpendingLimit.child_id == child_id, SpendingLimit.period == DAY
        )
    )
    await session.execute(
        insert(SpendingDay)
        .values(child_id=child_id, day=entry.day, limit_amount=limit or 0)
        .on_conflict_do_nothing(index_elements=["child_id", "day"])
    )
    statement = (
        select(SpendingDay)
        .where(SpendingDay.child_id == child_id, SpendingDay.day == entry.day)
        .with_for_update()
    )
    return (await session.scalars(statement)).one()


async def _locked_day(session: AsyncSession, child_id: UUID) -> SpendingDay | None:
    statement = (
        select(SpendingDay)
        .where(SpendingDay.child_id == child_id, SpendingDay.day == clock.local_day())
        .with_for_update()
    )
    return (await session.scalars(statement)).one_or_none()
