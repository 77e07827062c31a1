"""Turns the session cookie into the Viewer in one statement, badges included."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from app.accounts import cookies
from app.accounts.cookies import child_cookie, session_cookie
from app.accounts.lifetimes import Lifetime, is_over, lifetime_of
from app.kernel import clock, crypto
from app.kernel.errors import NotSignedIn
from app.kernel.services import Services
from app.kernel.slice import Registry
from app.kernel.viewer import GUEST, Grant, Proof, Role, Viewer, Zone

# A device that was in a child's hands may reach these after its stay ended: the way to sign in.
OPEN_TO_LAPSED = ("/sign-in", "/passkeys/sign-in", "/kids/start")

_SELECT = """
select s.id, s.user_id, s.zone, s.child_id, s.csrf_secret, s.confirmed_at, s.seen_at,
       s.expires_at, s.ended_at, s.confirmed_by, s.factor_at, s.view_id,
       exists(select 1 from second_factor f where f.user_id = s.user_id and f.seed is not null)
         as has_authenticator,
       exists(select 1 from passkey p where p.user_id = s.user_id) as has_passkey,
       u.name, u.locale, u.suspended_at,
       coalesce((select jsonb_agg(jsonb_build_array(g.role, g.scope_id) order by g.created_at, g.id)
                 from role_grant g where g.user_id = s.user_id), '[]') as grants,
       coalesce((select jsonb_agg(p.permission) from role_grant g
                 join staff_role_permission p on p.role_id = g.scope_id
                 where g.user_id = s.user_id and g.role = 'staff'), '[]') as given{badges}
from session s left join "user" u on u.id = s.user_id
where s.token_hash = :token_hash
"""
_NAMES = {":user_id": "s.user_id", ":session_id": "s.id"}


class ChildsPhone(NotSignedIn):
    """Without a stay on it, a child's own phone opens no shop, for whoever holds it."""

    where = "/kids/start"


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: TextClause
    badges: tuple[str, ...]


@lru_cache(maxsize=8)
def _statement(registry: Registry) -> _Statement:
    """The registry's badges become columns of the one statement, counted for people only."""
    columns = [
        f", case when s.user_id is null and s.zone = 'kids' then 0 else ({_named(sql)}) end"
        f' as "badge_{name}"'
        for name, sql in registry.badges.items()
    ]
    # The expressions are written by slices, never by a request.
    return _Statement(text(_SELECT.format(badges="".join(columns))), tuple(registry.badges))


def _named(sql: str) -> str:
    return re.sub(r":(user_id|session_id)\b", lambda found: _NAMES[found.group()], sql)


async def load_viewer(services: Services, scope: dict[str, Any], headers: Any) -> Viewer:
    """Who is looking; GUEST without a live session.

    A device in a child's hands whose stay lapsed does not become a guest's: whatever it asks
    for, it is sent to the sign-in page, so that a grown-up has to open the shop again. A phone
    of a child's own is sent to the page that asks the child who it is.
    """
    viewer = await _of_session(services, scope, headers)
    is_somebodys = viewer.user_id is not None or viewer.zone is Zone.KIDS
    if not is_somebodys and cookie_value(headers.get("cookie"), child_cookie(services.settings)):
        _refuse(services, scope, ChildsPhone())
    return viewer


async def _of_session(services: Services, scope: dict[str, Any], headers: Any) -> Viewer:
    token = cookie_value(headers.get("cookie"), session_cookie(services.settings))
    if not token:
        return GUEST
    statement = _statement(services.registry)
    async with services.db.lookups.connect() as connection:
        found = await connection.execute(statement.sql, {"token_hash": crypto.token_hash(token)})
        row = found.first()
        if row is None:
            return GUEST
        now = clock.now()
        lifetime = lifetime_of(row.zone, (role for role, _ in row.grants))
        if _is_dead(row, lifetime, now):
            cookies.expire(scope, services.settings, both=row.zone != Zone.KIDS)
            if row.zone == Zone.KIDS:
                _refuse(services, scope, NotSignedIn())
            return GUEST
        if now - row.seen_at >= lifetime.touch_every:
            await connection.execute(_TOUCH, {"now": now, "id": row.id})
    return _viewer(services.registry, row, statement.badges)


_TOUCH = text("update session set seen_at = :now where id = :id and seen_at < :now")


def _is_dead(row: Row[Any], lifetime: Lifetime, now: datetime) -> bool:
    if row.ended_at is not None or row.suspended_at is not None:
        return True
    return is_over(lifetime, seen_at=row.seen_at, expires_at=row.expires_at, now=now)


def _refuse(services: Services, scope: dict[str, Any], refusal: NotSignedIn) -> None:
    path: str = scope["path"]
    own = tuple(p for p in services.registry.bare_paths if not p.startswith("/passkeys"))
    if not path.startswith((*OPEN_TO_LAPSED, *own)):
        scope["state"]["refusal"] = refusal


def _viewer(registry: Registry, row: Row[Any], badges: tuple[str, ...]) -> Viewer:
    grants = tuple(Grant(Role(role), UUID(over) if over else None) for role, over in row.grants)
    counts = {name: int(getattr(row, f"badge_{name}") or 0) for name in badges}
    # A guest has nothing that a forged request could abuse, and shares the token of the day, so
    # that a page opened before the first visit to the cart still works after it.
    is_guest = row.user_id is None and row.zone != Zone.KIDS
    viewer = Viewer(
        session_id=row.id,
        user_id=row.user_id,
        name=row.name or "",
        locale=row.locale,
        grants=grants,
        permissions=registry.permissions_of(frozenset(grant.role for grant in grants), row.given),
        zone=Zone(row.zone),
        child_id=row.child_id,
        view_id=row.view_id,
        confirmed_at=row.confirmed_at,
        confirmed_by=Proof(row.confirmed_by) if row.confirmed_by else None,
        has_authenticator=row.has_authenticator,
        has_passkey=row.has_passkey,
        csrf_secret="" if is_guest else row.csrf_secret,
        badges=counts,
    )
    if viewer.asks_factor and row.factor_at is None:
        return _half_open(viewer)
    return viewer


def _half_open(viewer: Viewer) -> Viewer:
    """Who owes the second step is a guest, but for that step: no name, no rights, no counts."""
    return Viewer(
        session_id=viewer.session_id,
        half_open_id=viewer.user_id,
        has_authenticator=viewer.has_authenticator,
        has_passkey=viewer.has_passkey,
        zone=viewer.zone,
        csrf_secret=viewer.csrf_secret,
        badges=dict.fromkeys(viewer.badges, 0),
    )


def cookie_value(header: str | None, name: str) -> str | None:
    """One cookie of a Cookie header; the first of several with the name."""
    for part in (header or "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None
