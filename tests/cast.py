"""The people and things that every test knows; the same names as in the demo shop."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import totp
from app.accounts.models import Identity, RoleGrant, SecondFactor, User
from app.accounts.second_factor import PURPOSE
from app.catalog.models import (
    Category,
    Offer,
    Product,
    ProductImage,
    StockLevel,
    StockMove,
    Variant,
)
from app.family import consent, spending
from app.family.models import ChildProfile, Household, SafetyRules
from app.family.pin import hash_pin
from app.kernel import clock, crypto
from app.kernel.config import Settings
from app.kernel.viewer import Role
from app.sellers.models import Seller
from app.shipping.models import Address, DeliveryRate

SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
SOM = 100  # tiyin


def key(name: str) -> UUID:
    """The fixed id of a named row."""
    return uuid5(SPACE, name)


@dataclass(frozen=True)
class Person:
    name: str
    phone: str
    locale: str = "uz"

    @property
    def id(self) -> UUID:
        return key(self.name)

    @property
    def seed(self) -> str:
        """Of the authenticator app, for those who have one."""
        return base64.b32encode(hashlib.sha256(self.name.encode()).digest()[:20]).decode()

    @property
    def app_code(self) -> str:
        """What the authenticator app shows now."""
        return totp.code_at(self.seed, clock.now())


@dataclass(frozen=True)
class Kid:
    name: str
    age: int
    avatar: str
    hue: int
    daily_limit: int  # whole soʻm
    household: str

    @property
    def id(self) -> UUID:
        return key(f"child {self.name}")

    @property
    def household_id(self) -> UUID:
        return key(self.household)


@dataclass(frozen=True)
class Shop:
    name: str
    slug: str
    tin: str
    owner: Person

    @property
    def id(self) -> UUID:
        return key(self.slug)


@dataclass(frozen=True)
class Good:
    """A product of the cast with one variant and one offer."""

    slug: str
    title: str
    category: str
    shop: Shop
    price: int  # whole soʻm
    age: int
    child_ok: bool = True
    mark: str | None = None
    stock: int = 5

    @property
    def id(self) -> UUID:
        return key(self.slug)

    @property
    def offer_id(self) -> UUID:
        return key(f"offer {self.slug}")

    @property
    def variant_id(self) -> UUID:
        return key(f"variant {self.slug}")


dilnoza = Person("Dilnoza", "+998901234501")
jasur = Person("Jasur", "+998901234502")
oydin = Person("Oydin", "+998901234503")
olga = Person("Olga", "+998901234504", "ru")
nodira = Person("Nodira", "+998901234505")
botir = Person("Botir", "+998901234511")
zuhra = Person("Zuhra", "+998901234512")
anvar = Person("Anvar", "+998901234514")  # clerk of Quvnoq
malika = Person("Malika", "+998901234521")
sardor = Person("Sardor", "+998901234522")
aziza = Person("Aziza", "+998901234523")
PEOPLE = (dilnoza, jasur, oydin, olga, nodira, botir, zuhra, anvar, malika, sardor, aziza)
WITH_AUTHENTICATOR = (botir, zuhra, anvar, malika, sardor, aziza)  # sellers and staff must

KARIMOV, RAHIMOV = "Karimovlar", "Rahimovlar"
PINS = {KARIMOV: "739146", RAHIMOV: "582917"}
lola = Kid("Lola", 6, "fox", 2, 50_000, KARIMOV)
temur = Kid("Temur", 11, "tiger-face", 7, 100_000, KARIMOV)
aziz = Kid("Aziz", 8, "panda", 8, 60_000, RAHIMOV)
KIDS = (lola, temur, aziz)

quvnoq = Shop("Quvnoq Oʻyinchoqlar", "quvnoq-oyinchoqlar", "301234567", botir)
bilim = Shop("Bilim Kitob", "bilim-kitob", "302345678", zuhra)
SHOPS = (quvnoq, bilim)

planetarium = Good("mening-planetariyim", "Mening planetariyim", "toplamlar", quvnoq, 45_000, 6)
football = Good("futbol-topi", "Futbol toʻpi", "oyinchoqlar", quvnoq, 120_000, 5)
puzzle = Good("yogoch-puzl", "Yogʻoch puzl", "oyinchoqlar", quvnoq, 30_000, 3)
slime = Good("slaym", "Slaym toʻplami", "slaym", quvnoq, 20_000, 5)
knife_set = Good("pichoqlar", "Oshxona pichoqlari", "oshxona", quvnoq, 210_000, 0, child_ok=False)
fairy_tales = Good("ertaklar", "Oʻzbek xalq ertaklari", "kitoblar", bilim, 35_000, 3, mark="0+")
novel = Good("otkan-kunlar", "Oʻtkan kunlar", "kitoblar", bilim, 60_000, 12, mark="12+")
GOODS = (planetarium, football, puzzle, slime, knife_set, fairy_tales, novel)
HIDDEN_FROM_LOLA = (knife_set, novel)

CATEGORIES = {
    "oyinchoqlar": ("Oʻyinchoqlar", True),
    "toplamlar": ("Fan toʻplamlari", True),
    "slaym": ("Slaym", True),
    "kitoblar": ("Kitoblar", True),
    "oshxona": ("Oshxona", False),
}


async def build(session: AsyncSession, settings: Settings) -> None:
    """Write the whole cast; called once for the template database."""
    for maker in (_people, _authenticators, _households, _shops, _categories, _goods, _delivery):
        await maker(session, settings)
        await session.flush()


async def _people(session: AsyncSession, _: Settings) -> None:
    now = clock.now()
    for person in PEOPLE:
        session.add(User(id=person.id, name=person.name, locale=person.locale))
    await session.flush()
    for person in PEOPLE:
        session.add(Identity(user_id=person.id, kind="phone", value=person.phone, verified_at=now))
    for person, role in ((malika, Role.MODERATOR), (sardor, Role.AGENT), (aziza, Role.ADMIN)):
        session.add(RoleGrant(user_id=person.id, role=role, scope_id=None))


async def _authenticators(session: AsyncSession, settings: Settings) -> None:
    for person in WITH_AUTHENTICATOR:
        sealed = crypto.encrypt(settings, PURPOSE, person.seed, str(person.id))
        session.add(SecondFactor(user_id=person.id, seed=sealed, proven_at=clock.now()))


async def _households(session: AsyncSession, settings: Settings) -> None:
    families = {KARIMOV: (dilnoza, jasur), RAHIMOV: (nodira,)}
    for name, guardians in families.items():
        pin_hash = await hash_pin(settings, PINS[name])
        session.add(Household(id=key(name), name=name, pin_hash=pin_hash))
        await session.flush()
        for person in guardians:
            session.add(RoleGrant(user_id=person.id, role=Role.GUARDIAN, scope_id=key(name)))
    session.add(RoleGrant(user_id=oydin.id, role=Role.GIVER, scope_id=key(KARIMOV)))
    for kid in KIDS:
        session.add(
            ChildProfile(
                id=kid.id,
                household_id=kid.household_id,
                nickname=kid.name,
                birth_year=clock.local_day().year - kid.age,
                avatar=kid.avatar,
                hue=kid.hue,
            )
        )
        await session.flush()
        session.add(SafetyRules(child_id=kid.id))
        await spending.set_limit(session, kid.id, kid.daily_limit * SOM)
        guardian = families[kid.household][0]
        given = consent.Given(guardian.id, None, "cast")
        await consent.record(session, kid.household_id, kid.id, "given", given)
    for person in (dilnoza, nodira, olga):
        session.add(
            Address(
                user_id=person.id,
                recipient=person.name,
                phone=person.phone,
                region="1726",
                district="1726294",
                street="9-mavze, 14-uy, 32-xonadon",
                landmark="12-maktab",
                is_default=True,
            )
        )


async def _shops(session: AsyncSession, _: Settings) -> None:
    for shop in SHOPS:
        session.add(
            Seller(
                id=shop.id,
                name=shop.name,
                slug=shop.slug,
                kind="company",
                tin=shop.tin,
                about={"uz": shop.name, "ru": shop.name, "en": shop.name},
                legal_address={"uz": "Toshkent", "ru": "Ташкент", "en": "Tashkent"},
                region="1726",
                state="approved",
                verified_at=clock.now(),
            )
        )
        session.add(RoleGrant(user_id=shop.owner.id, role=Role.SELLER, scope_id=shop.id))
    session.add(RoleGrant(user_id=anvar.id, role=Role.CLERK, scope_id=quvnoq.id))


async def _categories(session: AsyncSession, _: Settings) -> None:
    for position, (slug, (name, for_children)) in enumerate(CATEGORIES.items()):
        session.add(
            Category(
                id=key(slug),
                slug=slug,
                name={"uz": name, "ru": name, "en": name},
                synonyms={"uz": [], "ru": [], "en": []},
                art="teddy-bear",
                hue=position % 8 + 1,
                position=position,
                path=[key(slug)],
                for_children=for_children,
            )
        )


async def _goods(session: AsyncSession, _: Settings) -> None:
    for good in GOODS:
        session.add(_product(good))
        await session.flush()
        session.add(
            ProductImage(
                product_id=good.id,
                position=0,
                art="teddy-bear",
                hue=1,
                alt={"uz": good.title, "ru": good.title, "en": good.title},
            )
        )
        session.add(
            Variant(
                id=good.variant_id, product_id=good.id, weight_grams=400, position=0, options={}
            )
        )
        await session.flush()
        session.add(
            Offer(
                id=good.offer_id,
                product_id=good.id,
                variant_id=good.variant_id,
                seller_id=good.shop.id,
                sku=good.slug,
                price=good.price * SOM,
            )
        )
        await session.flush()
        session.add(
            StockLevel(offer_id=good.offer_id, seller_id=good.shop.id, on_hand=good.stock, held=0)
        )
        session.add(
            StockMove(
                offer_id=good.offer_id,
                seller_id=good.shop.id,
                quantity=good.stock,
                reason="received",
            )
        )


def _product(good: Good) -> Product:
    text = {"uz": good.title, "ru": good.title, "en": good.title}
    return Product(
        id=good.id,
        seller_id=good.shop.id,
        category_id=key(good.category),
        category_path=[key(good.category)],
        slug=good.slug,
        title=text,
        summary=text,
        learns=text,
        kids_name=text,
        skills=["science"],
        age_from=good.age,
        age_mark=good.mark,
        child_ok=good.child_ok,
        mxik="09503008001000000",
        origin="UZ",
        art="teddy-bear",
        hue=1,
        state="approved",
        popularity=10,
        price=good.price * SOM,
        in_stock=good.stock > 0,
        published_at=clock.now() - timedelta(days=3),
    )


async def _delivery(session: AsyncSession, _: Settings) -> None:
    for to_region, price in (("1726", 15_000), ("*", 35_000)):
        session.add(
            DeliveryRate(
                carrier="pochta",
                from_region="*",
                to_region=to_region,
                up_to_grams=30_000,
                price=price * SOM,
                free_from=300_000 * SOM,
                days_from=1,
                days_to=3,
            )
        )
