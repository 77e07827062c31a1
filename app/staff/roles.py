"""Roles of the staff: the presets, and those an admin makes of fine permissions.

Every change of rights happens in turn, is judged by the rights as they are then, and may neither
reach beyond the own rights nor touch them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.accounts.models import RoleGrant, StaffRole, StaffRolePermission
from app.audit.record import record
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn
from app.kernel.i18n import N_, gettext
from app.kernel.slice import Registry
from app.kernel.viewer import Role, Viewer

PRESETS = {
    Role.MODERATOR: N_("Moderator"),
    Role.AGENT: N_("Support agent"),
    Role.ADMIN: N_("Administrator"),
}
MAX_ROLES = 100
# How the slices are called where their permissions are listed; others go by their own name.
GROUPS = {
    "staff": N_("People and the desk"),
    "oversight": N_("Log and incidents"),
    "orders": N_("Orders"),
    "catalog": N_("Catalogue"),
    "payments": N_("Payments"),
    "privacy": N_("Privacy"),
}


class NotYours(Forbidden):
    code = "rights_not_yours"
    message = N_("You can give, take or change only what you hold yourself.")


class OwnRights(Forbidden):
    code = "own_rights"
    message = N_("Nobody changes their own rights. Please ask a colleague.")


class NameTaken(Conflict):
    code = "role_name_taken"
    message = N_("There is a role of this name already.")


class UnknownPermission(Invalid):
    code = "unknown_permission"
    message = N_("Please choose from the list.")


class TooManyRoles(Conflict):
    code = "too_many_roles"
    message = N_("There are too many roles. Please remove one first.")


@dataclass(frozen=True, slots=True)
class StaffRoleCard:
    """A role as the staff sees it; `key` is a preset's name or the id of a made one."""

    key: str
    name: str
    description: str
    permissions: frozenset[str]
    holders: int = 0

    @property
    def is_preset(self) -> bool:
        return self.key in PRESETS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an admin asks a role to be."""

    name: str
    description: str
    permissions: frozenset[str]


def registry_of(session: AsyncSession) -> Registry:
    """The slices that this session's database serves."""
    found: Registry = session.info["registry"]
    return found


async def cards(session: AsyncSession) -> list[StaffRoleCard]:
    """The presets, then the made roles by name."""
    registry = registry_of(session)
    counted = await _holders(session)
    found = [
        StaffRoleCard(role, gettext(name), "", _of_preset(registry, role), counted.get(role, 0))
        for role, name in PRESETS.items()
    ]
    made = (await session.scalars(select(StaffRole).order_by(StaffRole.name))).all()
    held = await _permissions(session, [role.id for role in made])
    for role in made:
        key, rights = str(role.id), held.get(role.id, frozenset())
        found.append(StaffRoleCard(key, role.name, role.description, rights, counted.get(key, 0)))
    return found


async def card(session: AsyncSession, key: str) -> StaffRoleCard:
    """One role; raises NotFound for what is none of the staff's."""
    found = next((one for one in await cards(session) if one.key == key), None)
    if found is None:
        raise NotFound
    return found


async def make(session: AsyncSession, viewer: Viewer, wanted: Wanted) -> UUID:
    """A new role; raises NotYours for a permission that the maker lacks, NameTaken."""
    await roles.change_in_turn(session)
    await _check_wanted(session, viewer, wanted)
    count = await session.scalar(select(func.count()).select_from(StaffRole))
    if (count or 0) >= MAX_ROLES:
        raise TooManyRoles
    await _check_name(session, wanted.name, None)
    role = StaffRole(name=wanted.name, description=wanted.description)
    session.add(role)
    await session.flush()
    await _write(session, role.id, wanted.permissions)
    after = _told(wanted.name, wanted.description, wanted.permissions)
    await record(session, viewer, "staff_role.make", "staff_role", role.id, after=after)
    return role.id


