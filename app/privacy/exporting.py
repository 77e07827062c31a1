"""A person's copy: asked for, gathered by a task, handed out for 7 days, gone.

Where it lies: docs/decisions/exports.md.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.audit.record import record
from app.kernel import clock
from app.kernel.i18n import Locale, use_locale
from app.kernel.ids import new_id
from app.kernel.tasks import Queue, enqueue, task
from app.kernel.viewer import GUEST, Viewer
from app.privacy import news, packing, subjects
from app.privacy.models import DataExport

LIFE = timedelta(days=7)
MAX_BYTES = 32 * 1024 * 1024  # the table's own limit
STUCK = timedelta(hours=1)  # whoever waits longer may ask again


@dataclass(frozen=True)
class MakeExport:
    export_id: UUID


async def ask(session: AsyncSession, viewer: Viewer, user_id: UUID, locale: Locale) -> bool:
    """Order a fresh copy in place of an older one; False while one is being made."""
    now = clock.now()
    fresh = {
        "id": new_id(),
        "created_at": now,
        "locale": locale.value,
        "state": "asked",
        "content": None,
        "expires_at": now + LIFE,
    }
    statement = insert(DataExport).values(user_id=user_id, **fresh)
    again = statement.on_conflict_do_update(
        index_elements=["user_id"],
        set_=fresh,
        where=or_(DataExport.state != "asked", DataExport.created_at < now - STUCK),
    )
    made = await session.scalar(again.returning(DataExport.id))
    if made is None:
        return False
    await record(session, viewer, "data.ask_export", "user", user_id)
    await enqueue(session, make_export, MakeExport(made), key=f"export:{made}")
    return True


@task(queue=Queue.BULK, tries=5)
async def make_export(session: AsyncSession, args: MakeExport) -> None:
    """Gather everything as it is at one moment, and say that it is ready."""
    found = select(DataExport).where(DataExport.id == args.export_id).with_for_update()
    row = (await session.scalars(found)).one_or_none()
    if row is None or row.state != "asked":
        return  # replaced by a later one, or its person is gone
    subject = await subjects.to_show(session, row.user_id)
    with use_locale(Locale(row.locale)):
        copy = await packing.gather(session, session.info["registry"].personal, subject)
        content = await packing.pack(copy)
    if len(content) > MAX_BYTES:
        row.state = "failed"
    else:
        row.state, row.content, row.expires_at = "ready", content, clock.now() + LIFE
    await record(session, GUEST, "data.export", "user", row.user_id, size=len(content))
    await session.flush()
    await news.tell_of_export(session, row)


async def of_person(session: AsyncSession, user_id: UUID) -> DataExport | None:
    """The person's copy without its content; None when there is none or its time is over."""
    found = select(DataExport).where(
        DataExport.user_id == user_id, DataExport.expires_at > clock.now()
    )
    return (await session.scalars(found)).one_or_none()


async def content(
    session: AsyncSession, viewer: Viewer, user_id: UUID, export_id: UUID
) -> bytes | None:
    """The zip for its own person while it lives; None for everybody else. Handing it out is
    noted in the audit trail."""
    found = (
        select(DataExport)
        .options(undefer(DataExport.content))
        .where(
            DataExport.id == export_id,
            DataExport.user_id == user_id,
            DataExport.expires_at > clock.now(),
        )
    )
    row = (await session.scalars(found)).one_or_none()
    if row is None or row.content is None:
        return None
    await record(session, viewer, "data.download", "user", user_id)
    return row.content
