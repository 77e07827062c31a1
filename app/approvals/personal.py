"""What approvals hold of people, and how long."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.approvals.models import ApprovalRequest
from app.approvals.states import State
from app.family.models import ChildProfile
from app.kernel.i18n import N_
from app.kernel.money import Money
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, Whose, rows_of

KEPT = timedelta(days=365)  # as the notice of the consent says


async def _wishes(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = (
        select(
            ChildProfile.nickname,
            ApprovalRequest.title,
            ApprovalRequest.price,
            ApprovalRequest.reason,
            ApprovalRequest.state,
            ApprovalRequest.answer,
            ApprovalRequest.created_at,
            ApprovalRequest.decided_at,
        )
        .join(ChildProfile, ChildProfile.id == ApprovalRequest.child_id)
        .where(ApprovalRequest.child_id.in_(subject.child_ids))
    )
    return [
        {**row, "price": Money.uzs(row["price"])}
        for row in await rows_of(session, found.order_by(ApprovalRequest.id))
    ]


async def _erase(session: AsyncSession, subject: Subject) -> None:
    """The children's wishes go; in a family that stays, nobody decided what this person did."""
    gone = or_(
        ApprovalRequest.child_id.in_(subject.child_ids),
        ApprovalRequest.household_id.in_(subject.household_ids),
    )
    await session.execute(delete(ApprovalRequest).where(gone))
    decided = update(ApprovalRequest).where(ApprovalRequest.decided_by.in_(subject.user_ids))
    await session.execute(decided.values(decided_by=None))


PERSONAL = [
    Holding(
        name="wishes",
        title=N_("The children’s wishes"),
        purpose=N_("To bring wishes to you and your answers to the children."),
        tables=("approval_request",),
        fields={
            "nickname": N_("Nickname"),
            "title": N_("Product"),
            "price": N_("Price"),
            "reason": N_("Why"),
            "state": N_("State"),
            "answer": N_("Answer"),
            "created_at": N_("When"),
            "decided_at": N_("Answered"),
        },
        kept=N_("One year"),
        ground=Ground.CONSENT,
        people=frozenset({Whose.CHILD}),
        collect=_wishes,
        erase=_erase,
    )
]

KEEPS = [
    Keep(
        ApprovalRequest,
        N_("One year"),
        lambda now: and_(
            ApprovalRequest.state != State.ASKED, ApprovalRequest.created_at < now - KEPT
        ),
    )
]
