"""The ways into an account, as its owner sees and changes them.

A phone (one) and mail addresses (three) each open it by a code. The last of them stays: it can be
replaced, but not removed, since codes, links and warnings go there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import bytes_to_base64url

from app.accounts import notices, passwords, signup
from app.accounts.handles import Handle, Kind
from app.accounts.models import Identity, Passkey, User
from app.kernel import clock
from app.kernel.config import Settings
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import N_

MOST_MAILS = 3


class LastWay(Conflict):
    code = "last_way"
    message = N_("This is the last way into your account. Add another one before you remove it.")


class HandleTaken(Conflict):
    code = "handle_taken"
    message = N_("This one opens another account already.")


class TooManyMails(Conflict):
    code = "too_many_mails"
    message = N_("You have three e-mail addresses already. Remove one first.")


@dataclass(frozen=True, slots=True)
class Way:
    """One confirmed phone or mail."""

    id: UUID
    handle: Handle


async def of_user(session: AsyncSession, user_id: UUID) -> Sequence[Way]:
    """The confirmed phone and mails, the oldest first."""
    rows = await session.scalars(_own(user_id).order_by(Identity.created_at, Identity.id))
    return [Way(row.id, Handle(Kind(row.kind), row.value)) for row in rows.all()]


async def add(session: AsyncSession, user_id: UUID, handle: Handle) -> None:
    """Keep a handle that its owner has just proved by a code; a new phone takes the old one's
    place. Tells the person at the old and the new. Nothing changes for one that is there.

    Locks the person, then the handle. Raises HandleTaken, TooManyMails.
    """
    await _lock(session, user_id)
    await signup.wait_for(session, handle)
    known = await session.scalar(
        select(Identity).where(Identity.kind == handle.kind, Identity.value == handle.value)
    )
    if known is not None and known.user_id != user_id:
        raise HandleTaken
    if known is not None:
        known.verified_at = known.verified_at or clock.now()
        return
    old = await _make_room(session, user_id, handle)
    now = clock.now()
    session.add(Identity(user_id=user_id, kind=handle.kind, value=handle.value, verified_at=now))
    await session.flush()
    await passwords.close_resets(session, user_id)
    what = "phone_changed" if old else f"{handle.kind.value}_added"
    await notices.ways_changed(session, user_id, what, also=old)


async def remove(session: AsyncSession, user_id: UUID, way_id: UUID) -> Handle:
    """Forget a phone or mail; returns it. Tells the person there, too.

    Locks the person, so that two at once cannot remove the last two. Raises NotFound, LastWay.
    """
    await _lock(session, user_id)
    own = {way.id: way.handle for way in await of_user(session, user_id)}
    if way_id not in own:
        raise NotFound
    if len(own) == 1:
        raise LastWay
    await session.execute(delete(Identity).where(Identity.id == way_id))
    await passwords.close_resets(session, user_id)
    what = f"{own[way_id].kind.value}_removed"
    await notices.ways_changed(session, user_id, what, also=own[way_id])
    return own[way_id]


def passkey_signal(settings: Settings, user_id: UUID, keys: Sequence[Passkey]) -> dict[str, Any]:
    """What lets a browser drop removed passkeys from its offers (WebAuthn level 3, 5.1.10)."""
    return {
        "rpId": settings.host,
        "userId": bytes_to_base64url(user_id.bytes),
        "allAcceptedCredentialIds": [bytes_to_base64url(key.credential_id) for key in keys],
    }


async def _make_room(session: AsyncSession, user_id: UUID, handle: Handle) -> Handle | None:
    """The phone that goes, if one does."""
    same_kind = [w for w in await of_user(session, user_id) if w.handle.kind is handle.kind]
    if handle.kind is Kind.MAIL:
        if len(same_kind) >= MOST_MAILS:
            raise TooManyMails
        return None
    phones = delete(Identity).where(Identity.user_id == user_id, Identity.kind == Kind.PHONE)
    await session.execute(phones)
    return same_kind[0].handle if same_kind else None


def _own(user_id: UUID) -> Select[Identity]:
    return select(Identity).where(Identity.user_id == user_id, Identity.verified_at.is_not(None))


async def _lock(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(select(User.id).where(User.id == user_id).with_for_update())
