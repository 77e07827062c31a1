"""What people hear of the staff's deeds to their account, and colleagues of their rights."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile
from app.kernel.tasks import Queue, task
from app.notifications.notify import News, tell
from app.staff.events import AccountReopened, StaffRightsChanged, SupportViewStarted


@task()
async def on_rights_changed(session: AsyncSession, event: StaffRightsChanged) -> None:
    """Each change is news of its own: a role may be given, taken and given again."""
    kind = "role_given" if event.is_given else "role_taken"
    path = "/desk" if event.is_given else "/me"
    await _tell(session, event.user_id, kind, event.change_id, path, role=event.role)


@task()
async def on_reopened(session: AsyncSession, event: AccountReopened) -> None:
    await _tell(
        session, event.user_id, "account_reopened", event.suspension_id, "/me", words=event.words
    )


@task(queue=Queue.CRITICAL)
async def on_view_started(session: AsyncSession, event: SupportViewStarted) -> None:
    """The person hears of it while it lasts."""
    await _tell(session, event.user_id, "support_view", event.view_id, "/", ticket=event.ticket)


async def _tell(
    session: AsyncSession, user_id: UUID, kind: str, subject: UUID, path: str, **data: Any
) -> None:
    if person := await profile.contact(session, user_id):
        news = News(kind=kind, subject=str(subject), path=path, data=data, tag=f"{kind}:{subject}")
        await tell(session, person, news)


SUBSCRIBERS = {
    StaffRightsChanged: [on_rights_changed],
    AccountReopened: [on_reopened],
    SupportViewStarted: [on_view_started],
}
