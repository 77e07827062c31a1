"""What follows: people hear of new programs and stolen tokens; closed accounts keep none."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile
from app.api import clients
from app.api.events import ApiClientMade, ApiTokenReused
from app.kernel.tasks import Queue, task
from app.kernel.viewer import GUEST
from app.notifications.notify import News, tell
from app.staff.events import AccountReopened


@task()
async def on_made(session: AsyncSession, event: ApiClientMade) -> None:
    await _tell(session, event, "api_client_made")


@task(queue=Queue.CRITICAL)
async def on_reused(session: AsyncSession, event: ApiTokenReused) -> None:
    await _tell(session, event, "api_token_reused")


@task(queue=Queue.CRITICAL)
async def on_reopened(session: AsyncSession, event: AccountReopened) -> None:
    """Programs were refused while the account was closed; they do not wake with it."""
    await clients.end_all(session, GUEST, event.user_id, "closed")


async def _tell(session: AsyncSession, event: ApiClientMade | ApiTokenReused, kind: str) -> None:
    if person := await profile.contact(session, event.user_id):
        news = News(
            kind=kind,
            subject=str(event.client_id),
            path="/me/api",
            tag=f"{kind}:{event.client_id}",
            data={"program": event.program},
        )
        await tell(session, person, news)


SUBSCRIBERS = {
    ApiClientMade: [on_made],
    ApiTokenReused: [on_reused],
    AccountReopened: [on_reopened],
}
