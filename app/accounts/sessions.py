"""A device's stay: started, upgraded, confirmed, handed to a child and taken back, ended.

The cookie holds a random 256-bit token, the database its hash. The token is new after a sign-in,
a confirmation and every change of zone; the row, and with it a guest's cart, may stay.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import cookies, roles
from app.accounts.cookies import Connection
from app.accounts.devices import device_name
from app.accounts.events import SessionEnded, SignedIn
from app.accounts.lifetimes import CHILD, PERSON, Lifetime, lifetime_of
from app.accounts.loading import load_viewer
from app.accounts.models import Session
from app.kernel import clock, crypto
from app.kernel.errors import Conflict, NotFound, NotSignedIn
from app.kernel.events import publish
from app.kernel.ids import new_id
from app.kernel.viewer import GUEST, Viewer, Zone

__all__ = [
    "confirm",
    "devices",
    "end",
    "end_others",
    "ensure",
    "enter_zone",
    "is_fresh",
    "leave_zone",
    "load_viewer",
    "sign_out",
    "start",
]

FRESH = timedelta(minutes=5)  # a sign-in counts as proof for a change of factors this long


async def start(
    request: Connection,
    session: AsyncSession,
    user_id: UUID,
    *,
    device: str = "",
    is_confirmed: bool = False,
) -> Session:
    """Sign this device in as `user_id` and set the cookies.

    A guest's row is kept and upgraded, so that its cart stays; its token is new, so that a
    cookie planted beforehand opens nothing. Another person's stay on the device ends. With
    `is_confirmed` the sign-in was a passkey, which counts as a fresh confirmation. Publishes
    SignedIn.
    """
    viewer = _viewer_of(request)
    device = device or device_name(request.headers.get("user-agent", ""))
    is_new_device = await _is_new_device(session, user_id, device)
    row = await _own_row(session, viewer)
    if row is not None and row.user_id is not None and row.user_id != user_id:
        await _end(session, row)
        row = None
    held = await roles.names(session, user_id)
    lifetime = lifetime_of(Zone.SHOP, held)
    now = clock.now()
    if row is None:
        row = _new_row(session)
    row.user_id, row.device = user_id, device
    row.signed_in_at, row.confirmed_at = now, now if is_confirmed else None
    _rotate(request, row, lifetime, new_csrf=True)
    await session.flush()
    await publish(session, SignedIn(user_id, row.id, device, is_new_device))
    return row


async def ensure(request: Connection, session: AsyncSession, viewer: Viewer) -> UUID:
    """The id of this device's session; a guest without one receives a row and a cookie."""
    viewer = _viewer_of(request) if viewer.session_id is None else viewer
    if viewer.session_id is not None:
        return viewer.session_id
    row = _new_row(session)
    row.device = device_name(request.headers.get("user-agent", ""))
    _rotate(request, row, PERSON, new_csrf=False)
    await session.flush()
    return row.id


async def confirm(request: Connection, session: AsyncSession, viewer: Viewer) -> None:
    """Note that the person proved themselves just now (passkey or PIN); the token is new.

    The CSRF token stays: nobody's rights changed hands, and open pages keep working.
    """
    row = await _locked(session, viewer)
    row.confirmed_at = clock.now()
    held = await roles.names(session, row.user_id) if row.user_id else []
    _rotate(request, row, lifetime_of(row.zone, held), new_csrf=False, keep_end=True)


