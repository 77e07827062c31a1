"""Families made straight in the database, so that stories do not wait for each other's limits."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from playwright.sync_api import BrowserContext
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles, signup
from app.accounts.models import Identity, Session, User
from app.family import consent, household
from app.family.models import Household
from app.family.pin import hash_pin
from app.kernel import clock, crypto
from app.kernel.i18n import Locale, use_locale
from app.kernel.viewer import Proof, Role
from app.local.cast import everybody
from app.shipping.models import Address
from tests.browser.shop import Shop, new_phone

PIN = "739146"
SOM = 100  # tiyin


@dataclass(frozen=True)
class Person:
    id: UUID
    phone: str
    name: str
    locale: str


@dataclass(frozen=True)
class Kid:
    id: UUID
    name: str
    age: int


@dataclass(frozen=True)
class Family:
    """Two guardians, Lola of six and Temur of eleven; the PIN is `PIN`."""

    id: UUID
    mother: Person
    father: Person
    lola: Kid
    temur: Kid


def make_family(shop: Shop, locale: str = "uz", *, limit: int = 1_000_000) -> Family:
    """A family nobody else uses; `limit` in whole soʻm a day for each child."""

    async def make(session: AsyncSession) -> Family:
        with use_locale(Locale(locale)):
            mother = await _person(session, "Dilnoza", locale)
            father = await _person(session, "Jasur", locale)
            given = consent.Given(mother.id, None, "story")
            home = await household.create(session, mother.id, "Karimovlar", given)
            await roles.grant(session, father.id, Role.GUARDIAN, home)
            row = await session.get_one(Household, home)
            row.pin_hash = await hash_pin(shop.backstage.settings, PIN)
            kids = [
                await _kid(session, home, given, name, age, avatar, limit)
                for name, age, avatar in (("Lola", 6, "fox"), ("Temur", 11, "tiger-face"))
            ]
            return Family(home, mother, father, *kids)

    return shop.backstage.do(make)


async def _person(session: AsyncSession, name: str, locale: str) -> Person:
    phone = new_phone()
    found = await signup.user_for_phone(session, phone, Locale(locale), name)
    session.add(
        Address(
            user_id=found,
            recipient=name,
            phone=phone,
            region="1726",
            district="1726269",
            street="Buyuk Ipak Yoʻli, 54-uy, 17-xonadon",
            landmark="metro",
            is_default=True,
        )
    )
    return Person(found, phone, name, locale)


async def _kid(
    session: AsyncSession,
    home: UUID,
    given: consent.Given,
    name: str,
    age: int,
    avatar: str,
    limit: int,
) -> Kid:
    year = clock.local_day().year - age
    child = household.NewChild(name, year, avatar, limit * SOM)
    return Kid(await household.add_child(session, home, child, given), name, age)


def make_buyer(shop: Shop, locale: str = "uz") -> Person:
    """Somebody with a phone and an address and nothing else."""

    async def make(session: AsyncSession) -> Person:
        return await _person(session, "Olga", locale)

    return shop.backstage.do(make)


def of_demo(shop: Shop, key: str) -> Person:
    """A person of the demo shop by the key in its seed."""
    account = next(person for person in everybody() if person.key == key)

    async def find(session: AsyncSession) -> Person:
        known = select(Identity.user_id).where(Identity.value == account.phone)
        user = await session.get_one(User, (await session.scalars(known)).one())
        return Person(user.id, account.phone, user.name, user.locale)

    return shop.backstage.do(find)


def enter(
    shop: Shop, context: BrowserContext, who: Person | Kid, *, is_confirmed: bool = False
) -> None:
    """Give a browser the session of a person or the device of a child, without the form; with
    `is_confirmed` the person has just shown that it is them."""
    token, secret = crypto.new_token(), crypto.new_token()
    is_kid = isinstance(who, Kid)

    async def write(session: AsyncSession) -> None:
        session.add(
            Session(
                token_hash=crypto.token_hash(token),
                csrf_secret=secret,
                user_id=None if is_kid else who.id,
                child_id=who.id if is_kid else None,
                zone="kids" if is_kid else "shop",
                signed_in_at=clock.now(),
                factor_at=None if is_kid else clock.now(),
                confirmed_at=clock.now() if is_confirmed else None,
                confirmed_by=Proof.PASSKEY if is_confirmed else None,
                expires_at=clock.now() + timedelta(days=30),
            )
        )

    shop.backstage.do(write)
    context.add_cookies(
        [
            {"name": "session", "value": token, "url": shop.url, "httpOnly": True},
            {"name": "csrf", "value": secret, "url": shop.url},
        ]
    )
