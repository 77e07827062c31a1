"""Tells a person of every change of the ways into their account, wherever they can be reached.

Also at the address that was taken away: whoever loses it against their will hears of it there.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.events import WaysChanged
from app.accounts.handles import Handle, Kind
from app.accounts.models import Identity, User
from app.delivery import outbox
from app.kernel.events import publish
from app.kernel.i18n import N_, Locale, get_locale, gettext, use_locale
from app.kernel.ids import new_id

CHANGES: Mapping[str, str] = {
    "password_set": N_("A password was set for your account"),
    "password_changed": N_("The password of your account was changed"),
    "password_removed": N_("The password of your account was removed"),
    "phone_added": N_("A phone number was added to your account"),
    "phone_changed": N_("The phone number of your account was changed"),
    "phone_removed": N_("The phone number was removed from your account"),
    "mail_added": N_("An e-mail address was added to your account"),
    "mail_removed": N_("An e-mail address was removed from your account"),
    "authenticator_added": N_("An authenticator app was added to your account"),
    "authenticator_removed": N_("The authenticator app was removed from your account"),
    "recovery_codes_made": N_("New recovery codes were made for your account"),
    "recovery_code_used": N_("A recovery code opened your account"),
}


async def ways_changed(
    session: AsyncSession, user_id: UUID, what: str, *, also: Handle | None = None
) -> None:
    """Write to every confirmed phone and mail of the person, and to `also`, which is one no more.

    `what` is a key of CHANGES. Publishes WaysChanged, from which the inbox learns it.
    """
    statement = (
        select(Identity.kind, Identity.value, User.locale)
        .join(User, User.id == Identity.user_id)
        .where(Identity.user_id == user_id, Identity.verified_at.is_not(None))
        .order_by(Identity.id)
    )
    rows = (await session.execute(statement)).all()
    handles = [Handle(Kind(row.kind), row.value) for row in rows]
    with use_locale(Locale(rows[0].locale) if rows else Locale.UZ):
        await _write(session, user_id, what, [*handles, *([also] if also else [])])
    await publish(session, WaysChanged(user_id, new_id(), what))


async def _write(
    session: AsyncSession, user_id: UUID, what: str, handles: Sequence[Handle]
) -> None:
    said = gettext(CHANGES[what])
    text = gettext(
        "Bozorcha: %(change)s. If it was not you, sign in with a code, sign out all other "
        "devices and choose a new password.",
        change=said,
    )
    locale = get_locale()
    for handle in handles:
        if handle.kind is Kind.PHONE:
            await outbox.send_sms(session, handle.value, "ways_changed", text, locale, user_id)
        else:
            await outbox.send_mail(
                session,
                address=handle.value,
                kind="ways_changed",
                subject=said,
                text=text,
                locale=locale,
                user_id=user_id,
            )
