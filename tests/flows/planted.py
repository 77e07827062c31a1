"""What a child must never meet, in every relation that could bring it along.

Every secret is a word that occurs nowhere else, so that one search through the bytes finds it.
"""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Identity, User
from app.approvals.models import ApprovalRequest
from app.audit.models import AuditEntry
from app.cart.models import Cart, CartLine
from app.catalog.models import Category, Offer, Product, ProductImage, StockLevel, Variant
from app.delivery.models import Message
from app.discovery import document, vocabulary
from app.family import consent, spending
from app.family.models import ChildProfile, Household, SafetyRules
from app.kernel import clock
from app.kernel.ids import new_id
from app.kernel.services import Services
from app.notifications.models import Notification
from app.orders.models import Order
from app.shipping.models import Address
from tests import cast
from tests.cast import Good
from tests.flows.world import BLOCKED, KIDS, World, mohira, read_homes, read_products, read_values
from tests.make.orders import make_order, make_paid_order

ALIKE = "planetariyim"  # every planted thing is found by the word of an allowed one

# Name: what makes it forbidden. All of them stand beside allowed goods: same category, same
# seller, same words, and more popular than anything else.
FORBIDDEN: dict[str, dict[str, Any]] = {
    "grown": {"child_ok": False},
    "recalled": {"state": "recalled"},
    "draft": {"state": "draft", "published_at": None},
    "review": {"state": "review", "published_at": None},
    "rejected": {"state": "rejected", "published_at": None},
    "older": {"age_from": 17},
    "marked": {"age_from": 0, "age_mark": "16+"},
    "adult": {"age_from": 0, "age_mark": "18+", "child_ok": False},
}


async def plant(services: Services) -> World:
    """Write the world; the database is the test's own."""
    world = World()
    async with services.db.begin() as session:
        await _child(session)
        await _shelf(session)
        for name, traits in FORBIDDEN.items():
            await _product(session, name, traits)
        for name in BLOCKED:
            shelf = "taqiq-shelf" if name == "shelved" else "toplamlar"
            await _product(session, name, {}, shelf)
        await _closed_offer(session)
        await _names(session)
        await session.flush()
        await _rules(session)
        await document.refresh(session)
        await vocabulary.rebuild(session)
    await _bought(services)
    async with services.db.begin() as session:
        await _carts(session)
        await _told(session)
        await _asked(session, world)
    async with services.db.begin() as session:
        await read_products(session, world)
        await read_homes(session, world)
        await read_values(session, world)
    return world


async def _child(session: AsyncSession) -> None:
    profile = ChildProfile(
        id=mohira.id,
        household_id=mohira.household_id,
        nickname=mohira.name,
        birth_year=clock.local_day().year - mohira.age,
        avatar=mohira.avatar,
        hue=mohira.hue,
    )
    session.add(profile)
    await session.flush()
    session.add(SafetyRules(child_id=mohira.id))
    await spending.set_limit(session, mohira.id, mohira.daily_limit * cast.SOM)
    given = consent.Given(cast.dilnoza.id, None, "cast")
    await consent.record(session, mohira.household_id, mohira.id, "given", given)


async def _shelf(session: AsyncSession) -> None:
    """A category that every family of the test hides."""
    session.add(
        Category(
            id=cast.key("taqiq-shelf"),
            slug="taqiq-shelf",
            name={"uz": "Taqiqshelf", "ru": "Taqiqshelf", "en": "Taqiqshelf"},
            synonyms={"uz": [], "ru": [], "en": []},
            art="teddy-bear",
            hue=1,
            position=9,
            path=[cast.key("taqiq-shelf")],
            for_children=True,
        )
    )


async def _product(
    session: AsyncSession, name: str, traits: dict[str, Any], shelf: str = "toplamlar"
) -> None:
    secret = f"Taqiq{name}"
    words = dict.fromkeys(("uz", "ru", "en"), f"{secret} {ALIKE}")
    slug = f"taqiq-{name}"
    columns: dict[str, Any] = {
        "id": cast.key(slug),
        "seller_id": cast.quvnoq.id,
        "category_id": cast.key(shelf),
        "category_path": [cast.key(shelf)],
        "slug": slug,
        "title": words,
        "summary": words,
        "learns": words,
        "kids_name": words,
        "brand": secret,
        "skills": ["science"],
        "age_from": 0,
        "child_ok": True,
        "mxik": "09503008001000000",
        "origin": "UZ",
        "art": "teddy-bear",
        "hue": 1,
        "state": "approved",
        "popularity": 1_000_000,
        "price": 7_770_000,
        "in_stock": True,
        "published_at": clock.now(),
    }
    session.add(Product(**columns | traits))
    await session.flush()
    session.add(
        ProductImage(
            id=cast.key(f"picture {slug}"),
            product_id=cast.key(slug),
            position=0,
            art="rocket",
            hue=1,
            alt={"uz": f"{secret}rasm", "ru": f"{secret}rasm", "en": f"{secret}rasm"},
        )
    )
    variant, offer = cast.key(f"variant {slug}"), cast.key(f"offer {slug}")
    named = {"uz": f"{secret}tur", "ru": f"{secret}tur", "en": f"{secret}tur"}
    session.add(
        Variant(
            id=variant,
            product_id=cast.key(slug),
            name=named,
            options={},
            weight_grams=1,
            position=0,
        )
    )
    await session.flush()
    session.add(
        Offer(
            id=offer,
            product_id=cast.key(slug),
            variant_id=variant,
            seller_id=cast.quvnoq.id,
            sku=f"{secret}sku",
            price=7_770_000,
        )
    )
    await session.flush()
    session.add(StockLevel(offer_id=offer, seller_id=cast.quvnoq.id, on_hand=5, held=0))


