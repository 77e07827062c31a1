"""Fresh payable orders of an exact sum, for trying out payments; made through the real rules."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Identity
from app.catalog.models import Offer, Product, StockLevel, StockMove, Variant
from app.catalog.offers import OfferView, offer_for_sale
from app.kernel.ids import new_id
from app.kernel.money import Money
from app.kernel.services import Services
from app.kernel.viewer import ADULT
from app.local.cast import DemoAccount, everybody
from app.local.trouble import Trouble
from app.orders.placing import Basket, place
from app.orders.pricing import BasketLine
from app.sellers.models import Seller
from app.shipping.addresses import AddressData

SLUG = "gift-card-for-tests"
TITLE = {"uz": "Sovgʻa kartasi", "ru": "Подарочная карта", "en": "Gift card"}
LIFETIME = timedelta(days=7)  # time to try things out before the order expires
BATCH = 50  # orders a transaction: PostgreSQL slows down when one row changes too often in one
STREET = "9-mavze, 14-uy"
REGION, DISTRICT = "1726", "1726294"  # Tashkent, Chilonzor


async def make(services: Services, count: int, amount_som: int) -> list[str]:
    """Place `count` orders of exactly `amount_som` soʻm each and return their numbers.

    What is bought is a gift card: it weighs nothing, so its delivery costs nothing and its price
    is the whole sum. It is on sale inside the transaction only, so the shop never shows it.
    Raises Trouble in an empty shop.
    """
    buyer = next(account for account in everybody() if account.role == "buyer")
    price = Money.som(amount_som).amount
    numbers: list[str] = []
    while len(numbers) < count:
        batch = min(count - len(numbers), BATCH)
        async with services.db.begin() as session:
            basket = await _basket(session, price, batch, buyer)
            numbers += [await _place(session, basket) for _ in range(batch)]
            await _take_off(session, basket.lines[0].offer)
    return numbers


async def _place(session: AsyncSession, basket: Basket) -> str:
    key = f"demo:{new_id()}"
    order = await place(session, basket=basket, idempotency_key=key, lifetime=LIFETIME)
    return order.number


async def _basket(session: AsyncSession, price: int, count: int, buyer: DemoAccount) -> Basket:
    """One card for a buyer of the demo, who can also sign in and pay by hand."""
    card = await _put_on_sale(session, price, count)
    return Basket(
        lines=[BasketLine(card, 1)],
        address=AddressData(buyer.name, buyer.phone, REGION, DISTRICT, STREET),
        contact_phone=buyer.phone,
        locale=buyer.locale,
        buyer_id=await session.scalar(
            select(Identity.user_id).where(Identity.kind == "phone", Identity.value == buyer.phone)
        ),
        session_id=None,
    )


async def _put_on_sale(session: AsyncSession, price: int, count: int) -> OfferView:
    """The card at this price, with enough in stock; locks its offer against a second maker."""
    offer = await session.scalar(select(Offer).where(Offer.sku == SLUG).with_for_update())
    if offer is None:
        offer = await _make_card(session, price)
    product = await session.get_one(Product, offer.product_id)
    level = await session.get_one(StockLevel, offer.id, with_for_update=True)
    offer.price, offer.is_open, product.state = price, True, "approved"
    level.on_hand += count
    session.add(
        StockMove(offer_id=offer.id, seller_id=offer.seller_id, quantity=count, reason="received")
    )
    await session.flush()
    return await offer_for_sale(session, ADULT, offer.id)


async def _take_off(session: AsyncSession, card: OfferView) -> None:
    offer = await session.get_one(Offer, card.offer_id)
    product = await session.get_one(Product, card.product_id)
    offer.is_open, product.state = False, "draft"


async def _make_card(session: AsyncSession, price: int) -> Offer:
    """The card is sold by a shop of the demo and stands on one of its shelves."""
    other = await session.scalar(
        select(Product)
        .join(Seller, Seller.id == Product.seller_id)
        .where(Product.state == "approved", Seller.state == "approved")
        .order_by(Product.id)
        .limit(1)
    )
    if other is None:
        raise Trouble("the shop is empty: ./bozorcha seed")
    product = Product(
        id=new_id(),
        seller_id=other.seller_id,
        category_id=other.category_id,
        category_path=other.category_path,
        slug=SLUG,
        title=TITLE,
        summary=TITLE,
        age_from=18,
        mxik=other.mxik,
        origin="UZ",
        art="wrapped-gift",
        hue=1,
        state="draft",
    )
    session.add(product)
    await session.flush()
    return await _make_offer(session, product, price)


async def _make_offer(session: AsyncSession, product: Product, price: int) -> Offer:
    variant = Variant(id=new_id(), product_id=product.id, weight_grams=0, position=0)
    session.add(variant)
    await session.flush()
    offer = Offer(
        id=new_id(),
        product_id=product.id,
        variant_id=variant.id,
        seller_id=product.seller_id,
        sku=SLUG,
        price=price,
        is_open=False,
    )
    session.add(offer)
    await session.flush()
    session.add(StockLevel(offer_id=offer.id, seller_id=offer.seller_id, on_hand=0))
    await session.flush()
    return offer
