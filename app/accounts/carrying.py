"""A session of the staff that carries a look at the shop as a buyer (`app.staff.viewing`)."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import cookies
from app.accounts.cookies import Connection
from app.accounts.models import Session
from app.kernel import clock, crypto
from app.kernel.errors import NotSignedIn


async def carry(
    request: Connection, session: AsyncSession, session_id: UUID, view_id: UUID | None
) -> None:
    """Let the session carry the look, or none any more. Token and CSRF token are new, so that no
    form of before works after. Raises NotSignedIn when the session is over."""
    row = await session.get(Session, session_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        raise NotSignedIn
    token = crypto.new_token()
    row.token_hash, row.csrf_secret = crypto.token_hash(token), crypto.new_token()
    row.view_id = view_id
    left = int((row.expires_at - clock.now()).total_seconds())
    cookies.give(request, token, row.csrf_secret, max(left, 0))


async def drop(session: AsyncSession, session_id: UUID, view_id: UUID) -> None:
    """The look is over, whatever the browser does."""
    await session.execute(
        update(Session)
        .where(Session.id == session_id, Session.view_id == view_id)
        .values(view_id=None)
    )