async def _closed_offer(session: AsyncSession) -> None:
    """An allowed product has a second offer that is closed."""
    session.add(
        Offer(
            id=cast.key("offer closed"),
            product_id=cast.planetarium.id,
            variant_id=cast.planetarium.variant_id,
            seller_id=cast.bilim.id,
            sku="Taqiqclosedsku",
            price=1_110_000,
            is_open=False,
        )
    )


async def _names(session: AsyncSession) -> None:
    """Names, phones, mails and streets that no other word contains."""
    for kid in KIDS:
        named = update(ChildProfile).where(ChildProfile.id == kid.id)
        await session.execute(named.values(nickname=f"{kid.name}chaqz"))
    for name in (cast.KARIMOV, cast.RAHIMOV):
        named = update(Household).where(Household.id == cast.key(name))
        await session.execute(named.values(name=f"{name}uyqz"))
    for person in cast.PEOPLE:
        await session.execute(
            update(User).where(User.id == person.id).values(name=f"{person.name}ismqz")
        )
        session.add(
            Identity(
                user_id=person.id,
                kind="mail",
                value=f"{person.name.lower()}@pochtaqz.uz",
                verified_at=clock.now(),
            )
        )
    await session.execute(
        update(Address).values(street="Maxfiykochaqz 14", landmark="Maxfiybelgiqz")
    )


async def _rules(session: AsyncSession) -> None:
    hidden = update(SafetyRules).values(
        blocked_category_ids=[cast.key("taqiq-shelf")],
        blocked_product_ids=[cast.key("taqiq-blocked")],
    )
    await session.execute(hidden)


def planted(name: str) -> Good:
    """A planted product that is on sale for adults, as the builders of orders know goods."""
    return Good(f"taqiq-{name}", f"Taqiq{name}", "toplamlar", cast.quvnoq, 77_700, 0)


async def _bought(services: Services) -> None:
    """Guardians of both families bought forbidden things, one of them for a child."""
    for buyer in (cast.dilnoza, cast.nodira):
        await make_paid_order(services, buyer, (planted("grown"), 1), (cast.knife_set, 1))
        await make_order(services, buyer, (planted("adult"), 1))
    await make_paid_order(services, cast.dilnoza, (cast.puzzle, 1), child=cast.lola)
    async with services.db.begin() as session:
        streets = update(Order).values(address=Order.address.concat({"street": "Maxfiykochaqz 14"}))
        await session.execute(streets)


async def _carts(session: AsyncSession) -> None:
    for person in (cast.dilnoza, cast.nodira):
        cart = Cart(user_id=person.id)
        session.add(cart)
        await session.flush()
        for name in ("grown", "older", "marked"):
            line = CartLine(
                cart_id=cart.id,
                offer_id=cast.key(f"offer taqiq-{name}"),
                quantity=1,
                price_seen=7_770_000,
            )
            session.add(line)


async def _told(session: AsyncSession) -> None:
    """Notifications, messages and the family's log speak of forbidden things."""
    words = {"title": {"uz": "Taqiqgrown", "ru": "Taqiqgrown", "en": "Taqiqgrown"}}
    for person in (cast.dilnoza, cast.nodira):
        session.add(
            Notification(
                user_id=person.id,
                key=f"planted {person.name}",
                kind="order_paid",
                data=words,
                path="/orders",
            )
        )
        session.add(
            Message(
                channel="sms",
                kind="code",
                user_id=person.id,
                recipient=person.phone,
                locale="uz",
                body="Taqiqgrown",
            )
        )
    for kid in KIDS:
        session.add(
            AuditEntry(
                actor_zone="shop",
                household_id=kid.household_id,
                action="rules.change",
                subject_kind="child",
                subject_id=kid.id,
                details={"product": "Taqiqblocked"},
            )
        )


async def _asked(session: AsyncSession, world: World) -> None:
    """Each child asked before: for a thing that is forbidden by now, and for an allowed one."""
    for kid in KIDS:
        for slug, title in (
            ("taqiq-recalled", "Taqiqrecalled"),
            ("taqiq-older", "Taqiqolder"),
            (cast.puzzle.slug, f"{kid.name}soradiqz"),
        ):
            request_id = new_id()
            session.add(
                ApprovalRequest(
                    id=request_id,
                    household_id=kid.household_id,
                    child_id=kid.id,
                    idempotency_key=f"{kid.id}:{slug}",
                    product_id=cast.key(slug),
                    offer_id=cast.key(f"offer {slug}"),
                    seller_id=cast.quvnoq.id,
                    price=100_000,
                    title={"uz": title, "ru": title, "en": title},
                    seller_name=f"{kid.name}dokonqz",
                    art="teddy-bear",
                    hue=1,
                    reason="love",
                    is_over_limit=True,
                    expires_at=clock.now().replace(year=clock.now().year + 1),
                )
            )
            words = world.asked.setdefault(kid.id, set())
            words |= {str(request_id), title}
