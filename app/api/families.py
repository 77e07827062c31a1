"""A connection's tokens: a code becomes the first pair, each refresh token the next, once.

A refused grant is an answer (None), never an exception: the end of a family has to commit. The
connection's row is locked before its tokens, so that of many at once one rotates and the others
see that it did.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile
from app.api import clients, tokens
from app.api.events import ApiTokenReused
from app.api.models import ApiClient, ApiRefresh
from app.audit.record import record
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.events import publish
from app.kernel.ids import new_id
from app.kernel.observe import origin
from app.kernel.viewer import Viewer

IDLE, ABSOLUTE = timedelta(days=30), timedelta(days=90)
GRACE = timedelta(seconds=10)  # for an answer that was lost on its way


@dataclass(frozen=True, slots=True)
class Granted:
    """What the program receives; the access token is made of it."""

    user_id: UUID
    client_id: UUID
    scopes: frozenset[str]
    refresh_token: str


async def exchange(session: AsyncSession, settings: Settings, code: str) -> Granted | None:
    """The first pair for a one-time code; None when it is wrong, used or too old."""
    found = select(ApiClient).where(ApiClient.code_hash == tokens.code_hash(settings, code))
    row = await session.scalar(found.with_for_update())
    now = clock.now()
    if row is None or row.code_expires_at is None or row.code_expires_at <= now:
        return None
    if row.ended_at is not None or await profile.contact(session, row.user_id) is None:
        return None
    row.code_hash = None
    row.expires_at = now + ABSOLUTE
    token = tokens.first_refresh()
    session.add(_token(row, token, new_id()))
    await session.flush()
    await record(session, _person(row), "api_client.begin", "api_client", row.id, name=row.name)
    return _granted(row, token)


async def refresh(
    session: AsyncSession, settings: Settings, client_id: UUID, token: str, program: str
) -> Granted | None:
    """The next pair; None when the token opens nothing. `program` is how the caller names itself.

    A spent token ends the family and publishes ApiTokenReused, unless it comes again at once from
    the same place while its successor is unused: then the successor is given again.
    """
    shown = await _find(session, token)
    if shown is None or shown.client_id != client_id:
        return None
    client = await session.get(ApiClient, client_id, with_for_update=True, populate_existing=True)
    if client is None or not await _is_alive(session, client):
        return None
    await session.refresh(shown)
    source = _source(settings, program)
    if shown.used_at is None:
        return await _rotate(session, settings, client, shown, token, source)
    if again := await _again(session, settings, shown, token, source):
        return _granted(client, again)
    await clients.close(session, _person(client), client, "reuse")
    await publish(session, ApiTokenReused(client.user_id, client.id, client.name))
    return None


async def _find(session: AsyncSession, token: str) -> ApiRefresh | None:
    if not tokens.is_refresh(token):
        return None
    found = select(ApiRefresh).where(ApiRefresh.token_hash == crypto.token_hash(token))
    row: ApiRefresh | None = await session.scalar(found)
    return row


async def _is_alive(session: AsyncSession, client: ApiClient) -> bool:
    if client.ended_at is not None or client.expires_at is None:
        return False
    if client.expires_at <= clock.now():
        return False
    return await profile.contact(session, client.user_id) is not None


async def _rotate(
    session: AsyncSession,
    settings: Settings,
    client: ApiClient,
    shown: ApiRefresh,
    token: str,
    source: bytes,
) -> Granted | None:
    now = clock.now()
    if shown.expires_at <= now:
        return None
    successor_id = new_id()
    following = tokens.next_refresh(settings, token, successor_id)
    session.add(_token(client, following, successor_id))
    shown.used_at, shown.used_from, shown.successor_id = now, source, successor_id
    await session.flush()
    return _granted(client, following)


async def _again(
    session: AsyncSession, settings: Settings, shown: ApiRefresh, token: str, source: bytes
) -> str | None:
    """The successor once more; None when this is no lost answer."""
    if shown.used_at is None or clock.now() - shown.used_at > GRACE or shown.used_from != source:
        return None
    successor = await session.get(ApiRefresh, shown.successor_id)
    if successor is None or successor.used_at is not None:
        return None
    return tokens.next_refresh(settings, token, successor.id)


def _token(client: ApiClient, token: str, row_id: UUID) -> ApiRefresh:
    end = min(clock.now() + IDLE, client.expires_at or clock.now())
    return ApiRefresh(
        id=row_id, client_id=client.id, token_hash=crypto.token_hash(token), expires_at=end
    )


def _granted(client: ApiClient, token: str) -> Granted:
    return Granted(client.user_id, client.id, frozenset(client.scopes), token)


def _source(settings: Settings, program: str) -> bytes:
    """Network and program as one keyed hash: enough to compare, nothing to read."""
    return crypto.keyed_hash(settings, "api-source", f"{origin().network}\x1f{program}")


def _person(client: ApiClient) -> Viewer:
    return Viewer(user_id=client.user_id, client_id=client.id)
