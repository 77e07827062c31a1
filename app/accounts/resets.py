"""A new password for whoever forgot it: a link by mail, or a code to the phone.

The link holds 256 random bits, of which the hash is kept; it lives half an hour and serves once.
It opens no account: it lets its holder choose a password and take the first step of a sign-in,
after which the second factor is asked as ever. An unknown mail gets a letter, too, that says so:
whoever asks for a link cannot tell the two apart.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import codes
from app.accounts.codes import TooManyCodes
from app.accounts.handles import Handle
from app.accounts.models import Identity, PasswordReset
from app.delivery import outbox
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.i18n import get_locale, gettext

LIFETIME = timedelta(minutes=30)
WINDOW = timedelta(hours=1)
PER_TARGET = 3  # letters in the window
PER_NETWORK = 10


async def ask(session: AsyncSession, settings: Settings, mail: Handle, network: str) -> None:
    """Write a letter with a link to the mail. An empty `network` is not counted.

    Raises TooManyCodes past three an hour to a mail or ten from a network.
    """
    target = codes.target_of(settings, mail.value)
    await _wait_turn(session, f"reset:{target}")
    if await _sent_lately(session, PasswordReset.target == target) >= PER_TARGET:
        raise TooManyCodes
    if network:
        await _wait_turn(session, f"reset-network:{network}")
        if await _sent_lately(session, PasswordReset.address == network) >= PER_NETWORK:
            raise TooManyCodes
    user_id = await owner(session, mail)
    token = await allow(session, settings, user_id, mail, network)
    if user_id is None:
        text = gettext(
            "Somebody asked for a new password for this address, but it opens no account here. "
            "To open one, sign in with a code: %(link)s",
            link=f"{_here(settings)}/sign-in",
        )
    else:
        text = gettext(
            "Choose a new password here: %(link)s\n\nThe link works once, for 30 minutes. If you "
            "did not ask for it, ignore this letter: nothing has changed.",
            link=f"{_here(settings)}/sign-in/reset?token={token}",
        )
    await outbox.send_mail(
        session,
        address=mail.value,
        kind="password_reset",
        subject=gettext("A new password for Bozorcha"),
        text=text,
        locale=get_locale(),
        urgent=True,
    )


async def allow(
    session: AsyncSession, settings: Settings, user_id: UUID | None, handle: Handle, network: str
) -> str:
    """The token that lets its holder choose the password of this person."""
    token = crypto.new_token()
    session.add(
        PasswordReset(
            token_hash=crypto.token_hash(token),
            user_id=user_id,
            target=codes.target_of(settings, handle.value),
            address=network,
            expires_at=clock.now() + LIFETIME,
        )
    )
    await session.flush()
    return token


async def owner(session: AsyncSession, handle: Handle) -> UUID | None:
    """Whose confirmed phone or mail this is."""
    statement = select(Identity.user_id).where(
        Identity.kind == handle.kind,
        Identity.value == handle.value,
        Identity.verified_at.is_not(None),
    )
    return await session.scalar(statement)


async def holder(session: AsyncSession, token: str) -> UUID | None:
    """Whose password the token lets one choose; None for a used, old or foreign one."""
    return await session.scalar(select(PasswordReset.user_id).where(_is_live(token)))


async def take(session: AsyncSession, token: str) -> UUID | None:
    """The same, and the token is used up; of two at once one gets it."""
    statement = update(PasswordReset).where(_is_live(token)).values(used_at=clock.now())
    return await session.scalar(statement.returning(PasswordReset.user_id))


def _is_live(token: str) -> ColumnElement[bool]:
    return (
        (PasswordReset.token_hash == crypto.token_hash(token))
        & PasswordReset.used_at.is_(None)
        & PasswordReset.user_id.is_not(None)
        & (PasswordReset.expires_at > clock.now())
    )


def _here(settings: Settings) -> str:
    """Our own address from the settings; what a request calls us does not matter."""
    return f"{settings.base_url.rstrip('/')}/{get_locale().value}"


async def _sent_lately(session: AsyncSession, which: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(PasswordReset).where(which)
    return (
        await session.scalar(statement.where(PasswordReset.created_at > clock.now() - WINDOW)) or 0
    )


async def _wait_turn(session: AsyncSession, name: str) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
