"""What notifications hold of people, and how long."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Text, cast, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import RoleGrant
from app.approvals.models import ApprovalRequest
from app.delivery.models import Message
from app.family.models import ChildProfile
from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, Whose, rows_of
from app.kernel.viewer import Role
from app.notifications.catalogue import words
from app.notifications.models import Notification, PushSubscription

KEPT_NEWS = timedelta(days=180)
KEPT_DEVICES = timedelta(days=365)  # since the device was last seen
ABOUT_WISHES = "approval\\_%"
ABOUT_CHILDREN = "child\\_%"


async def _news(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        Notification.kind, Notification.data, Notification.created_at, Notification.read_at
    ).where(Notification.user_id.in_(subject.user_ids))
    rows = await rows_of(session, found.order_by(Notification.id))
    return [
        {**_said(row), "created_at": row["created_at"], "read_at": row["read_at"]} for row in rows
    ]


def _said(row: Row) -> dict[str, Any]:
    said = words(row["kind"], row["data"])
    return {"title": said.title, "body": said.body}


async def _erase_news(session: AsyncSession, subject: Subject) -> None:
    """The person's own news, the others' about these children, and the person's name in theirs."""
    await session.execute(delete(Notification).where(Notification.user_id.in_(subject.user_ids)))
    wishes = select(literal("/family/approvals/") + cast(ApprovalRequest.id, Text)).where(
        ApprovalRequest.child_id.in_(subject.child_ids)
    )
    pages = [f"/family/children/{child_id}" for child_id in subject.child_ids]
    about = or_(Notification.path.in_(wishes), Notification.path.in_(pages))
    await session.execute(delete(Notification).where(about), execution_options=_PLAIN)
    decided = select(literal("/family/approvals/") + cast(ApprovalRequest.id, Text)).where(
        ApprovalRequest.decided_by.in_(subject.user_ids)
    )
    await session.execute(
        update(Notification)
        .where(Notification.path.in_(decided), Notification.data.has_key("decider"))
        .values(data=func.jsonb_set(Notification.data, ["decider"], cast('""', JSONB))),
        execution_options=_PLAIN,
    )
    await _erase_words(session, subject)


async def _erase_words(session: AsyncSession, subject: Subject) -> None:
    """Outside production the delivery log keeps words, and those of a wish name the child and
    who decided: the family's go as a whole."""
    found = select(ChildProfile.household_id).where(ChildProfile.id.in_(subject.child_ids))
    homes = {*subject.families, *await session.scalars(found)}
    family = select(RoleGrant.user_id).where(
        RoleGrant.scope_id.in_(homes), RoleGrant.role == Role.GUARDIAN
    )
    about = or_(Message.kind.like(ABOUT_WISHES), Message.kind.like(ABOUT_CHILDREN))
    await session.execute(
        delete(Message).where(Message.user_id.in_(family), about), execution_options=_PLAIN
    )


_PLAIN = {"synchronize_session": False}


async def _devices(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        func.split_part(PushSubscription.endpoint, "/", 3).label("service"),
        PushSubscription.created_at,
        PushSubscription.seen_at,
    )
    return await rows_of(session, found.where(PushSubscription.user_id.in_(subject.user_ids)))


async def _erase_devices(session: AsyncSession, subject: Subject) -> None:
    await session.execute(
        delete(PushSubscription).where(PushSubscription.user_id.in_(subject.user_ids))
    )


PERSONAL = [
    Holding(
        name="news",
        title=N_("Notifications"),
        purpose=N_("To tell you what you wait for."),
        tables=("notification",),
        fields={
            "title": N_("Title"),
            "body": N_("Words"),
            "created_at": N_("When"),
            "read_at": N_("Read"),
        },
        kept=N_("180 days"),
        ground=Ground.CONTRACT,
        people=frozenset(Whose),
        collect=_news,
        erase=_erase_news,
    ),
    Holding(
        name="push",
        title=N_("Devices that we may push to"),
        purpose=N_("To reach you at once, where you allowed it."),
        tables=("push_subscription",),
        fields={
            "service": N_("Service"),
            "created_at": N_("Since"),
            "seen_at": N_("Last seen"),
        },
        kept=N_("Until you switch it off; a year after the device was last seen."),
        ground=Ground.CONSENT,
        recipients=N_("Your browser’s push service, which cannot read the words."),
        collect=_devices,
        erase=_erase_devices,
        correct_at="/notifications",
    ),
]

KEEPS = [
    Keep(Notification, N_("180 days"), lambda now: Notification.created_at < now - KEPT_NEWS),
    Keep(
        PushSubscription,
        N_("One year after the device was last seen"),
        lambda now: PushSubscription.seen_at < now - KEPT_DEVICES,
    ),
]
