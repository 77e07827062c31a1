"""Whose data: from a person or a child to everything that is looked for."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.accounts.models import Identity
from app.family.models import ChildProfile
from app.kernel.personal import Subject
from app.kernel.viewer import Role


async def to_show(session: AsyncSession, user_id: UUID) -> Subject:
    """A person with the families they guard and the children in them."""
    homes = await roles.scopes(session, user_id, Role.GUARDIAN)
    return Subject(
        user_id=user_id,
        contacts=await _contacts(session, user_id),
        household_ids=tuple(homes),
        child_ids=await _children(session, homes),
    )


async def to_erase(session: AsyncSession, user_id: UUID) -> Subject:
    """A person with the families that end with them; others keep theirs and the children."""
    homes = await roles.scopes(session, user_id, Role.GUARDIAN)
    ending = [
        home for home in homes if await roles.holders(session, Role.GUARDIAN, home) == [user_id]
    ]
    return Subject(
        user_id=user_id,
        contacts=await _contacts(session, user_id),
        household_ids=tuple(ending),
        shared_ids=tuple(home for home in homes if home not in ending),
        child_ids=await _children(session, ending),
    )


async def _contacts(session: AsyncSession, user_id: UUID) -> tuple[str, ...]:
    found = select(Identity.value).where(Identity.user_id == user_id)
    return tuple(await session.scalars(found))


async def _children(session: AsyncSession, homes: list[UUID]) -> tuple[UUID, ...]:
    found = select(ChildProfile.id).where(ChildProfile.household_id.in_(homes))
    return tuple(await session.scalars(found.order_by(ChildProfile.id)))
