"""What a person says of themselves, and how to reach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Identity, User
from app.kernel.i18n import Locale


@dataclass(frozen=True, slots=True)
class Contact:
    """A person as others of our slices address them; `phone` in E.164 when it is verified."""

    user_id: UUID
    name: str
    locale: Locale
    phone: str | None


async def contacts(session: AsyncSession, user_ids: Sequence[UUID]) -> list[Contact]:
    """How to reach these people, in the order asked for; suspended ones are left out."""
    if not user_ids:
        return []
    phone = and_(
        Identity.user_id == User.id,
        Identity.kind == "phone",
        Identity.verified_at.is_not(None),
    )
    statement = (
        select(User.id, User.name, User.locale, Identity.value)
        .outerjoin(Identity, phone)
        .where(User.id.in_(user_ids), User.suspended_at.is_(None))
    )
    found = {
        row.id: Contact(row.id, row.name, Locale(row.locale), row.value)
        for row in (await session.execute(statement)).all()
    }
    return [found[user_id] for user_id in dict.fromkeys(user_ids) if user_id in found]


async def contact(session: AsyncSession, user_id: UUID) -> Contact | None:
    found = await contacts(session, [user_id])
    return found[0] if found else None


async def rename(session: AsyncSession, user_id: UUID, name: str, locale: Locale) -> None:
    """Save the person's name and language."""
    await session.execute(
        update(User).where(User.id == user_id).values(name=name, locale=locale.value)
    )
