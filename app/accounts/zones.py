"""A device goes into a child's hands and comes back. The child's stay is a row of its own."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import cookies, roles
from app.accounts.cookies import Connection
from app.accounts.devices import device_name
from app.accounts.ending import close
from app.accounts.lifetimes import CHILD, lifetime_of
from app.accounts.models import Session
from app.accounts.stays import is_spent, locked, new_row, own_row, rotate, show, viewer_of
from app.audit.record import record
from app.kernel import clock, crypto
from app.kernel.errors import Conflict, NotFound, NotSignedIn
from app.kernel.viewer import FAMILY_ROLES, GUEST, Proof, Viewer, Zone


async def enter_zone(
    request: Connection, session: AsyncSession, viewer: Viewer, child_id: UUID
) -> UUID:
    """Put the device into a child's hands; returns the id of the child's session.

    The guardian's session waits under a token that nobody holds. Raises NotSignedIn for guests,
    Conflict when the device is in a child's hands already.
    """
    if viewer.zone is Zone.KIDS:
        raise Conflict
    waiting = await locked(session, viewer)
    if waiting.user_id is None:
        raise NotSignedIn
    waiting.token_hash = crypto.token_hash(crypto.new_token())
    waiting.confirmed_at = None
    row = new_row(session)
    row.zone, row.child_id, row.suspended_id = Zone.KIDS, child_id, waiting.id
    row.device = waiting.device
    rotate(request, row, CHILD, new_csrf=True)
    await session.flush()
    await record(session, viewer, "zone.enter", "child", child_id, device=row.device)
    return row.id


async def begin_zone(request: Connection, session: AsyncSession, child_id: UUID) -> Session:
    """Let a child into its own phone: nobody's session waits behind this one.

    A guest's stay there ends. Raises Conflict while somebody is signed in on it.
    """
    viewer = viewer_of(request)
    if viewer.user_id is not None or viewer.zone is Zone.KIDS:
        raise Conflict
    before = await own_row(session, viewer)
    if before is not None:
        await close(session, before)
    row = new_row(session)
    row.zone, row.child_id = Zone.KIDS, child_id
    row.device = device_name(request.headers.get("user-agent", ""))
    rotate(request, row, CHILD, new_csrf=True)
    await session.flush()
    return row


async def leave_zone(
    request: Connection, session: AsyncSession, viewer: Viewer, by_passkey_of: UUID | None = None
) -> bool:
    """Take the device back: the child's session ends and the guardian's goes on, confirmed.

    The caller has checked the PIN, or the passkey of the person named. Only the very person's
    passkey proves more than the PIN does, and who works for more than a family passes the
    second step again after anything less. False when the guardian's session is over by now: then
    the cookies are gone and somebody has to sign in.
    """
    if viewer.zone is not Zone.KIDS:
        raise NotFound
    row = await locked(session, viewer)
    row.ended_at = clock.now()
    method = Proof.PASSKEY if by_passkey_of else Proof.PIN
    await record(session, viewer, "zone.leave", "child", row.child_id, method=method)
    waiting = None
    if row.suspended_id is not None:
        waiting = await session.get(Session, row.suspended_id, with_for_update=True)
    if waiting is None or waiting.user_id is None or is_spent(waiting):
        cookies.take_away(request)
        show(request, GUEST)
        return False
    held = await roles.names(session, waiting.user_id)
    is_own_passkey = by_passkey_of == waiting.user_id
    waiting.confirmed_at = clock.now()
    waiting.confirmed_by = Proof.PASSKEY if is_own_passkey else Proof.PIN
    if is_own_passkey:
        waiting.factor_at = waiting.confirmed_at
    elif set(held) - FAMILY_ROLES:
        waiting.factor_at = None
    rotate(request, waiting, lifetime_of(Zone.SHOP, held), new_csrf=True, keep_end=True)
    return True
