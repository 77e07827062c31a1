"""Reads the activity log for the people who answer for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Identity, User
from app.accounts.phones import parse_phone
from app.audit.models import AuditEntry, AuditSeal
from app.kernel import clock, paging
from app.kernel.ids import parse_id
from app.kernel.paging import Page

PAGE_SIZE = 30
NAMESAKES = 50  # people of one name that are looked for at once
PEOPLE = "user"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asks for; days are the shop's, both included."""

    person: str = ""
    action: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a deed, before and after."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Line:
    """A deed as the page shows it; `position` is its place in the chain of `day`, if sealed."""

    entry: AuditEntry
    actor: str
    subject: str
    changes: Sequence[Change]
    facts: Sequence[tuple[str, Any]]
    position: int | None
    day: date | None


async def log(session: AsyncSession, wanted: Wanted, cursor: str = "") -> Page[Line] | None:
    """One page of the log, newest first, in three statements; None: nobody is of that name."""
    found = _entries(wanted)
    if wanted.person:
        people = await people_of(session, wanted.person)
        if not people:
            return None
        found = found.where(_concerns(people))
    after = paging.decode(cursor, 1)
    last = parse_id(str(after[0])) if after else None
    if last is not None:
        found = found.where(AuditEntry.id < last)
    rows = (await session.execute(found.order_by(AuditEntry.id.desc()).limit(PAGE_SIZE + 1))).all()
    page = paging.make(rows, lambda row: [row.AuditEntry.id], PAGE_SIZE)
    names = await _names(session, [row.AuditEntry for row in page.rows])
    return Page([_line(row, names) for row in page.rows], page.next)


async def people_of(session: AsyncSession, typed: str) -> Sequence[UUID]:
    """Whom a phone, an e-mail address or a part of a name means."""
    value = parse_phone(typed) or (typed.lower() if "@" in typed else None)
    if value is not None:
        owner = select(Identity.user_id).where(Identity.value == value)
        return (await session.scalars(owner.limit(NAMESAKES))).all()
    named = select(User.id).where(User.name.icontains(typed, autoescape=True))
    return (await session.scalars(named.order_by(User.id).limit(NAMESAKES))).all()


async def names_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of people, closed accounts too."""
    if not ids:
        return {}
    found = await session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {row.id: row.name for row in found}


def _entries(wanted: Wanted) -> Select[AuditEntry, int, date]:
    found = select(AuditEntry, AuditSeal.position, AuditSeal.day).outerjoin(
        AuditSeal, AuditSeal.entry_id == AuditEntry.id
    )
    if wanted.action:
        found = found.where(AuditEntry.action == wanted.action)
    if wanted.kind:
        found = found.where(AuditEntry.subject_kind == wanted.kind)
    if wanted.first is not None:
        found = found.where(AuditEntry.created_at >= _midnight(wanted.first))
    if wanted.last is not None:
        found = found.where(AuditEntry.created_at < _midnight(wanted.last + timedelta(days=1)))
    return found


def _concerns(people: Sequence[UUID]) -> ColumnElement[bool]:
    """What they did, and what was done to them."""
    to_them = and_(AuditEntry.subject_kind == PEOPLE, AuditEntry.subject_id.in_(people))
    return or_(AuditEntry.actor_id.in_(people), to_them)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.TASHKENT)


async def _names(session: AsyncSession, entries: Sequence[AuditEntry]) -> dict[UUID, str]:
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    ids |= {e.subject_id for e in entries if e.subject_kind == PEOPLE and e.subject_id}
    return await names_of(session, list(ids))


def _line(row: Row[AuditEntry, int, date], names: Mapping[UUID, str]) -> Line:
    entry = row.AuditEntry
    rest = dict(entry.details)
    before, after = rest.pop("before", None), rest.pop("after", None)
    return Line(
        entry=entry,
        actor=names.get(entry.actor_id, "") if entry.actor_id else "",
        subject=_subject(entry, names),
        changes=_changes(before, after),
        facts=list(rest.items()),
        position=row.position,
        day=row.day,
    )


def _subject(entry: AuditEntry, names: Mapping[UUID, str]) -> str:
    """A person by name, anything else by the end of its id, which is what differs."""
    if entry.subject_id is None:
        return ""
    if entry.subject_kind == PEOPLE and names.get(entry.subject_id):
        return names[entry.subject_id]
    return entry.subject_id.hex[-8:]


def _changes(before: Any, after: Any) -> list[Change]:
    if not isinstance(before, dict) and not isinstance(after, dict):
        return [] if before is None and after is None else [Change("", before, after)]
    old = before if isinstance(before, dict) else {}
    new = after if isinstance(after, dict) else {}
    keys = dict.fromkeys([*old, *new])
    return [Change(k, old.get(k), new.get(k)) for k in keys if old.get(k) != new.get(k)]
