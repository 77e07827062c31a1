"""Finding a person, and what the staff may know of them: nothing of their family or purchases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.handles import Kind, parse_handle
from app.accounts.models import Identity, RoleGrant, User
from app.accounts.sessions import devices
from app.kernel.errors import NotFound
from app.kernel.formats import mask_phone
from app.kernel.ids import parse_id
from app.kernel.viewer import STAFF_ROLES, Viewer
from app.staff import giving
from app.staff.models import Suspension
from app.staff.roles import StaffRoleCard

MOST = 30  # people of one search
SHORTEST = 2  # letters of a name


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of a search; the ways to reach the person are masked."""

    id: UUID
    name: str
    created_at: datetime
    is_closed: bool
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as the staff sees them."""

    line: PersonLine
    locale: str
    devices: int
    other_roles: tuple[str, ...]  # of families and shops
    staff_roles: Sequence[StaffRoleCard]
    history: Sequence[Suspension]  # the newest first
    is_own: bool

    @property
    def closed(self) -> Suspension | None:
        return next((one for one in self.history if one.ended_at is None), None)


async def find(session: AsyncSession, words: str) -> list[PersonLine]:
    """People by a whole phone or mail, by their id, or by the beginning of a name."""
    wanted = _wanted(words)
    if wanted is None:
        return []
    people = await session.scalars(
        select(User).where(wanted).order_by(User.name, User.id).limit(MOST)
    )
    return await _lines(session, people.all())


async def staff(session: AsyncSession) -> list[PersonLine]:
    """Everybody with a role of the staff."""
    holders = select(RoleGrant.user_id).where(RoleGrant.role.in_(STAFF_ROLES))
    people = await session.scalars(
        select(User).where(User.id.in_(holders)).order_by(User.name, User.id).limit(MOST * 10)
    )
    return await _lines(session, people.all())


async def card(session: AsyncSession, viewer: Viewer, user_id: UUID) -> PersonCard:
    """One person; raises NotFound."""
    person = await session.get(User, user_id)
    if person is None:
        raise NotFound
    held = await session.scalars(
        select(RoleGrant.role)
        .where(RoleGrant.user_id == user_id, RoleGrant.role.not_in(STAFF_ROLES))
        .distinct()
    )
    history = await session.scalars(
        select(Suspension).where(Suspension.user_id == user_id).order_by(Suspension.id.desc())
    )
    return PersonCard(
        line=(await _lines(session, [person]))[0],
        locale=person.locale,
        devices=len(await devices(session, user_id)),
        other_roles=tuple(sorted(held.all())),
        staff_roles=await giving.held(session, user_id),
        history=history.all(),
        is_own=user_id == viewer.user_id,
    )


def _wanted(words: str) -> ColumnElement[bool] | None:
    handle = parse_handle(words)
    if handle is not None:
        known = select(Identity.user_id).where(
            Identity.kind == handle.kind, Identity.value == handle.value
        )
        return User.id.in_(known)
    if (user_id := parse_id(words)) is not None:
        return User.id == user_id
    text = words.strip().lower()
    if len(text) < SHORTEST:
        return None
    name = func.lower(User.name)
    return or_(name.startswith(text, autoescape=True), name.contains(f" {text}", autoescape=True))


async def _lines(session: AsyncSession, people: Sequence[User]) -> list[PersonLine]:
    rows = await session.execute(
        select(Identity.user_id, Identity.kind, Identity.value)
        .where(Identity.user_id.in_([person.id for person in people]))
        .order_by(Identity.created_at, Identity.id)
    )
    ways: dict[UUID, list[str]] = {}
    for user_id, kind, value in rows.all():
        ways.setdefault(user_id, []).append(masked(kind, value))
    return [
        PersonLine(
            person.id,
            person.name,
            person.created_at,
            person.suspended_at is not None,
            tuple(ways.get(person.id, ())),
        )
        for person in people
    ]


def masked(kind: str, value: str) -> str:
    """Enough to recognise a way that one has been told, too little to use it."""
    if kind == Kind.PHONE:
        return mask_phone(value)
    local, _, host = value.partition("@")
    return f"{local[:1]}•••@{host}"