async def change(session: AsyncSession, viewer: Viewer, role_id: UUID, wanted: Wanted) -> None:
    """Change a made role for all who hold it, from their next request on.

    Raises NotFound, OwnRights when the editor holds it, NotYours when it holds or would hold
    what the editor lacks.
    """
    await roles.change_in_turn(session)
    role = await _open(session, viewer, role_id)
    await _check_wanted(session, viewer, wanted)
    await _check_name(session, wanted.name, role_id)
    was = (await _permissions(session, [role_id])).get(role_id, frozenset())
    before = _told(role.name, role.description, was)
    after = _told(wanted.name, wanted.description, wanted.permissions)
    role.name, role.description = wanted.name, wanted.description
    await session.execute(delete(StaffRolePermission).where(StaffRolePermission.role_id == role_id))
    await _write(session, role_id, wanted.permissions)
    await record(
        session, viewer, "staff_role.change", "staff_role", role_id, before=before, after=after
    )


async def remove(session: AsyncSession, viewer: Viewer, role_id: UUID) -> None:
    """Remove a made role, and it from all who hold it. Refuses as `change` does."""
    await roles.change_in_turn(session)
    role = await _open(session, viewer, role_id)
    await session.execute(
        delete(RoleGrant).where(RoleGrant.role == Role.STAFF, RoleGrant.scope_id == role_id)
    )
    await record(session, viewer, "staff_role.remove", "staff_role", role_id, name=role.name)
    await session.delete(role)


async def check_within(session: AsyncSession, viewer: Viewer, rights: Iterable[str]) -> None:
    """Raise NotYours unless the viewer holds all of these now."""
    if viewer.user_id is None:
        raise NotSignedIn
    own = await roles.rights(session, registry_of(session), viewer.user_id)
    if not set(rights) <= own:
        raise NotYours


async def _open(session: AsyncSession, viewer: Viewer, role_id: UUID) -> StaffRole:
    """A made role that this viewer may change."""
    role = await session.get(StaffRole, role_id, with_for_update=True)
    if role is None:
        raise NotFound
    if viewer.user_id in await roles.holders(session, Role.STAFF, role_id):
        raise OwnRights
    held = await _permissions(session, [role_id])
    await check_within(session, viewer, held.get(role_id, ()))
    return role


async def _check_wanted(session: AsyncSession, viewer: Viewer, wanted: Wanted) -> None:
    if not wanted.permissions or not wanted.permissions <= set(
        registry_of(session).staff_permissions
    ):
        raise UnknownPermission
    await check_within(session, viewer, wanted.permissions)


async def _check_name(session: AsyncSession, name: str, own: UUID | None) -> None:
    taken = await session.scalar(
        select(StaffRole.id).where(func.lower(StaffRole.name) == name.lower())
    )
    if taken is not None and taken != own:
        raise NameTaken


async def _write(session: AsyncSession, role_id: UUID, permissions: Iterable[str]) -> None:
    rows = [{"role_id": role_id, "permission": name} for name in sorted(permissions)]
    await session.execute(insert(StaffRolePermission), rows)


def _told(name: str, description: str, permissions: Iterable[str]) -> dict[str, Any]:
    return {"name": name, "description": description, "permissions": sorted(permissions)}


async def _permissions(
    session: AsyncSession, role_ids: Sequence[UUID]
) -> dict[UUID, frozenset[str]]:
    """What these made roles hold; names that no slice knows any more count for nothing."""
    known = registry_of(session).staff_permissions
    rows = await session.execute(
        select(StaffRolePermission.role_id, StaffRolePermission.permission).where(
            StaffRolePermission.role_id.in_(role_ids)
        )
    )
    found: dict[UUID, set[str]] = {}
    for row in rows:
        if row.permission in known:
            found.setdefault(row.role_id, set()).add(row.permission)
    return {role_id: frozenset(names) for role_id, names in found.items()}


async def _holders(session: AsyncSession) -> dict[str, int]:
    kinds = [*PRESETS, Role.STAFF]
    statement = select(RoleGrant.role, RoleGrant.scope_id, func.count()).where(
        RoleGrant.role.in_(kinds)
    )
    rows = await session.execute(statement.group_by(RoleGrant.role, RoleGrant.scope_id))
    return {str(over) if over else role: count for role, over, count in rows.all()}


def _of_preset(registry: Registry, role: Role) -> frozenset[str]:
    return registry.permissions_of(frozenset({role}))
