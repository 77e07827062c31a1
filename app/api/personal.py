"""What the API holds of people, and how long."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.models import ApiAnswer, ApiClient
from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Keep, Row, Subject, rows_of

KEPT_ENDED = timedelta(days=30)
KEPT_CODES = timedelta(days=1)
KEPT_ANSWERS = timedelta(days=1)


async def _programs(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    """By name and rights; of their secrets we have only hashes, and give none away."""
    found = select(
        ApiClient.kind,
        ApiClient.name,
        ApiClient.scopes,
        ApiClient.created_at,
        ApiClient.used_at,
        ApiClient.expires_at,
        ApiClient.ended_at,
    ).where(ApiClient.user_id.in_(subject.user_ids))
    return await rows_of(session, found.order_by(ApiClient.id))


async def _erase(session: AsyncSession, subject: Subject) -> None:
    """The database takes their tokens and answers with them."""
    await session.execute(delete(ApiClient).where(ApiClient.user_id.in_(subject.user_ids)))


PERSONAL = [
    Holding(
        name="programs",
        title=N_("Connected programs and keys"),
        purpose=N_("To let programs act for you as far as you allowed it."),
        tables=("api_client", "api_refresh", "api_answer"),
        fields={
            "kind": N_("Kind"),
            "name": N_("Name"),
            "scopes": N_("What it may do"),
            "created_at": N_("When"),
            "used_at": N_("Last used"),
            "expires_at": N_("Expires"),
            "ended_at": N_("Ended"),
        },
        kept=N_("30 days after the end."),
        ground=Ground.CONTRACT,
        collect=_programs,
        erase=_erase,
        correct_at="/me/api",
    ),
]

KEEPS = [
    Keep(
        ApiClient,
        N_("30 days after the end; a code that nobody used, 1 day"),
        lambda now: or_(
            ApiClient.ended_at < now - KEPT_ENDED,
            ApiClient.expires_at < now - KEPT_ENDED,
            ApiClient.code_hash.is_not(None) & (ApiClient.code_expires_at < now - KEPT_CODES),
        ),
    ),
    Keep(ApiAnswer, N_("1 day"), lambda now: ApiAnswer.created_at < now - KEPT_ANSWERS),
]
