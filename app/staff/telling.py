"""What the person of a closed account hears outside the shop: that there is something to read.

The words themselves stand on the page of the closed account, behind their own sign-in.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.handles import Kind
from app.accounts.models import Identity, User
from app.delivery import outbox
from app.kernel.i18n import N_, Locale, gettext, use_locale

CLOSED = N_("Bozorcha: your account was closed. Sign in to read why, and to answer.")
REOPENED = N_("Bozorcha: your account is open again. Please sign in.")
ANSWERED = N_("Bozorcha: your appeal was answered. Sign in to read the answer.")
SUBJECT = N_("About your Bozorcha account")


async def closed(session: AsyncSession, person: User) -> None:
    await _tell(session, person, "account_closed", CLOSED)


async def reopened(session: AsyncSession, person: User) -> None:
    await _tell(session, person, "account_reopened", REOPENED)


async def answered(session: AsyncSession, person: User) -> None:
    """An appeal was refused; one that was granted is told as `reopened`."""
    await _tell(session, person, "appeal_answered", ANSWERED)


async def _tell(session: AsyncSession, person: User, kind: str, msgid: str) -> None:
    """By SMS and by mail: a stranger may hold one of the two."""
    rows = await session.execute(
        select(Identity.kind, Identity.value).where(
            Identity.user_id == person.id, Identity.verified_at.is_not(None)
        )
    )
    locale = Locale(person.locale)
    with use_locale(locale):
        text, subject = gettext(msgid), gettext(SUBJECT)
    for way, value in rows.all():
        if way == Kind.PHONE:
            await outbox.send_sms(session, value, kind, text, locale, person.id)
        else:
            await outbox.send_mail(
                session,
                address=value,
                kind=kind,
                subject=subject,
                text=text,
                locale=locale,
                user_id=person.id,
            )
