"""Recomputes the chain and names the first thing that does not hold."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import canonical, head_text
from app.audit.keys import KeyRing, ring
from app.audit.models import AuditDay, AuditEntry, AuditSeal
from app.kernel import crypto
from app.kernel.config import Settings

BATCH = 2000  # seals held in memory at a time

Linked = Row[AuditSeal, AuditEntry]  # the entry is None when it is gone


class Kind(StrEnum):
    """What can be wrong."""

    ALTERED = "altered"  # the entry or its seal is not what was sealed
    MISSING = "missing"  # the entry is gone
    GAP = "gap"  # one or more seals are gone
    BROKEN_LINK = "broken_link"  # the seal does not follow the one before it
    WRONG_HEAD = "wrong_head"  # the signed head of a day does not fit
    UNSIGNED_DAY = "unsigned_day"  # a day is over and its head is gone
    UNKNOWN_KEY = "unknown_key"  # sealed with a key that is not on the ring
    HEAD_NOT_FOUND = "head_not_found"  # a head that was kept elsewhere is not in the chain


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing found; `position` and `entry_id` as far as they are known."""

    kind: Kind
    day: date
    position: int
    entry_id: UUID | None = None

    def __str__(self) -> str:
        named = f", entry {self.entry_id}" if self.entry_id else ""
        return f"{self.kind}: {self.day.isoformat()} position {self.position}{named}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was read; `waiting` entries are not sealed yet and prove nothing."""

    sealed: int
    days: int
    waiting: int
    head: str
    fault: Fault | None


async def verify(
    session: AsyncSession, settings: Settings, *, since: date | None = None, head: str | None = None
) -> Report:
    """Recompute every seal from `since` on (None: from the first), up to the first fault.

    `head` is the hash of a head that was kept elsewhere: it has to be in the chain. Run it in
    one REPEATABLE READ transaction or accept that a sealer may add rows meanwhile; both are right.
    """
    walk = _Walk(ring(settings), head)
    walk.days = await _signed(session, since)
    fault = await walk.begin(session, since)
    if fault is None:
        async for row in _rows(session, since):
            fault = walk.step(row)
            if fault is not None:
                break
        else:
            fault = walk.end()
    return Report(walk.sealed, walk.days_seen, await waiting(session), walk.hash, fault)


async def waiting(session: AsyncSession) -> int:
    """How many entries have no seal yet."""
    sealed = select(AuditSeal.entry_id).where(AuditSeal.entry_id == AuditEntry.id)
    found = select(func.count()).select_from(AuditEntry).where(~sealed.exists())
    return await session.scalar(found) or 0


class _Walk:
    """The state of one pass over the chain."""

    def __init__(self, keys: KeyRing, wanted: str | None) -> None:
        self.keys = keys
        self.wanted = wanted
        self.days: dict[date, AuditDay] = {}
        self.hash = ""
        self.day: date | None = None
        self.position = 0
        self.sealed = 0
        self.days_seen = 0

    async def begin(self, session: AsyncSession, since: date | None) -> Fault | None:
        """Start after the signed head of the last day before `since`."""
        if since is None:
            return None
        before = select(AuditDay).where(AuditDay.day < since).order_by(AuditDay.day.desc())
        last = await session.scalar(before.limit(1))
        if last is None:
            return None
        self.hash = last.head_hash
        return self._check_head(last, last.position, last.head_hash)

    def step(self, row: Linked) -> Fault | None:
        """The next seal with its entry."""
        seal: AuditSeal = row.AuditSeal
        if seal.day != self.day:
            fault = self._turn(seal.day)
            if fault is not None:
                return fault
        self.position += 1
        if seal.position != self.position:
            return Fault(Kind.GAP, seal.day, self.position)
        fault = self._check(seal, row.AuditEntry)
        self.sealed += 1
        self.hash = seal.own_hash
        if self.hash == self.wanted:
            self.wanted = None
        return fault

    def end(self) -> Fault | None:
        """After the last seal: heads that nothing leads to, and the head kept elsewhere."""
        fault = self._leave(is_over=False)
        if fault is not None:
            return fault
        for left in sorted(self.days):
            return Fault(Kind.GAP, left, 1)
        if self.wanted is not None and self.day is not None:
            return Fault(Kind.HEAD_NOT_FOUND, self.day, self.position)
        return None

    def _check(self, seal: AuditSeal, entry: AuditEntry | None) -> Fault | None:
        at = (seal.day, seal.position, seal.entry_id)
        if entry is None:
            return Fault(Kind.MISSING, *at)
        if seal.previous_hash != self.hash:
            return Fault(Kind.BROKEN_LINK, *at)
        text = canonical(seal.day, seal.position, seal.previous_hash, entry)
        right = self.keys.mac(seal.key_id, "entry", text)
        if right is None:
            return Fault(Kind.UNKNOWN_KEY, *at)
        return None if crypto.same(right, seal.own_hash) else Fault(Kind.ALTERED, *at)

    def _turn(self, day: date) -> Fault | None:
        fault = self._leave(is_over=True)
        if fault is not None:
            return fault
        skipped = [known for known in sorted(self.days) if known < day]
        if skipped:
            return Fault(Kind.GAP, skipped[0], 1)
        self.day, self.position = day, 0
        self.days_seen += 1
        return None

    def _leave(self, *, is_over: bool) -> Fault | None:
        """The day's last seal was read: does its signed head fit? Only the newest may have none."""
        if self.day is None:
            return None
        signed = self.days.pop(self.day, None)
        if signed is None:
            return Fault(Kind.UNSIGNED_DAY, self.day, self.position) if is_over else None
        return self._check_head(signed, self.position, self.hash)

    def _check_head(self, signed: AuditDay, position: int, head: str) -> Fault | None:
        if signed.position > position:
            return Fault(Kind.GAP, signed.day, position + 1)
        text = head_text(signed.day, position, head)
        right = self.keys.mac(signed.key_id, "day", text)
        if right is None:
            return Fault(Kind.UNKNOWN_KEY, signed.day, position)
        same = (signed.position, signed.head_hash) == (position, head)
        fits = same and crypto.same(right, signed.signature)
        return None if fits else Fault(Kind.WRONG_HEAD, signed.day, position)


async def _signed(session: AsyncSession, since: date | None) -> dict[date, AuditDay]:
    found = select(AuditDay)
    if since is not None:
        found = found.where(AuditDay.day >= since)
    return {row.day: row for row in (await session.scalars(found)).all()}


async def _rows(session: AsyncSession, since: date | None) -> AsyncIterator[Linked]:
    """The seals in order, each with its entry or None; a batch in memory at a time."""
    found = (
        select(AuditSeal, AuditEntry)
        .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
        .order_by(AuditSeal.day, AuditSeal.position)
        .limit(BATCH)
    )
    if since is not None:
        found = found.where(AuditSeal.day >= since)
    page = found
    while True:
        rows = (await session.execute(page)).all()
        for row in rows:
            yield row
        if len(rows) < BATCH:
            return
        last: AuditSeal = rows[-1].AuditSeal
        later = and_(AuditSeal.day == last.day, AuditSeal.position > last.position)
        page = found.where(or_(AuditSeal.day > last.day, later))
