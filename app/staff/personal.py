"""What the staff slice holds of people, and how long."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, nothing, rows_of
from app.staff.models import Appeal, SupportView, Suspension

KEPT = timedelta(days=3 * 365)  # as long as a claim may be made


async def _closings(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = (
        select(
            Suspension.created_at,
            Suspension.reason,
            Suspension.words,
            Suspension.ended_at,
            Suspension.ended_words,
            Appeal.words.label("appeal"),
            Appeal.answer,
        )
        .outerjoin(Appeal, Appeal.suspension_id == Suspension.id)
        .where(Suspension.user_id.in_(subject.user_ids))
    )
    return await rows_of(session, found.order_by(Suspension.id, Appeal.id))


async def _views(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        SupportView.created_at, SupportView.ticket, SupportView.reason, SupportView.ended_at
    ).where(SupportView.user_id.in_(subject.user_ids))
    return await rows_of(session, found.order_by(SupportView.id))


PERSONAL = [
    Holding(
        name="closings",
        title=N_("Closings of your account"),
        purpose=N_("To tell you why, to hear you, and to know what was decided."),
        tables=("suspension", "appeal"),
        fields={
            "created_at": N_("When"),
            "reason": N_("Reason"),
            "words": N_("Words"),
            "ended_at": N_("Ended"),
            "ended_words": N_("Words at the end"),
            "appeal": N_("Your appeal"),
            "answer": N_("Answer"),
        },
        kept=N_("3 years after the account was opened again."),
        ground=Ground.INTEREST,
        collect=_closings,
        erase=nothing,  # goes with the person
    ),
    Holding(
        name="support_views",
        title=N_("When our support looked at the shop as you"),
        purpose=N_("So that you know who looked, when and why."),
        tables=("support_view",),
        fields={
            "created_at": N_("When"),
            "ticket": N_("Case"),
            "reason": N_("Reason"),
            "ended_at": N_("Ended"),
        },
        kept=N_("3 years"),
        ground=Ground.INTEREST,
        collect=_views,
        erase=nothing,  # goes with the person
    ),
]

KEEPS = [
    Keep(
        Appeal,
        N_("3 years after the account was opened again"),
        lambda now: exists().where(
            Suspension.id == Appeal.suspension_id, Suspension.ended_at < now - KEPT
        ),
    ),
    Keep(
        Suspension,
        N_("3 years after the account was opened again"),
        lambda now: Suspension.ended_at < now - KEPT,
    ),
    Keep(SupportView, N_("3 years"), lambda now: SupportView.created_at < now - KEPT),
]
