"""The browsers that may be pushed to: kept, renewed, dropped."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.delivery.push import check_keys
from app.kernel import clock
from app.kernel.errors import Invalid
from app.kernel.ids import new_id
from app.notifications.models import PushSubscription

MOST = 20  # of one person; beyond it the longest unseen goes
MAX_LENGTH = 2000  # characters of an endpoint


class BrokenSubscription(Invalid):
    code = "broken_subscription"


async def save(session: AsyncSession, user_id: UUID, session_id: UUID, sent: Any) -> None:
    """Keep what `PushSubscription.toJSON()` gave, or renew it; a device follows its last person.

    Whether the endpoint leads to the public internet is checked at each sending. Raises
    BrokenSubscription.
    """
    endpoint, p256dh, auth = _read(sent)
    now = clock.now()
    row = {
        "user_id": user_id,
        "session_id": session_id,
        "p256dh": p256dh,
        "auth": auth,
        "seen_at": now,
        "failed_at": None,
        "locale": "",
    }
    statement = insert(PushSubscription).values(
        id=new_id(), created_at=now, endpoint=endpoint, **row
    )
    await session.execute(statement.on_conflict_do_update(index_elements=["endpoint"], set_=row))
    await _keep_newest(session, user_id)


async def drop(session: AsyncSession, endpoint: str, user_id: UUID | None = None) -> None:
    """Forget a subscription, of this person when one is named."""
    statement = delete(PushSubscription).where(PushSubscription.endpoint == endpoint)
    if user_id is not None:
        statement = statement.where(PushSubscription.user_id == user_id)
    await session.execute(statement)


async def drop_of_session(session: AsyncSession, session_id: UUID) -> None:
    """Forget what a device that signed out had subscribed to."""
    await session.execute(delete(PushSubscription).where(PushSubscription.session_id == session_id))


async def of_user(session: AsyncSession, user_id: UUID) -> Sequence[PushSubscription]:
    statement = select(PushSubscription).where(PushSubscription.user_id == user_id)
    return (await session.scalars(statement.order_by(PushSubscription.id))).all()


def endpoint_of(sent: Any) -> str:
    """The address inside what a browser sent; raises BrokenSubscription."""
    endpoint = sent.get("endpoint") if isinstance(sent, dict) else None
    if not isinstance(endpoint, str) or len(endpoint) > MAX_LENGTH or "\x00" in endpoint:
        raise BrokenSubscription
    try:
        parts = urlsplit(endpoint)
        endpoint.encode()
    except ValueError as fault:
        raise BrokenSubscription from fault
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise BrokenSubscription
    return endpoint


def _read(sent: Any) -> tuple[str, str, str]:
    endpoint = endpoint_of(sent)
    keys = sent.get("keys")
    p256dh, auth = (
        (keys.get("p256dh"), keys.get("auth")) if isinstance(keys, dict) else (None, None)
    )
    if not isinstance(p256dh, str) or not isinstance(auth, str):
        raise BrokenSubscription
    try:
        check_keys(p256dh, auth)
    except ValueError as fault:
        raise BrokenSubscription from fault
    return endpoint, p256dh, auth


async def _keep_newest(session: AsyncSession, user_id: UUID) -> None:
    newest = (
        select(PushSubscription.id)
        .where(PushSubscription.user_id == user_id)
        .order_by(PushSubscription.seen_at.desc())
        .limit(MOST)
    )
    await session.execute(
        delete(PushSubscription).where(
            PushSubscription.user_id == user_id, PushSubscription.id.not_in(newest)
        )
    )
