"""A device's stay: started, upgraded, confirmed, ended; `zones` hands it to a child and back.

The cookie holds a random 256-bit token, the database its hash. The token is new after a sign-in,
its second step, a confirmation and every change of zone; the row, and with it a guest's cart, may
stay. Who owes the second step is a guest until it is passed (`loading`).
"""

from urllib.parse import quote
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import cookies, noting, roles, second_factor
from app.accounts.cookies import Connection
from app.accounts.devices import device_name
from app.accounts.ending import close, devices, end, end_all, end_others, is_new_device
from app.accounts.events import SignedIn
from app.accounts.lifetimes import HALF_OPEN, PERSON, lifetime_of
from app.accounts.loading import load_viewer
from app.accounts.models import Session
from app.accounts.stays import locked, new_row, own_row, rotate, show, viewer_of
from app.accounts.zones import begin_zone, enter_zone, leave_zone
from app.audit.record import record
from app.kernel import clock
from app.kernel.access import SECOND_STEP
from app.kernel.errors import NotSignedIn
from app.kernel.events import publish
from app.kernel.viewer import GUEST, SECOND_FACTORS, Proof, Viewer, Zone

__all__ = [
    "begin_zone",
    "complete",
    "confirm",
    "devices",
    "end",
    "end_all",
    "end_others",
    "ensure",
    "enter_zone",
    "is_fresh",
    "leave_zone",
    "load_viewer",
    "second_step",
    "sign_out",
    "start",
]


async def start(
    request: Connection,
    session: AsyncSession,
    user_id: UUID,
    *,
    device: str = "",
    by: Proof = Proof.CODE,
) -> Session:
    """Sign this device in as `user_id`, who proved it by `by`, and set the cookies.

    A guest's row is kept and upgraded, so that its cart stays; its token is new, so that a
    cookie planted beforehand opens nothing. Another person's stay on the device ends. Where a
    second factor is asked and `by` is none, the stay is half open: `second_step` tells, and
    `complete` goes on. Else publishes SignedIn.
    """
    viewer = viewer_of(request)
    row = await own_row(session, viewer)
    if row is not None and row.user_id is not None and row.user_id != user_id:
        await close(session, row)
        row = None
    held = await roles.names(session, user_id)
    is_whole = by in SECOND_FACTORS or not await second_factor.is_asked(session, user_id, held)
    now = clock.now()
    if row is None:
        row = new_row(session)
    row.user_id = user_id
    row.device = device or device_name(request.headers.get("user-agent", ""))
    row.factor_at = now if by in SECOND_FACTORS else None
    row.confirmed_at, row.confirmed_by = now, by
    lifetime = lifetime_of(Zone.SHOP, held) if is_whole else HALF_OPEN
    rotate(request, row, lifetime, new_csrf=True, is_whole=is_whole)
    await session.flush()
    if is_whole:
        await _arrive(session, row)
    return row


async def complete(
    request: Connection, session: AsyncSession, viewer: Viewer, by: Proof
) -> Session:
    """The second step of a half-open sign-in is passed; a new token. Publishes SignedIn."""
    row = await locked(session, viewer)
    if row.user_id is None:
        raise NotSignedIn
    held = await roles.names(session, row.user_id)
    row.factor_at = row.confirmed_at = clock.now()
    row.confirmed_by = by
    rotate(request, row, lifetime_of(Zone.SHOP, held), new_csrf=True)
    await session.flush()
    await _arrive(session, row)
    return row


def second_step(request: Connection, target: str) -> str:
    """Where to lead whoever has just signed in: to `target`, or to the second step before it."""
    if viewer_of(request).half_open_id is None:
        return target
    return f"{SECOND_STEP}?next={quote(target, safe='/')}"


async def ensure(request: Connection, session: AsyncSession, viewer: Viewer) -> UUID:
    """The id of this device's session; a guest without one receives a row and a cookie."""
    viewer = viewer_of(request) if viewer.session_id is None else viewer
    if viewer.session_id is not None:
        return viewer.session_id
    row = new_row(session)
    row.device = device_name(request.headers.get("user-agent", ""))
    rotate(request, row, PERSON, new_csrf=False)
    await session.flush()
    return row.id


async def confirm(request: Connection, session: AsyncSession, viewer: Viewer, by: Proof) -> None:
    """Note that the person proved themselves just now, and how; the token is new.

    The CSRF token stays: nobody's rights changed hands, and open pages keep working.
    """
    row = await locked(session, viewer)
    row.confirmed_at, row.confirmed_by = clock.now(), by
    if by in SECOND_FACTORS:
        row.factor_at = row.confirmed_at
    held = await roles.names(session, row.user_id) if row.user_id else []
    rotate(request, row, lifetime_of(row.zone, held), new_csrf=False, keep_end=True)


async def sign_out(request: Connection, session: AsyncSession, viewer: Viewer) -> None:
    """End this device's session and delete its cookies. Publishes SessionEnded."""
    row = await own_row(session, viewer)
    if row is not None:
        await close(session, row)
        await record(session, viewer, "sign_out.done", "user", row.user_id, device=row.device)
    cookies.take_away(request)
    show(request, GUEST)


async def is_fresh(_: AsyncSession, viewer: Viewer) -> bool:
    """Whether this person proved who they are lately enough to change their ways in."""
    return viewer.is_self_confirmed


async def _arrive(session: AsyncSession, row: Session) -> None:
    """The sign-in is whole: on which kind of device, and is it the first time there?"""
    if row.user_id is None:
        raise NotSignedIn
    is_new = await is_new_device(session, row.user_id, row.device)
    row.signed_in_at = clock.now()
    await session.flush()
    await noting.arrived(session, row, is_new_device=is_new)
    await publish(session, SignedIn(row.user_id, row.id, row.device, is_new))
