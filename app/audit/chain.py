"""Puts committed entries in order and links them; no business transaction waits for it.

A seal's hash is an HMAC over its day, its place, the whole entry and the hash before it: whoever
has only the database can neither change an entry nor make a chain that fits. The day of a seal
is the Tashkent day it was made on, so a day that is over stays as it was signed.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.keys import KeyRing, ring
from app.audit.models import AuditDay, AuditEntry, AuditSeal
from app.kernel import clock
from app.kernel.config import Settings
from app.kernel.observe import log

BATCH = 2000  # entries a pass: about 0.1 s of work
LOOK_BACK = timedelta(days=1)  # transactions are seconds long; each new day looks at everything


async def seal(session: AsyncSession, settings: Settings) -> int:
    """Link the committed entries that have no seal yet; returns how many were linked.

    One sealer at a time (advisory lock of the transaction); another one returns 0 at once. The
    first pass of a day signs the head of the day before.
    """
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return 0
    keys = ring(settings)
    last = await _last(session)
    closed = await session.scalar(select(func.max(AuditDay.day)))
    day = clock.local_day()
    if last is not None and last.day < day and (closed is None or closed < last.day):
        await _close(session, keys, last)
        closed = last.day
    if last is not None:
        day = max(day, last.day)  # a clock that went back does not break the order
    if closed is not None:
        day = max(day, closed + timedelta(days=1))
    rows = (await session.scalars(_unsealed(last, day))).all()
    if rows:
        await _append(session, keys, rows, last, day)
    return len(rows)


_LOCK = func.hashtextextended("audit-seal", 0)


def canonical(day: date, position: int, previous_hash: str, entry: AuditEntry) -> str:
    """The one text that a seal's hash is made of."""
    parts: list[Any] = [
        day.isoformat(),
        position,
        previous_hash,
        str(entry.id),
        entry.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(entry.actor_id),
        entry.actor_zone,
        entry.actor_role,
        str(entry.household_id),
        entry.action,
        entry.subject_kind,
        str(entry.subject_id),
        entry.details,
        str(entry.request_id),
        entry.network,
    ]
    return json.dumps(parts, sort_keys=True, separators=(",", ":"))


def head_text(day: date, position: int, head_hash: str) -> str:
    """What the signature of a day's head is made of."""
    return f"{day.isoformat()}|{position}|{head_hash}"


async def _last(session: AsyncSession) -> AuditSeal | None:
    newest = select(AuditSeal).order_by(AuditSeal.day.desc(), AuditSeal.position.desc())
    return await session.scalar(newest.limit(1))


def _unsealed(last: AuditSeal | None, day: date) -> Select[AuditEntry]:
    sealed = select(AuditSeal.entry_id).where(AuditSeal.entry_id == AuditEntry.id)
    found = select(AuditEntry).where(~sealed.exists())
    if last is not None and last.day == day:
        found = found.where(AuditEntry.created_at > last.sealed_at - LOOK_BACK)
    return found.order_by(AuditEntry.id).limit(BATCH)


async def _append(
    session: AsyncSession,
    keys: KeyRing,
    rows: Sequence[AuditEntry],
    last: AuditSeal | None,
    day: date,
) -> None:
    previous = last.own_hash if last else ""
    start = last.position if last and last.day == day else 0
    seals: list[dict[str, Any]] = []
    for position, entry in enumerate(rows, start=start + 1):
        own = keys.mac(keys.present, "entry", canonical(day, position, previous, entry))
        seals.append(
            {
                "day": day,
                "position": position,
                "entry_id": entry.id,
                "previous_hash": previous,
                "own_hash": own,
                "key_id": keys.present,
                "sealed_at": clock.now(),
            }
        )
        previous = own or ""
    await session.execute(insert(AuditSeal), seals)
    # The log leaves this machine: a head kept elsewhere proves the end of a chain as well.
    log.info("audit_sealed", day=day.isoformat(), position=seals[-1]["position"], head=previous)


async def _close(session: AsyncSession, keys: KeyRing, last: AuditSeal) -> None:
    text = head_text(last.day, last.position, last.own_hash)
    signature = keys.mac(keys.present, "day", text)
    await session.execute(
        insert(AuditDay).values(
            day=last.day,
            position=last.position,
            head_hash=last.own_hash,
            key_id=keys.present,
            signature=signature,
            closed_at=clock.now(),
        )
    )
    log.info("audit_day_closed", head=text, signature=signature)
