"""Who calls: the bearer token of a request becomes the Viewer of the person it speaks for.

Every call looks at the program's row and at the person as they are now, so an end, a lost role and
a closed account work at once, whatever a token still says.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.accounts import acting
from app.api import bucket, scopes, signing, tokens
from app.api.errors import TokenMissing, TokenRefused
from app.kernel import access, clock, crypto
from app.kernel.ratelimit import Limits, address_of
from app.kernel.services import Services
from app.kernel.viewer import Viewer

REALM = 'Bearer realm="bozorcha"'
LONGEST = 4096  # characters of an Authorization header
TRIES = "60/minute"  # refused tokens from one network
TOUCH_EVERY = timedelta(minutes=5)

_FIND = text(
    """
    select id, user_id, kind, scopes, secret_hash, used_at from api_client
    where id = :id and ended_at is null and (expires_at is null or expires_at > :now)
    """
)
_TOUCH = text("update api_client set used_at = :now where id = :id")


@dataclass(frozen=True, slots=True)
class _Proof:
    """What the token itself proves: the row it is of, and the most it may do."""

    client_id: UUID
    kind: str
    secret_hash: bytes | None = None
    user_id: UUID | None = None
    scopes: frozenset[str] | None = None  # None: what the row says


async def identify(connection: Any, handler: Any) -> None:
    """A guard, before the one that asks for the scope: sets the Viewer where a route is for
    programs. Raises TokenMissing, TokenRefused, TooMany."""
    rule: access.Rule | None = handler.opt.get(access.KEY)
    state = connection.scope["state"]
    if rule is None or rule.scope is None or state["refusal"] is not None:
        return
    unit = state["unit"]
    unit.headers["www-authenticate"] = REALM
    try:
        viewer = await _viewer(state["services"], connection)
    except TokenRefused:
        limits: Limits = state["limits"]
        await limits.hit(TRIES, "api-refused", address_of(connection))
        raise
    del unit.headers["www-authenticate"]
    if rule.scope not in viewer.scopes:
        wanted = f'error="insufficient_scope", scope="{rule.scope}"'
        unit.headers["www-authenticate"] = f"{REALM}, {wanted}"
    state["viewer"] = unit.viewer = viewer
    await bucket.take(state["services"], viewer.client_id, unit.headers)


async def _viewer(services: Services, connection: Any) -> Viewer:
    proof = _read(services, connection.headers.getall("authorization", []))
    now = clock.now()
    async with services.db.lookups.connect() as database:
        found = await database.execute(_FIND, {"id": proof.client_id, "now": now})
        row = found.one_or_none()
        if row is None or not _is_of(row, proof):
            raise TokenRefused
        viewer = await acting.person(database, services.registry, row.user_id)
        if viewer is None:
            raise TokenRefused
        await _touch(database, row)
    given = frozenset(row.scopes)
    if proof.scopes is not None:
        given &= proof.scopes
    return replace(viewer, client_id=row.id, scopes=scopes.allowed(viewer, given))


def _read(services: Services, headers: list[str]) -> _Proof:
    if not headers:
        raise TokenMissing
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or len(headers[0]) > LONGEST or scheme.lower() != "bearer":
        raise TokenRefused
    if not token.startswith(tokens.KEY):
        said = signing.read(services.settings, token)
        return _Proof(said.client_id, "connection", user_id=said.user_id, scopes=said.scopes)
    row_id = tokens.row_of_key(token)
    if row_id is None:
        raise TokenRefused
    return _Proof(row_id, "key", secret_hash=crypto.token_hash(token))


def _is_of(row: Row[Any], proof: _Proof) -> bool:
    if row.kind != proof.kind:
        return False
    if proof.secret_hash is not None:
        return crypto.same(row.secret_hash, proof.secret_hash)
    return bool(row.user_id == proof.user_id)


async def _touch(database: AsyncConnection, row: Row[Any]) -> None:
    now = clock.now()
    if row.used_at is None or now - row.used_at >= TOUCH_EVERY:
        await database.execute(_TOUCH, {"now": now, "id": row.id})
