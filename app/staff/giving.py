"""Roles given to people and taken from them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles as accounts_roles
from app.accounts.models import RoleGrant, User
from app.audit.record import record
from app.kernel.errors import Conflict, NotFound
from app.kernel.events import publish
from app.kernel.i18n import N_
from app.kernel.ids import new_id
from app.kernel.viewer import Role, Viewer
from app.staff import roles
from app.staff.events import StaffRightsChanged
from app.staff.roles import OwnRights, StaffRoleCard

MAX_HELD = 20  # roles of one person


class LastAdmin(Conflict):
    code = "last_admin"
    message = N_("This is the last administrator. Please make another one first.")


class AccountIsClosed(Conflict):
    code = "account_is_closed"
    message = N_("This account is closed, so it can hold no new role.")


class HoldsEnough(Conflict):
    code = "too_many_roles_held"
    message = N_("This person holds too many roles already.")


async def give(session: AsyncSession, viewer: Viewer, user_id: UUID, key: str) -> StaffRoleCard:
    """Give the role (a preset's name or a made one's id); it works from the next request on.

    Raises NotFound, OwnRights, NotYours, AccountIsClosed, HoldsEnough. Publishes
    StaffRightsChanged.
    """
    await accounts_roles.change_in_turn(session)
    person = await _person(session, viewer, user_id)
    card = await roles.card(session, key)
    await roles.check_within(session, viewer, card.permissions)
    if person.suspended_at is not None:
        raise AccountIsClosed
    if len(await accounts_roles.names(session, user_id)) >= MAX_HELD:
        raise HoldsEnough
    await accounts_roles.grant(session, user_id, *_grant(card))
    await _note(session, viewer, user_id, card, is_given=True)
    return card


async def take(session: AsyncSession, viewer: Viewer, user_id: UUID, key: str) -> StaffRoleCard:
    """Take the role away, from the next request on; only who holds as much takes it.

    Raises NotFound when they do not hold it, OwnRights, NotYours, LastAdmin. Publishes
    StaffRightsChanged.
    """
    await accounts_roles.change_in_turn(session)
    await _person(session, viewer, user_id)
    card = await roles.card(session, key)
    if card not in await held(session, user_id):
        raise NotFound
    await roles.check_within(session, viewer, card.permissions)
    await check_admin_left(session, user_id, is_losing=card.key == Role.ADMIN)
    await accounts_roles.revoke(session, user_id, *_grant(card))
    await _note(session, viewer, user_id, card, is_given=False)
    return card


async def held(session: AsyncSession, user_id: UUID) -> list[StaffRoleCard]:
    """The staff roles of a person."""
    rows = await session.execute(
        select(RoleGrant.role, RoleGrant.scope_id).where(RoleGrant.user_id == user_id)
    )
    keys = {str(over) if role == Role.STAFF else role for role, over in rows.all()}
    return [card for card in await roles.cards(session) if card.key in keys]


async def check_admin_left(session: AsyncSession, user_id: UUID, *, is_losing: bool) -> None:
    """Raise LastAdmin when the shop would be left without an administrator."""
    if is_losing and not await accounts_roles.other_admins(session, user_id):
        raise LastAdmin


def _grant(card: StaffRoleCard) -> tuple[Role, UUID | None]:
    return (Role(card.key), None) if card.is_preset else (Role.STAFF, UUID(card.key))


async def _person(session: AsyncSession, viewer: Viewer, user_id: UUID) -> User:
    if user_id == viewer.user_id:
        raise OwnRights
    person = await session.get(User, user_id, with_for_update=True)
    if person is None:
        raise NotFound
    return person


async def _note(
    session: AsyncSession, viewer: Viewer, user_id: UUID, card: StaffRoleCard, *, is_given: bool
) -> None:
    action = "staff_role.give" if is_given else "staff_role.take"
    await record(session, viewer, action, "user", user_id, role=card.name, key=card.key)
    await publish(session, StaffRightsChanged(user_id, new_id(), card.name, is_given))
