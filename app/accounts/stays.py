"""The row of a device's stay and the token that opens it; `sessions` and `zones` say when."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import cookies
from app.accounts.cookies import Connection
from app.accounts.lifetimes import PERSON, Lifetime
from app.accounts.models import Session
from app.kernel import clock, crypto
from app.kernel.errors import NotSignedIn
from app.kernel.ids import new_id
from app.kernel.viewer import Proof, Viewer, Zone


def new_row(session: AsyncSession) -> Session:
    """A guest's stay whose token nobody holds yet."""
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


def rotate(
    request: Connection,
    row: Session,
    lifetime: Lifetime,
    *,
    new_csrf: bool,
    keep_end: bool = False,
    is_whole: bool = True,
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
    shown = viewer_of(request)
    shown = replace(
        shown,
        session_id=row.id,
        user_id=row.user_id if is_whole else None,
        half_open_id=None if is_whole else row.user_id,
        csrf_secret=secret,
        confirmed_at=row.confirmed_at,
        confirmed_by=Proof(row.confirmed_by) if row.confirmed_by else None,
    )
    show(request, shown)


async def own_row(session: AsyncSession, viewer: Viewer) -> Session | None:
    """The adult's row of this device, locked; a child's is not theirs to change."""
    if viewer.session_id is None or viewer.zone is Zone.KIDS:
        return None
    return await session.get(Session, viewer.session_id, with_for_update=True)


async def locked(session: AsyncSession, viewer: Viewer) -> Session:
    """The viewer's live row, locked. Raises NotSignedIn."""
    row = None
    if viewer.session_id is not None:
        row = await session.get(Session, viewer.session_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        raise NotSignedIn
    return row


def is_spent(row: Session) -> bool:
    """Whether the stay is over, however it ended."""
    return row.ended_at is not None or clock.now() >= row.expires_at


def viewer_of(request: Connection) -> Viewer:
    """Who looks by now: a sign-in within this request has changed it."""
    viewer: Viewer = request.scope["state"]["viewer"]
    return viewer


def show(request: Connection, viewer: Viewer) -> None:
    """What the rest of this request, its page above all, sees."""
    request.scope["state"]["viewer"] = viewer
