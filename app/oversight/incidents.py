"""Incidents with personal data: opened, known better with each version, reported within 72 hours.

GDPR Art. 33 and 34, which the privacy requirements of the project follow (row G12): what, when,
whose data and how many, likely effects, measures, when the authority was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.record import record
from app.kernel import clock
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.events import publish
from app.kernel.i18n import N_
from app.kernel.ids import new_number
from app.kernel.viewer import Viewer
from app.oversight.events import IncidentOpened
from app.oversight.models import Incident, IncidentVersion

TIME_TO_REPORT = timedelta(hours=72)
OPEN_SQL = """
select count(*) from (
  select distinct on (incident_id) closed_at from incident_version
  order by incident_id, version desc
) newest where closed_at is null
"""
LISTED = 200  # newest; more of them would be a trouble of another kind

CATEGORIES = {
    "contacts": N_("names, phones, e-mail addresses"),
    "addresses": N_("delivery addresses"),
    "orders": N_("orders and their goods"),
    "payments": N_("payments (sums and times; we hold no card numbers)"),
    "children": N_("profiles of children: nickname, birth year, wishes"),
    "sign_in": N_("hashes of passwords and PINs, sign-in sessions"),
    "messages": N_("messages and questions to support"),
    "sellers": N_("data of sellers"),
}


class ChangedMeanwhile(Conflict):
    code = "incident_changed"
    message = N_("A colleague has added a version in the meantime. Please look at it first.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a version says; counts are of people and of records, None while unknown."""

    detected_at: datetime
    nature: str
    categories: tuple[str, ...]
    people: int | None
    records: int | None
    effects: str
    measures: str
    notified_at: datetime | None
    people_told_at: datetime | None
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident as its newest version tells it, and how it stands with the clock."""

    incident: Incident
    now: IncidentVersion

    @property
    def due_at(self) -> datetime:
        return self.now.detected_at + TIME_TO_REPORT

    @property
    def is_reported(self) -> bool:
        return self.now.notified_at is not None

    @property
    def is_overdue(self) -> bool:
        return not self.is_reported and clock.now() >= self.due_at

    @property
    def was_late(self) -> bool:
        return self.now.notified_at is not None and self.now.notified_at > self.due_at

    @property
    def seconds_left(self) -> int:
        """Until the 72 hours are over; past them, for how long they have been, below zero."""
        return int((self.due_at - clock.now()).total_seconds())


async def begin(session: AsyncSession, viewer: Viewer, facts: Facts) -> Incident:
    """Open an incident with its first version; publishes IncidentOpened."""
    author = _author(viewer)
    incident = Incident(number=new_number(), opened_by=author)
    session.add(incident)
    await session.flush()
    await _append(session, incident.id, None, author, facts)
    await record(session, viewer, "incident.open", "incident", incident.id, number=incident.number)
    await publish(session, IncidentOpened(incident.id, incident.number, author))
    return incident


async def amend(
    session: AsyncSession, viewer: Viewer, number: str, seen_version: int, facts: Facts
) -> Standing:
    """Add a version; nothing that was said before is lost. `seen_version` is the one that the
    author read. Raises NotFound, ChangedMeanwhile."""
    standing = await find(session, number, lock=True)
    if standing.now.version != seen_version:
        raise ChangedMeanwhile
    made = await _append(session, standing.incident.id, standing.now, _author(viewer), facts)
    before, after = changes(standing.now, made)
    await record(
        session,
        viewer,
        "incident.change",
        "incident",
        standing.incident.id,
        number=number,
        before=before,
        after=after,
    )
    return Standing(standing.incident, made)


def changes(old: IncidentVersion, new: IncidentVersion) -> tuple[dict[str, object], ...]:
    """The values that differ, before and after."""
    names = [name for name in FIELDS if getattr(old, name) != getattr(new, name)]
    return (
        {name: getattr(old, name) for name in names},
        {name: getattr(new, name) for name in names},
    )


FIELDS = {
    "detected_at": N_("Found"),
    "nature": N_("What happened"),
    "categories": N_("Which data"),
    "people": N_("About how many people"),
    "records": N_("About how many records"),
    "effects": N_("What it can lead to"),
    "measures": N_("What we have done"),
    "notified_at": N_("Authority told"),
    "people_told_at": N_("People told"),
    "closed_at": N_("Closed"),
}


async def find(session: AsyncSession, number: str, *, lock: bool = False) -> Standing:
    """Raises NotFound. With `lock` two authors wait for each other: by name, since nobody may
    update these rows and so nobody may lock them."""
    if lock:
        turn = func.hashtextextended(f"incident:{number}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(turn)))
    incident = await session.scalar(select(Incident).where(Incident.number == number))
    if incident is None:
        raise NotFound
    [newest, *_] = await versions(session, incident.id)
    return Standing(incident, newest)


async def versions(session: AsyncSession, incident_id: UUID) -> Sequence[IncidentVersion]:
    """What was known when, newest first."""
    found = select(IncidentVersion).where(IncidentVersion.incident_id == incident_id)
    return (await session.scalars(found.order_by(IncidentVersion.version.desc()))).all()


async def register(session: AsyncSession) -> list[Standing]:
    """The newest incidents: what is due first, then what is open, then the rest."""
    newest = (
        select(Incident, IncidentVersion)
        .join(IncidentVersion, IncidentVersion.incident_id == Incident.id)
        .distinct(Incident.id)
        .order_by(Incident.id.desc(), IncidentVersion.version.desc())
        .limit(LISTED)
    )
    found = [Standing(row.Incident, row.IncidentVersion) for row in await session.execute(newest)]
    return sorted(found, key=lambda one: (one.is_reported, one.now.closed_at is not None))


async def overdue(session: AsyncSession) -> list[Standing]:
    """What should have been reported by now."""
    return [one for one in await register(session) if one.is_overdue]


async def _append(
    session: AsyncSession,
    incident_id: UUID,
    last: IncidentVersion | None,
    author: UUID,
    facts: Facts,
) -> IncidentVersion:
    closed_at = (last.closed_at if last else None) or clock.now()
    row = IncidentVersion(
        incident_id=incident_id,
        version=last.version + 1 if last else 1,
        author_id=author,
        created_at=clock.now(),
        detected_at=facts.detected_at,
        nature=facts.nature,
        categories=list(facts.categories),
        people=facts.people,
        records=facts.records,
        effects=facts.effects,
        measures=facts.measures,
        notified_at=facts.notified_at,
        people_told_at=facts.people_told_at,
        closed_at=closed_at if facts.is_closed else None,
    )
    session.add(row)
    await session.flush()
    return row


def _author(viewer: Viewer) -> UUID:
    if viewer.user_id is None:
        raise Forbidden
    return viewer.user_id
