"""Make a household, add children, and find what belongs to it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.family import consent, spending
from app.family.models import ChildProfile, Household, SafetyRules
from app.family.safety import OLDEST, YOUNGEST
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.i18n import N_
from app.kernel.viewer import Role

MAX_CHILDREN = 12

AVATARS = {
    "fox": (2, N_("Fox")),
    "tiger-face": (7, N_("Tiger")),
    "rabbit-face": (3, N_("Rabbit")),
    "owl": (4, N_("Owl")),
    "panda": (8, N_("Panda")),
    "koala": (5, N_("Koala")),
    "lion": (1, N_("Lion")),
    "penguin": (4, N_("Penguin")),
    "bear": (7, N_("Bear")),
    "cat-face": (6, N_("Cat")),
    "turtle": (6, N_("Turtle")),
    "unicorn": (3, N_("Unicorn")),
}
"""Drawn animals a child may be shown as: the hue of the frame, and the name."""


class AlreadyInFamily(Conflict):
    code = "already_in_family"
    message = N_("You already have a family here.")


class FamilyFull(Conflict):
    code = "family_full"
    message = N_("A family can have 12 children at most.")


class UnlikelyAge(Invalid):
    code = "unlikely_age"
    message = N_("Profiles are for children from 3 to 17 years.")


@dataclass(frozen=True, slots=True)
class NewChild:
    """What a guardian tells about a child; `daily_limit` in tiyin."""

    nickname: str
    birth_year: int
    avatar: str
    daily_limit: int


async def create(session: AsyncSession, user_id: UUID, name: str, given: consent.Given) -> UUID:
    """Make the household with its first guardian and the consent that it rests on."""
    held = await roles.scopes(session, user_id, Role.GUARDIAN)
    if held:
        raise AlreadyInFamily
    household = Household(name=name)
    session.add(household)
    await session.flush()
    await roles.grant(session, user_id, Role.GUARDIAN, household.id)
    await consent.record(session, household.id, None, "given", given)
    return household.id


async def add_child(
    session: AsyncSession, household_id: UUID, child: NewChild, given: consent.Given
) -> UUID:
    """Add a child with the limit its guardian chose and the consent row of its own."""
    year = clock.local_day().year
    if not year - OLDEST <= child.birth_year <= year - YOUNGEST:
        raise UnlikelyAge
    present = select(func.count()).where(
        ChildProfile.household_id == household_id, ChildProfile.closed_at.is_(None)
    )
    if (await session.scalar(present) or 0) >= MAX_CHILDREN:
        raise FamilyFull
    profile = ChildProfile(
        household_id=household_id,
        nickname=child.nickname,
        birth_year=child.birth_year,
        avatar=child.avatar,
        hue=AVATARS[child.avatar][0],
    )
    session.add(profile)
    await session.flush()
    session.add(SafetyRules(child_id=profile.id))
    await spending.set_limit(session, profile.id, child.daily_limit)
    await consent.record(session, household_id, profile.id, "given", given)
    return profile.id


async def own_child(
    session: AsyncSession, household_id: UUID | None, child_id: UUID
) -> ChildProfile:
    """A child of this household; another family's child is not found."""
    statement = select(ChildProfile).where(
        ChildProfile.id == child_id,
        ChildProfile.household_id == household_id,
        ChildProfile.closed_at.is_(None),
    )
    child = (await session.scalars(statement)).one_or_none()
    if child is None:
        raise NotFound
    return child


async def get(session: AsyncSession, household_id: UUID) -> Household:
    return (await session.scalars(select(Household).where(Household.id == household_id))).one()
