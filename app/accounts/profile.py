"""What a person says of themselves, and how to reach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from uuid import UUID

from sqlalchemy import ScalarSelect, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.handles import Kind
from app.accounts.models import Identity, User
from app.accounts.quiet import QuietHours
from app.kernel.i18n import Locale


@dataclass(frozen=True, slots=True)
class Contact:
    """A person as others of our slices address them; verified ways only, `phone` in E.164."""

    user_id: UUID
    name: str
    locale: Locale
    phone: str | None
    mail: str | None = None
    quiet: QuietHours | None = None


async def contacts(session: AsyncSession, user_ids: Sequence[UUID]) -> list[Contact]:
    """How to reach these people, in the order asked for; suspended ones are left out."""
    if not user_ids:
        return []
    statement = select(
        User.id,
        User.name,
        User.locale,
        User.quiet_from,
        User.quiet_to,
        _first(Kind.PHONE).label("phone"),
        _first(Kind.MAIL).label("mail"),
    ).where(User.id.in_(user_ids), User.suspended_at.is_(None))
    found = {
        row.id: Contact(
            row.id,
            row.name,
            Locale(row.locale),
            row.phone,
            row.mail,
            QuietHours.of(row.quiet_from, row.quiet_to),
        )
        for row in (await session.execute(statement)).all()
    }
    return [found[user_id] for user_id in dict.fromkeys(user_ids) if user_id in found]


def _first(kind: Kind) -> ScalarSelect[str]:
    """The one that was confirmed first of this kind."""
    return (
        select(Identity.value)
        .where(
            Identity.user_id == User.id, Identity.kind == kind, Identity.verified_at.is_not(None)
        )
        .order_by(Identity.created_at, Identity.id)
        .limit(1)
        .correlate(User)
        .scalar_subquery()
    )


async def contact(session: AsyncSession, user_id: UUID) -> Contact | None:
    found = await contacts(session, [user_id])
    return found[0] if found else None


async def rename(session: AsyncSession, user_id: UUID, name: str, locale: Locale) -> None:
    """Save the person's name and language."""
    await session.execute(
        update(User).where(User.id == user_id).values(name=name, locale=locale.value)
    )


async def set_quiet_hours(
    session: AsyncSession, user_id: UUID, since: time | None, until: time | None
) -> None:
    """Between the two (Tashkent time) news that can wait waits; None and None end it."""
    await session.execute(
        update(User).where(User.id == user_id).values(quiet_from=since, quiet_to=until)
    )
