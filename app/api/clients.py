"""A person's programs: made with a name and scopes, listed, ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import scopes, tokens
from app.api.events import ApiClientMade
from app.api.models import ApiClient
from app.audit.record import record
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.errors import Conflict, Forbidden, NotFound, NotSignedIn
from app.kernel.events import publish
from app.kernel.i18n import N_
from app.kernel.ids import new_id
from app.kernel.viewer import Viewer

CODE_LIFETIME = timedelta(minutes=10)
MAKE_KEYS = "api_key.make"
MOST = 20  # living programs of one person


class TooManyClients(Conflict):
    code = "too_many_clients"
    message = N_("You have %(most)s programs already. End one that you do not use any more.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person chose; without `days` a key goes on until it is ended."""

    name: str
    scopes: Collection[str]
    days: int | None = None


async def connect(session: AsyncSession, settings: Settings, viewer: Viewer, wish: Wish) -> str:
    """Begin a connection; returns the code that its program exchanges within ten minutes.

    Raises Forbidden for a scope that the person cannot give, TooManyClients.
    """
    code = tokens.new_code()
    row = await _make(session, viewer, "connection", wish)
    row.code_hash = tokens.code_hash(settings, code)
    row.code_expires_at = clock.now() + CODE_LIFETIME
    await _announce(session, viewer, row)
    return code


async def make_key(session: AsyncSession, viewer: Viewer, wish: Wish) -> str:
    """Make a key; it is returned once and only its hash is kept.

    Keys are for servers of shops and of the staff: raises Forbidden for others, else as `connect`.
    """
    if not viewer.may(MAKE_KEYS):
        raise Forbidden
    row = await _make(session, viewer, "key", wish)
    key = tokens.new_key(row.id)
    row.secret_hash = crypto.token_hash(key)
    if wish.days is not None:
        row.expires_at = clock.now() + timedelta(days=wish.days)
    await _announce(session, viewer, row)
    return key


async def _make(session: AsyncSession, viewer: Viewer, kind: str, wish: Wish) -> ApiClient:
    user_id = _own(viewer)
    given = scopes.allowed(viewer, wish.scopes)
    if not given or given != frozenset(wish.scopes):
        raise Forbidden
    name = func.hashtextextended(f"api-clients:{user_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(name)))
    if len(await of_user(session, user_id)) >= MOST:
        raise TooManyClients(most=MOST)
    return ApiClient(
        id=new_id(), user_id=user_id, kind=kind, name=wish.name, scopes=scopes.in_order(given)
    )


async def _announce(session: AsyncSession, viewer: Viewer, row: ApiClient) -> None:
    session.add(row)
    await session.flush()
    await record(
        session,
        viewer,
        "api_client.make",
        "api_client",
        row.id,
        kind=row.kind,
        name=row.name,
        scopes=row.scopes,
    )
    await publish(session, ApiClientMade(row.user_id, row.id, row.kind, row.name))


async def of_user(session: AsyncSession, user_id: UUID) -> Sequence[ApiClient]:
    """The living programs of a person, the newest first; codes that lapsed are none."""
    now = clock.now()
    found = select(ApiClient).where(
        ApiClient.user_id == user_id,
        ApiClient.ended_at.is_(None),
        or_(ApiClient.expires_at.is_(None), ApiClient.expires_at > now),
        or_(ApiClient.code_hash.is_(None), ApiClient.code_expires_at > now),
    )
    return (await session.scalars(found.order_by(ApiClient.id.desc()))).all()


async def end(session: AsyncSession, viewer: Viewer, client_id: UUID) -> None:
    """End one of the person's programs; its next call is refused. Raises NotFound."""
    found = select(ApiClient).where(ApiClient.id == client_id, ApiClient.user_id == _own(viewer))
    row = await session.scalar(found.with_for_update())
    if row is None:
        raise NotFound
    if row.ended_at is None:
        await close(session, viewer, row, "person")


async def end_all(session: AsyncSession, viewer: Viewer, user_id: UUID, why: str) -> int:
    """End every program of a person; returns how many there were."""
    ended = await session.execute(
        update(ApiClient)
        .where(ApiClient.user_id == user_id, ApiClient.ended_at.is_(None))
        .values(ended_at=clock.now(), ended_why=why)
        .returning(ApiClient.id)
    )
    ids = ended.scalars().all()
    for client_id in ids:
        await record(session, viewer, "api_client.end", "api_client", client_id, why=why)
    return len(ids)


async def close(session: AsyncSession, viewer: Viewer, row: ApiClient, why: str) -> None:
    """The row is locked by the caller."""
    row.ended_at, row.ended_why = clock.now(), why
    row.code_hash = None
    await session.flush()
    await record(session, viewer, "api_client.end", "api_client", row.id, why=why)


def _own(viewer: Viewer) -> UUID:
    if viewer.user_id is None:
        raise NotSignedIn
    return viewer.user_id
