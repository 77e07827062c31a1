"""The test's world as the walks use it: ids to fill addresses with, and the words of secrets."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Session
from app.approvals.models import ApprovalRequest
from app.cart.models import Cart, CartLine
from app.catalog.models import Category, Offer, Product, ProductImage, Variant
from app.delivery.models import Message
from app.family.models import ChildProfile
from app.kernel.ids import new_id
from app.notifications.models import Notification
from app.orders.models import Order, SellerOrder
from app.sellers.models import Seller
from app.shipping.models import Address
from tests import cast
from tests.cast import Kid, Person

mohira = Kid("Mohira", 3, "rabbit-face", 3, 10_000, cast.KARIMOV)
KIDS = (*cast.KIDS, mohira)
# Rows of adults' own pages, which no child's device can reach whoever's they are.
NOT_OF_CHILDREN = ("appeal_id", "client_id", "export_id", "role_id", "user_id", "way_id")
BLOCKED = ("blocked", "shelved")  # by the family: the product itself, its whole category


@dataclass
class World:
    """Values to fill addresses with, and for each child the words that must not be met."""

    values: dict[str, list[str]] = field(default_factory=dict)
    products: list[Any] = field(default_factory=list)
    homes: dict[UUID, set[str]] = field(default_factory=dict)
    guardians: set[str] = field(default_factory=set)
    asked: dict[UUID, set[str]] = field(default_factory=dict)

    def secrets(self, kid: Kid) -> set[str]:
        """Everything that no answer to this child's device may hold."""
        found = set(self.guardians)
        for home, words in self.homes.items():
            if home != kid.household_id:
                found |= words
        for child_id, words in self.asked.items():
            if child_id != kid.id:
                found |= words
        for row in self.products:
            if not is_allowed(row, kid):
                found |= row["words"]
        return found


def is_allowed(row: dict[str, Any], kid: Kid) -> bool:
    """The promise in plain words, written again without the product's own rule."""
    if row["state"] != "approved" or not row["child_ok"] or row["age_from"] > kid.age:
        return False
    if row["age_mark"] is not None and int(row["age_mark"].rstrip("+")) > kid.age:
        return False
    return row["kind"] not in BLOCKED


async def read_products(session: AsyncSession, world: World) -> None:
    rows = await session.scalars(select(Product))
    for row in rows.all():
        kind = row.slug.removeprefix("taqiq-")
        words = {str(row.id), f"/p/{row.slug}"}
        if row.slug.startswith("taqiq-"):
            words |= {row.slug, f"Taqiq{kind}"}
        if row.slug in (cast.knife_set.slug, cast.novel.slug):
            words.add(row.title["uz"])
        for model in (Variant, Offer, ProductImage):
            found = await session.scalars(select(model.id).where(model.product_id == row.id))
            words |= {str(one) for one in found}
        world.products.append(
            {
                "kind": kind if kind in BLOCKED else "",
                "state": row.state,
                "child_ok": row.child_ok,
                "age_from": row.age_from,
                "age_mark": row.age_mark,
                "words": words,
            }
        )
    closed = {str(cast.key("offer closed")), "Taqiqclosedsku"}
    nobody = {"kind": "", "state": "closed", "child_ok": False, "age_from": 0, "age_mark": None}
    world.products.append({**nobody, "words": closed})


async def read_homes(session: AsyncSession, world: World) -> None:
    """Words of each family, and what is told of no guardian on any child's device."""
    families: dict[str, tuple[Person, ...]] = {
        cast.KARIMOV: (cast.dilnoza, cast.jasur),
        cast.RAHIMOV: (cast.nodira,),
    }
    for name, guardians in families.items():
        words = {str(cast.key(name)), f"{name}uyqz"}
        words |= {f"{kid.name}chaqz" for kid in KIDS if kid.household == name}
        words |= {str(kid.id) for kid in KIDS if kid.household == name}
        words |= {f"{person.name}ismqz" for person in guardians}
        world.homes[cast.key(name)] = words
    for person in cast.PEOPLE:
        world.guardians |= {person.phone, person.phone[4:], f"{person.name.lower()}@pochtaqz.uz"}
        world.guardians.add(str(person.id))
    world.guardians |= {"pochtaqz", "Maxfiykochaqz", "Maxfiybelgiqz", "Taqiqshelf"}
    world.guardians |= {str(n) for n in await session.scalars(select(Order.number))}
    for model in (Order, SellerOrder, Cart, CartLine, Notification, Message, Address):
        world.guardians |= {str(i) for i in await session.scalars(select(model.id))}


async def read_values(session: AsyncSession, world: World) -> None:
    """Ids and names of allowed and forbidden rows, of one's own and of others."""

    async def ids(model: Any) -> list[str]:
        return [str(one) for one in await session.scalars(select(model.id))]

    orders = list(await session.scalars(select(Order.number)))
    parts = list(await session.scalars(select(SellerOrder.number)))
    slugs = [
        *await session.scalars(select(Product.slug)),
        *await session.scalars(select(Category.slug)),
        *await session.scalars(select(Seller.slug)),
    ]
    world.values |= {
        "slug": [*slugs, "yoq"],
        "offer_id": await ids(Offer),
        "request_id": await ids(ApprovalRequest),
        "child_id": await ids(ChildProfile),
        **{name: [str(new_id())] for name in NOT_OF_CHILDREN},
        "incident_number": ["I-1"],
        "line_id": (await ids(CartLine))[:3],
        "device_id": (await ids(Session))[:3] or [str(new_id())],
        "passkey_id": [str(new_id())],
        "notification_id": await ids(Notification),
        "number": [*orders, *parts],
        "reference": orders,
        "packed": ["bT01ZTczMGU4ZTBiODUyYTQxN2FhNDljZWI=", "yoq"],
        "path": ["/yoq/narsa", "/admin", "/static/yoq.css"],
    }
    found = await session.execute(text("select count(*) from product where search = ''"))
    assert found.scalar_one() == 0, "search must know every planted thing"
