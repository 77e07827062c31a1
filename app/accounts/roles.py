"""Role grants: which person may act as what, over which household, shop or everything."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import RoleGrant, StaffRolePermission, User
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.slice import Registry
from app.kernel.viewer import SHOP_ROLES, STAFF_ROLES, Role


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


def home(held: Collection[str]) -> str:
    """Where people with these roles begin: staff at the desk, sellers at theirs, others shop."""
    if STAFF_ROLES & set(held):
        return "/desk"
    return "/seller" if SHOP_ROLES & set(held) else "/"


async def is_staff(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the person works for Bozorcha itself."""
    return bool(STAFF_ROLES & set(await names(session, user_id)))


async def rights(session: AsyncSession, registry: Registry, user_id: UUID) -> frozenset[str]:
    """The permissions of a person as they are now, not as they were when the request began."""
    held = frozenset(Role(name) for name in await names(session, user_id))
    made = (
        select(StaffRolePermission.permission)
        .join(RoleGrant, RoleGrant.scope_id == StaffRolePermission.role_id)
        .where(RoleGrant.user_id == user_id, RoleGrant.role == Role.STAFF)
    )
    return registry.permissions_of(held, list((await session.scalars(made)).all()))


async def other_admins(session: AsyncSession, user_id: UUID) -> int:
    """How many admins with an open account there are besides this person."""
    statement = (
        select(func.count())
        .select_from(RoleGrant)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            RoleGrant.role == Role.ADMIN, RoleGrant.user_id != user_id, User.suspended_at.is_(None)
        )
    )
    return await session.scalar(statement) or 0


async def change_in_turn(session: AsyncSession) -> None:
    """Let one change of the staff's rights happen at a time, until the transaction ends."""
    name = func.hashtextextended("staff-rights", 0)
    await session.execute(select(func.pg_advisory_xact_lock(name)))
