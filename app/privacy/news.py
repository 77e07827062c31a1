"""What people are told about their data."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile
from app.family.models import ChildProfile
from app.kernel import clock
from app.notifications.notify import News, tell
from app.privacy.models import DataExport, DeletionRequest


async def tell_of_export(session: AsyncSession, row: DataExport) -> None:
    """Their copy is ready, or could not be made."""
    kind = "export_ready" if row.state == "ready" else "export_failed"
    subject = f"{row.id}:{row.expires_at:%s}"
    news = News(kind=kind, subject=subject, path="/me/data", tag="export", data={})
    await _tell(session, row.user_id, news)


async def tell_of_deletion(session: AsyncSession, row: DeletionRequest) -> None:
    """Their account is about to go: whoever did not ask for it has the days to stop it."""
    news = News(
        kind="account_deletion",
        subject=str(row.id),
        path="/me/data/deletion",
        tag="deletion",
        data={"day": clock.local_day(row.due_at).isoformat()},
    )
    await _tell(session, row.user_id, news)


async def of_child(session: AsyncSession, row: DeletionRequest) -> News:
    """A child's profile is about to go; the page is the child's, so the news goes with it."""
    nickname = await session.scalar(
        select(ChildProfile.nickname).where(ChildProfile.id == row.child_id)
    )
    return News(
        kind="child_deletion",
        subject=str(row.id),
        path=f"/family/children/{row.child_id}",
        tag=f"child:{row.child_id}",
        data={"nickname": nickname or "", "day": clock.local_day(row.due_at).isoformat()},
    )


async def _tell(session: AsyncSession, user_id: UUID, news: News) -> None:
    if person := await profile.contact(session, user_id):
        await tell(session, person, news)
