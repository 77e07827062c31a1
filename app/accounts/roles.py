"""Role grants: which person may act as what, over which household, shop or everything."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import RoleGrant
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.viewer import Role


async def grant(session: AsyncSession, user_id: UUID, role: Role, scope_id: UUID | None) -> None:
    """Give the role; it works from the next request on. Giving it twice changes nothing."""
    row = {"id": new_id(), "created_at": clock.now(), "user_id": user_id, "role": role}
    statement = insert(RoleGrant).values(**row, scope_id=scope_id)
    await session.execute(statement.on_conflict_do_nothing())


async def revoke(session: AsyncSession, user_id: UUID, role: Role, scope_id: UUID | None) -> None:
    """Take the role away; it is gone from the next request on."""
    await session.execute(
        delete(RoleGrant).where(
            RoleGrant.user_id == user_id,
            RoleGrant.role == role,
            RoleGrant.scope_id.is_not_distinct_from(scope_id),
        )
    )


async def holders(session: AsyncSession, role: Role, scope_id: UUID | None) -> list[UUID]:
    """Who holds the role over this scope, the longest holder first."""
    statement = select(RoleGrant.user_id).where(
        RoleGrant.role == role, RoleGrant.scope_id.is_not_distinct_from(scope_id)
    )
    found = await session.scalars(statement.order_by(RoleGrant.created_at, RoleGrant.id))
    return list(found.all())


async def scopes(session: AsyncSession, user_id: UUID, role: Role) -> list[UUID]:
    """What this person holds the role over; a role over everything has no scope to list."""
    statement = select(RoleGrant.scope_id).where(
        RoleGrant.user_id == user_id, RoleGrant.role == role, RoleGrant.scope_id.is_not(None)
    )
    found = await session.scalars(statement.order_by(RoleGrant.created_at, RoleGrant.id))
    return [scope for scope in found.all() if scope is not None]


async def names(session: AsyncSession, user_id: UUID) -> list[str]:
    """The names of all roles of a person."""
    found = await session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user_id))
    return list(found.all())
