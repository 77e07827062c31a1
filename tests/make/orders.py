"""Baskets, orders and their payments, as tests need them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.models import StockLevel
from app.catalog.offers import offers_for_sale
from app.kernel.ids import new_id
from app.kernel.services import Services
from app.kernel.viewer import ADULT, Grant, Role, Viewer
from app.orders import paying
from app.orders.models import Order, SellerOrder
from app.orders.placing import Basket, place
from app.orders.pricing import BasketLine
from app.shipping.addresses import AddressData
from tests.cast import Good, Kid, Person, Shop

TASHKENT = AddressData(
    "Dilnoza Karimova", "+998901234501", "1726", "1726294", "9-mavze, 14-uy", "12-maktab"
)
Wanted = Sequence[tuple[Good, int]]


async def make_basket(
    session: AsyncSession, buyer: Person | None, wanted: Wanted, child: Kid | None = None
) -> Basket:
    """What was seen now, to be delivered to Tashkent."""
    seen = await offers_for_sale(session, ADULT, [good.offer_id for good, _ in wanted])
    return Basket(
        lines=[BasketLine(seen[good.offer_id], quantity) for good, quantity in wanted],
        address=TASHKENT,
        contact_phone=TASHKENT.phone,
        locale="uz",
        buyer_id=buyer.id if buyer else None,
        session_id=None,
        household_id=child.household_id if child else None,
        child_id=child.id if child else None,
    )


async def make_order(
    services: Services,
    buyer: Person | None,
    *wanted: tuple[Good, int],
    child: Kid | None = None,
    key: str = "",
) -> Order:
    """An order that waits for its payment."""
    async with services.db.begin() as session:
        basket = await make_basket(session, buyer, wanted, child)
        return await place(session, basket=basket, idempotency_key=key or str(new_id()))


async def make_paid_order(
    services: Services, buyer: Person | None, *wanted: tuple[Good, int], child: Kid | None = None
) -> Order:
    """An order whose money came."""
    order = await make_order(services, buyer, *wanted, child=child)
    async with services.db.begin() as session:
        await paying.pay(session, order.id, order.total)
    return order


async def parts_of(services: Services, order_id: UUID) -> list[SellerOrder]:
    async with services.db.begin() as session:
        found = select(SellerOrder).where(SellerOrder.order_id == order_id)
        return list(await session.scalars(found.order_by(SellerOrder.number)))


async def reload(services: Services, order_id: UUID) -> Order:
    async with services.db.begin() as session:
        return await session.get_one(Order, order_id)


async def stock_of(services: Services, good: Good) -> tuple[int, int]:
    """On hand and held."""
    async with services.db.begin() as session:
        level = await session.get_one(StockLevel, good.offer_id)
        return level.on_hand, level.held


def worker_of(shop: Shop, person: Person) -> Viewer:
    return Viewer(user_id=person.id, grants=(Grant(Role.SELLER, shop.id),))


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    """Gathers the statements that reach the database."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
        seen.append(statement)

    engine = services.db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