async def enter_zone(
    request: Connection, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> UUID:
    """Put the device into a child's hands; returns the id of the child's session.

    The guardian's session waits under a token that nobody holds. Raises NotSignedIn for guests,
    Conflict when the device is in a child's hands already.
    """
    if viewer.zone is Zone.KIDS:
        raise Conflict
    waiting = await _locked(session, viewer)
    if waiting.user_id is None:
        raise NotSignedIn
    waiting.token_hash = crypto.token_hash(crypto.new_token())
    waiting.confirmed_at = None
    row = _new_row(session)
    row.zone, row.child_id, row.suspended_id = Zone.KIDS, child_id, waiting.id
    row.device = waiting.device
    _rotate(request, row, CHILD, new_csrf=True)
    await session.flush()
    return row.id


async def leave_zone(request: Connection, session: AsyncSession, viewer: Viewer) -> bool:
    """Take the device back: the child's session ends and the guardian's goes on, confirmed.

    The caller has checked the PIN or passkey. False when the guardian's session is over by now:
    then the cookies are gone and somebody has to sign in.
    """
    if viewer.zone is not Zone.KIDS:
        raise NotFound
    row = await _locked(session, viewer)
    row.ended_at = clock.now()
    waiting = None
    if row.suspended_id is not None:
        waiting = await session.get(Session, row.suspended_id, with_for_update=True)
    if waiting is None or waiting.user_id is None or _is_spent(waiting):
        cookies.take_away(request)
        _show(request, GUEST)
        return False
    held = await roles.names(session, waiting.user_id)
    waiting.confirmed_at = clock.now()
    _rotate(request, waiting, lifetime_of(Zone.SHOP, held), new_csrf=True, keep_end=True)
    return True


async def sign_out(request: Connection, session: AsyncSession, viewer: Viewer) -> None:
    """End this device's session and delete its cookies. Publishes SessionEnded."""
    row = await _own_row(session, viewer)
    if row is not None:
        await _end(session, row)
    cookies.take_away(request)
    _show(request, GUEST)


async def devices(session: AsyncSession, user_id: UUID) -> Sequence[Session]:
    """The live sessions of a person, the last used first."""
    now = clock.now()
    statement = select(Session).where(
        Session.user_id == user_id, Session.ended_at.is_(None), Session.expires_at > now
    )
    rows = (await session.scalars(statement.order_by(Session.seen_at.desc()))).all()
    lifetime = lifetime_of(Zone.SHOP, await roles.names(session, user_id))
    lent = await _lent(session, [row.id for row in rows])
    return [row for row in rows if row.id in lent or now - row.seen_at < lifetime.idle]


async def _lent(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these wait while a child has the device."""
    kids = select(Session.suspended_id).where(
        Session.suspended_id.in_(ids), Session.ended_at.is_(None)
    )
    return {found for found in (await session.scalars(kids)).all() if found}


async def end(session: AsyncSession, user_id: UUID, session_id: UUID) -> None:
    """End one session of this person, and a child's that hangs on it. Raises NotFound."""
    statement = select(Session).where(Session.id == session_id, Session.user_id == user_id)
    row = await session.scalar(statement.with_for_update())
    if row is None:
        raise NotFound
    await _end(session, row)


async def end_others(session: AsyncSession, user_id: UUID, keep: UUID | None) -> int:
    """End every session of this person but `keep`; returns how many ended."""
    statement = select(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
    rows = (await session.scalars(statement.order_by(Session.id).with_for_update())).all()
    others = [row for row in rows if row.id != keep]
    for row in others:
        await _end(session, row)
    return len(others)


async def is_fresh(session: AsyncSession, viewer: Viewer) -> bool:
    """Whether this person proved who they are lately enough to change their ways in."""
    if viewer.is_confirmed:
        return True
    row = await session.get(Session, viewer.session_id) if viewer.session_id else None
    return (
        row is not None
        and row.signed_in_at is not None
        and (clock.now() - row.signed_in_at < FRESH)
    )


async def _end(session: AsyncSession, row: Session) -> None:
    now = clock.now()
    row.ended_at = row.ended_at or now
    lent = update(Session).where(Session.suspended_id == row.id, Session.ended_at.is_(None))
    await session.execute(lent.values(ended_at=now))
    await publish(session, SessionEnded(row.id, row.user_id))


def _new_row(session: AsyncSession) -> Session:
    now = clock.now()
    row = Session(
        id=new_id(),
        token_hash=crypto.token_hash(crypto.new_token()),
        csrf_secret=crypto.new_token(),
        zone=Zone.SHOP,
        seen_at=now,
        expires_at=now + PERSON.absolute,
    )
    session.add(row)
    return row


def _rotate(
    request: Connection,
    row: Session,
    lifetime: Lifetime,
    *,
    new_csrf: bool,
    keep_end: bool = False,
) -> None:
    """Give the row a new token and the device its cookies; the request goes on as this session."""
    now = clock.now()
    token = crypto.new_token()
    row.token_hash = crypto.token_hash(token)
    row.seen_at = now
    if new_csrf:
        row.csrf_secret = crypto.new_token()
    if not keep_end:
        row.expires_at = now + lifetime.absolute
    is_guest = row.user_id is None and row.child_id is None
    secret = "" if is_guest else row.csrf_secret
    cookies.give(request, token, secret, max(int((row.expires_at - now).total_seconds()), 0))
    shown = _viewer_of(request)
    shown = replace(
        shown,
        session_id=row.id,
        user_id=row.user_id,
        csrf_secret=secret,
        confirmed_at=row.confirmed_at,
    )
    _show(request, shown)


async def _own_row(session: AsyncSession, viewer: Viewer) -> Session | None:
    if viewer.session_id is None or viewer.zone is Zone.KIDS:
        return None
    return await session.get(Session, viewer.session_id, with_for_update=True)


async def _locked(session: AsyncSession, viewer: Viewer) -> Session:
    row = None
    if viewer.session_id is not None:
        row = await session.get(Session, viewer.session_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        raise NotSignedIn
    return row


def _is_spent(row: Session) -> bool:
    return row.ended_at is not None or clock.now() >= row.expires_at


async def _is_new_device(session: AsyncSession, user_id: UUID, device: str) -> bool:
    """Known person, unknown kind of device; the first sign-in ever warns nobody."""
    seen = select(func.count(), func.count().filter(Session.device == device)).where(
        Session.user_id == user_id
    )
    all_of_them, same = (await session.execute(seen)).one()
    return bool(all_of_them) and not same


def _viewer_of(request: Connection) -> Viewer:
    viewer: Viewer = request.scope["state"]["viewer"]
    return viewer


def _show(request: Connection, viewer: Viewer) -> None:
    """What the rest of this request, its page above all, sees."""
    request.scope["state"]["viewer"] = viewer
