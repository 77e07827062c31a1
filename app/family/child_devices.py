"""Phones of a child's own: linked, known by their cookie, listed, ended by a guardian.

The phone's cookie is 256 random bits, of which the hash is kept, and says only whose phone it is.
A phone that is ended takes its session with it, so its next request is out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import ending
from app.accounts.models import Session
from app.audit.record import record
from app.family import child_links
from app.family.events import ChildPhoneLinked
from app.family.models import ChildDevice
from app.family.safety import age_in_years
from app.family.zone import IS_OPEN, OPEN_BY
from app.kernel import clock, crypto
from app.kernel.errors import NotFound
from app.kernel.events import publish
from app.kernel.viewer import Child, Viewer, Zone

TO_CHOOSE = timedelta(hours=1)  # after linking; a phone without a PIN is nobody's later


class Step(StrEnum):
    """What a child's phone asks next."""

    CHOOSE = "choose"
    REPEAT = "repeat"
    ENTER = "enter"


@dataclass(frozen=True, slots=True)
class Phone:
    """A child's own phone, and as much of the child as it may show before it is opened."""

    id: UUID
    step: Step
    child: Child


async def link(session: AsyncSession, child_id: UUID, name: str, before: str) -> str:
    """Make this phone the child's, whose lock the caller holds; returns the phone's token.

    `before` is the token that it held: it belongs to one child at a time. Publishes
    ChildPhoneLinked.
    """
    token = crypto.new_token()
    row = ChildDevice(child_id=child_id, token_hash=crypto.token_hash(token), name=name)
    session.add(row)
    await session.flush()
    phone = await of_token(session, token)
    if phone is None:
        raise NotFound
    if (former := await _locked(session, before)) is not None:
        await _end(session, former)
    await record(
        session, as_viewer(phone.child), "child_phone.link", "child", child_id, device=name
    )
    event = ChildPhoneLinked(phone.child.household_id, child_id, row.id, name)
    await publish(session, event)
    return token


async def of_token(session: AsyncSession, token: str) -> Phone | None:
    """The phone that holds this token; None when it is nobody's, or its child's profile is shut."""
    values = {"hash": crypto.token_hash(token), "since": clock.now() - TO_CHOOSE, **OPEN_BY}
    row = (await session.execute(_LOAD, values)).first()
    if row is None:
        return None
    age = age_in_years(row.birth_year)
    child = Child(row.child_id, row.household_id, row.nickname, row.avatar, row.hue, age)
    return Phone(row.id, Step(row.step), child)


async def begun(session: AsyncSession, phone: Phone, stay: Session) -> None:
    """The child came in: this is the phone's one session from now on."""
    row = await session.get_one(ChildDevice, phone.id, with_for_update=True)
    await _close(session, row)
    row.session_id, row.used_at = stay.id, clock.now()
    await record(
        session, as_viewer(phone.child), "child_phone.open", "child", row.child_id, device=row.name
    )


async def of_child(session: AsyncSession, child_id: UUID) -> Sequence[Row[Any]]:
    """The child's phones, the last used first: id, name, linked_at, used_at, is_ready."""
    used_at = func.greatest(ChildDevice.used_at, Session.seen_at).label("used_at")
    statement = (
        select(
            ChildDevice.id,
            ChildDevice.name,
            ChildDevice.created_at.label("linked_at"),
            ChildDevice.secret_hash.is_not(None).label("is_ready"),
            used_at,
        )
        .outerjoin(Session, Session.id == ChildDevice.session_id)
        .where(ChildDevice.child_id == child_id, ChildDevice.ended_at.is_(None))
    )
    return (await session.execute(statement.order_by(used_at.desc()))).all()


async def version(session: AsyncSession, child_id: UUID) -> str:
    """Changes whenever the list of phones does."""
    ready = func.count(ChildDevice.secret_hash)
    facts = select(func.count(), ready, func.max(ChildDevice.created_at)).where(
        ChildDevice.child_id == child_id, ChildDevice.ended_at.is_(None)
    )
    count, chosen, newest = (await session.execute(facts)).one()
    return f"{count}.{chosen}.{newest.timestamp() if newest else 0:.0f}"


async def end(session: AsyncSession, viewer: Viewer, child_id: UUID, device_id: UUID) -> None:
    """The phone is nobody's any more, from its next request on. Raises NotFound."""
    await child_links.lock_child(session, child_id)
    found = select(ChildDevice).where(
        ChildDevice.id == device_id,
        ChildDevice.child_id == child_id,
        ChildDevice.ended_at.is_(None),
    )
    row = await session.scalar(found.with_for_update())
    if row is None:
        raise NotFound
    await _end(session, row)
    await record(session, viewer, "child_phone.end", "child", child_id, device=row.name)


async def end_all(session: AsyncSession, viewer: Viewer, child_id: UUID) -> int:
    """The same for every phone of the child, and for a link that is still open."""
    await child_links.lock_child(session, child_id)
    await child_links.drop_open(session, child_id)
    found = select(ChildDevice).where(
        ChildDevice.child_id == child_id, ChildDevice.ended_at.is_(None)
    )
    rows = (await session.scalars(found.order_by(ChildDevice.id).with_for_update())).all()
    for row in rows:
        await _end(session, row)
        await record(session, viewer, "child_phone.end", "child", child_id, device=row.name)
    return len(rows)


async def _end(session: AsyncSession, row: ChildDevice) -> None:
    row.ended_at = clock.now()
    await _close(session, row)


async def _close(session: AsyncSession, row: ChildDevice) -> None:
    if row.session_id is None:
        return
    stay = await session.get(Session, row.session_id, with_for_update=True)
    if stay is not None:
        await ending.close(session, stay)


async def _locked(session: AsyncSession, token: str) -> ChildDevice | None:
    found = select(ChildDevice).where(
        ChildDevice.token_hash == crypto.token_hash(token), ChildDevice.ended_at.is_(None)
    )
    return await session.scalar(found.with_for_update()) if token else None


def as_viewer(child: Child) -> Viewer:
    """Whoever holds the child's phone, as the family's log names them."""
    return Viewer(zone=Zone.KIDS, child_id=child.id, child=child)


_SELECT = """
select d.id, d.child_id, c.household_id, c.nickname, c.avatar, c.hue, c.birth_year,
       case when d.secret_hash is not null then 'enter'
            when d.new_secret_hash is not null then 'repeat' else 'choose' end as step
from child_device d join child_profile c on c.id = d.child_id
where d.token_hash = :hash and d.ended_at is null
  and (d.secret_hash is not null or d.created_at > :since) and {is_open}
"""
_LOAD = text(_SELECT.format(is_open=IS_OPEN))
