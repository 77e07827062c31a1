"""What privacy itself holds of people, and how long; the kernel's logs are cleaned here too."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel import clock
from app.kernel.events import EventRow
from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, Whose, nothing, rows_of
from app.kernel.tasks import TaskRow, TaskState
from app.privacy.models import DataExport, DeletionRequest, PolicyAcceptance

KEPT_REQUESTS = timedelta(days=3 * 365)
KEPT_TASKS = timedelta(days=30)
KEPT_DEAD = timedelta(days=180)
KEPT_EVENTS = timedelta(days=730)  # the database refuses to delete younger ones


async def _requests(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        DeletionRequest.state,
        DeletionRequest.created_at,
        DeletionRequest.due_at,
        DeletionRequest.ended_at,
    ).where(DeletionRequest.user_id.in_(subject.user_ids))
    return await rows_of(session, found.order_by(DeletionRequest.id))


async def _erase_requests(session: AsyncSession, subject: Subject) -> None:
    """The copies go; deletions that waited for these children are done with theirs."""
    await session.execute(delete(DataExport).where(DataExport.user_id.in_(subject.user_ids)))
    theirs = and_(DeletionRequest.child_id.in_(subject.child_ids), DeletionRequest.state == "asked")
    done = update(DeletionRequest).where(theirs).values(state="done", ended_at=clock.now())
    await session.execute(done)


async def _accepted(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        PolicyAcceptance.policy,
        PolicyAcceptance.version,
        PolicyAcceptance.locale,
        PolicyAcceptance.way,
        PolicyAcceptance.created_at,
    ).where(PolicyAcceptance.user_id.in_(subject.user_ids))
    return await rows_of(session, found.order_by(PolicyAcceptance.id))


PERSONAL = [
    Holding(
        name="requests",
        title=N_("Copies and deletions you asked for"),
        purpose=N_("To do what you ask with your data, and to prove that it was done."),
        tables=("data_export", "deletion_request"),
        fields={
            "state": N_("State"),
            "created_at": N_("When"),
            "due_at": N_("Due"),
            "ended_at": N_("Ended"),
        },
        kept=N_("A copy 7 days; that a deletion was done three years, with a number for a name."),
        ground=Ground.LAW,
        people=frozenset(Whose),
        collect=_requests,
        erase=_erase_requests,
        stays=N_("That you asked for the deletion and that it was done."),
    ),
    Holding(
        name="policies",
        title=N_("Terms you accepted"),
        purpose=N_("To prove which text was agreed on."),
        tables=("policy_acceptance",),
        fields={
            "policy": N_("Which"),
            "version": N_("Text of"),
            "locale": N_("Language"),
            "way": N_("How"),
            "created_at": N_("When"),
        },
        kept=N_("For good, with numbers in place of names."),
        ground=Ground.LAW,
        collect=_accepted,
        erase=nothing,
        stays=N_("Which terms were accepted and when, with a number for a name."),
    ),
]


KEEPS = [
    Keep(DataExport, N_("7 days"), lambda now: DataExport.expires_at < now),
    Keep(
        DeletionRequest,
        N_("Three years after it was done or taken back"),
        lambda now: DeletionRequest.ended_at < now - KEPT_REQUESTS,
    ),
    Keep(
        TaskRow,
        N_("30 days after it was done, 180 days when it failed"),
        lambda now: or_(
            and_(TaskRow.state == TaskState.DONE, TaskRow.done_at < now - KEPT_TASKS),
            and_(TaskRow.state == TaskState.DEAD, TaskRow.created_at < now - KEPT_DEAD),
        ),
    ),
    Keep(EventRow, N_("Two years"), lambda now: EventRow.happened_at < now - KEPT_EVENTS),
]
