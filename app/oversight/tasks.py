"""Periodic work: nobody forgets the 72 hours."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.events import publish
from app.kernel.tasks import NoArguments, Queue, enqueue, task
from app.oversight import incidents
from app.oversight.events import IncidentOverdue


@dataclass(frozen=True)
class Overdue:
    incident_id: UUID
    number: str
    due_at: datetime


@task(queue=Queue.DEFAULT)
async def declare_overdue(session: AsyncSession, args: Overdue) -> None:
    """Once for each time that was missed: the row of this task has a key."""
    await publish(session, IncidentOverdue(args.incident_id, args.number, args.due_at))


@task(queue=Queue.DEFAULT, every_seconds=60)
async def watch_incidents(session: AsyncSession, _: NoArguments) -> None:
    """Find what is overdue; a date that was corrected counts anew."""
    for one in await incidents.overdue(session):
        missed = Overdue(one.incident.id, one.incident.number, one.due_at)
        key = f"incident-overdue:{missed.incident_id}:{missed.due_at.isoformat()}"
        await enqueue(session, declare_overdue, missed, key=key)


TASKS = [watch_incidents, declare_overdue]
