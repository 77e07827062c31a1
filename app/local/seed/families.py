"""People of the demo: their roles, families and addresses, from `data/people.json`."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Identity, RoleGrant, SecondFactor, User
from app.accounts.second_factor import PURPOSE
from app.family import consent, spending
from app.family.models import ChildProfile, Household, SafetyRules
from app.family.pin import hash_pin
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.money import Money
from app.local.cast import seed_of
from app.local.seed.goods import seller_id
from app.local.seed.rows import OPENED, read, stable_id, write
from app.shipping.models import Address

Row = dict[str, Any]
SHOP_ROLES = ("seller", "clerk")
FAMILY_ROLES = ("guardian", "giver")


async def plant(session: AsyncSession, settings: Settings) -> None:
    """Write the people and families that are missing; a family that is there stays as it is."""
    told = read("people.json")
    people = told["people"]
    await write(session, User, [_user(one) for one in people])
    await write(session, Identity, [_identity(one) for one in people])
    await write(session, SecondFactor, _authenticators(settings, people))
    for home in told["households"]:
        await _household(session, settings, home, people)
    await write(session, RoleGrant, [row for one in people for row in _grants(one)])
    await write(session, Address, [row for one in people for row in _addresses(one)])


def user_id(key: str) -> UUID:
    """The id of a person of the demo."""
    return stable_id("user", key)


def _user(one: Row) -> Row:
    return {
        "id": user_id(one["key"]),
        "created_at": OPENED,
        "name": one["name"],
        "locale": one["locale"],
    }


def _identity(one: Row) -> Row:
    return {
        "id": stable_id("identity", one["key"]),
        "created_at": OPENED,
        "user_id": user_id(one["key"]),
        "kind": "phone",
        "value": one["phone"],
        "verified_at": OPENED,
    }


def _authenticators(settings: Settings, people: list[Row]) -> list[Row]:
    """Of sellers and staff, who could not work without."""
    return [
        {
            "id": stable_id("second_factor", one["key"]),
            "created_at": OPENED,
            "user_id": user_id(one["key"]),
            "seed": crypto.encrypt(settings, PURPOSE, seed, str(user_id(one["key"]))),
            "proven_at": OPENED,
        }
        for one in people
        if (seed := seed_of(one))
    ]


def _grants(one: Row) -> list[Row]:
    def scope(role: str) -> UUID | None:
        if role in SHOP_ROLES:
            return seller_id(one["seller"])
        return stable_id("household", one["household"]) if role in FAMILY_ROLES else None

    return [
        {
            "id": stable_id("grant", f"{one['key']} {role}"),
            "created_at": OPENED,
            "user_id": user_id(one["key"]),
            "role": role,
            "scope_id": scope(role),
        }
        for role in one["roles"]
    ]


def _addresses(one: Row) -> list[Row]:
    kept = ("region", "district", "street", "landmark")
    return [
        {
            "id": stable_id("address", f"{one['key']} {place}"),
            "created_at": OPENED,
            "user_id": user_id(one["key"]),
            "recipient": one["name"],
            "phone": one["phone"],
            "is_default": place == 0,
            **{name: address[name] for name in kept},
        }
        for place, address in enumerate(one["addresses"])
    ]


async def _household(
    session: AsyncSession, settings: Settings, home: Row, people: list[Row]
) -> None:
    """A new family with its PIN, children, limits and consent; nothing when it is there."""
    household_id = stable_id("household", home["key"])
    if await session.get(Household, household_id) is not None:
        return
    pin_hash = await hash_pin(settings, home["pin"])
    session.add(Household(id=household_id, name=home["name"], pin_hash=pin_hash))
    await session.flush()
    guardian = next(
        user_id(one["key"])
        for one in people
        if one["household"] == home["key"] and "guardian" in one["roles"]
    )
    for one in home["children"]:
        child_id = stable_id("child", one["key"])
        session.add(_child(child_id, household_id, one))
        await session.flush()
        session.add(SafetyRules(child_id=child_id))
        await spending.set_limit(session, child_id, Money.som(one["daily_limit"]).amount)
        given = consent.Given(guardian, None, "demo")
        await consent.record(session, household_id, child_id, "given", given)


def _child(child_id: UUID, household_id: UUID, one: Row) -> ChildProfile:
    return ChildProfile(
        id=child_id,
        household_id=household_id,
        nickname=one["nickname"],
        birth_year=clock.local_day().year - one["age"],
        avatar=one["avatar"],
        hue=one["hue"],
    )
