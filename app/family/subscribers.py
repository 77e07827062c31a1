"""A parent's open page sees at once that the phone was linked."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.family.events import ChildPhoneLinked
from app.kernel import streams
from app.kernel.events import Event
from app.kernel.services import Services
from app.kernel.tasks import Queue, Task, enqueue, task


@dataclass(frozen=True)
class NudgePhones:
    child_id: UUID


@task(queue=Queue.CRITICAL, outward=True, tries=3)
async def nudge_phones(services: Services, args: NudgePhones) -> None:
    await streams.nudge(services.redis, f"phones:{args.child_id}")


@task(queue=Queue.CRITICAL)
async def on_linked(session: AsyncSession, event: ChildPhoneLinked) -> None:
    await enqueue(session, nudge_phones, NudgePhones(event.child_id))


SUBSCRIBERS: dict[type[Event], list[Task]] = {ChildPhoneLinked: [on_linked]}
TASKS = [nudge_phones]
