"""What the audit trail holds of people: ids and deeds, never a name."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Row, Subject, Whose, nothing, rows_of


async def _entries(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(AuditEntry.action, AuditEntry.subject_kind, AuditEntry.created_at)
    theirs = or_(
        AuditEntry.actor_id.in_(subject.user_ids),
        AuditEntry.household_id.in_(subject.household_ids),
    )
    return await rows_of(session, found.where(theirs).order_by(AuditEntry.created_at))


PERSONAL = [
    Holding(
        name="audit",
        title=N_("The safety log"),
        purpose=N_("To find out who did what when something went wrong."),
        tables=("audit_entry",),
        fields={
            "action": N_("What"),
            "subject_kind": N_("About"),
            "created_at": N_("When"),
        },
        kept=N_("Five years, with a number in place of the name."),
        ground=Ground.LAW,
        people=frozenset(Whose),
        collect=_entries,
        erase=nothing,
        stays=N_("The safety log, where you are a number that leads to nobody."),
    )
]
