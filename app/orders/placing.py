"""Placing an order: prices checked, stock held, the payment opened, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog import stock
from app.catalog.offers import OfferView, offers_for_sale
from app.catalog.stock import HoldLine, OfferSoldOut
from app.family.safety import audience_of
from app.kernel import clock
from app.kernel.errors import Conflict
from app.kernel.events import publish
from app.kernel.i18n import N_, Locale, gettext, pick, use_locale
from app.kernel.ids import new_id, new_number
from app.kernel.viewer import ADULT
from app.orders import pricing
from app.orders.events import OrderPlaced
from app.orders.models import Order, OrderEvent, OrderLine, SellerOrder
from app.orders.pricing import BasketLine, Sum
from app.orders.states import Happened, OrderState, PartState
from app.payments import intents
from app.payments.receipt import ReceiptLine
from app.shipping.addresses import AddressData

LIFETIME = timedelta(minutes=30)  # how long stock waits for the money


class PriceChanged(Conflict):
    """`details["offer_ids"]` names the offers whose price is not the one that was seen."""

    code = "price_changed"
    message = N_("A price has changed. Please look at the new sum.")


@dataclass(frozen=True, slots=True)
class Basket:
    """What is wanted, at the prices that the buyer saw, and for whom.

    With `child_id` the goods must be fit for that child. `return_path` is where the payer comes
    back to, without locale; the order's own page when empty.
    """

    lines: Sequence[BasketLine]
    address: AddressData
    contact_phone: str
    locale: str
    buyer_id: UUID | None
    session_id: UUID | None
    household_id: UUID | None = None
    child_id: UUID | None = None
    return_path: str = ""


async def placed_before(session: AsyncSession, idempotency_key: str) -> Order | None:
    """The order that this key has made already."""
    return await session.scalar(_by_key(idempotency_key))


async def place(
    session: AsyncSession,
    *,
    basket: Basket,
    idempotency_key: str,
    lifetime: timedelta = LIFETIME,
) -> Order:
    """Make the order, or return the one that the same key made, at once or before.

    Delivery is priced for each seller. Locks the stock rows; publishes OrderPlaced. Raises
    OfferSoldOut, PriceChanged (both also for an offer that left the sale), NoDelivery.
    """
    known = await placed_before(session, idempotency_key)
    if known is not None:
        return known
    basket = await _checked(session, basket)
    priced = await pricing.price(session, basket.lines, basket.address.region)
    order = await _claim(session, basket, priced, idempotency_key, clock.now() + lifetime)
    if order is None:  # a second tap waited here for the first one
        return (await session.scalars(_by_key(idempotency_key))).one()
    wanted = [HoldLine(offer.offer_id, quantity) for offer, quantity in basket.lines]
    await stock.hold(session, order.id, wanted)
    await _write_parts(session, order, priced)
    await _open_payment(session, basket, order, priced)
    await publish(
        session,
        OrderPlaced(order.id, order.number, order.buyer_id, order.household_id, order.child_id),
    )
    return order


async def _checked(session: AsyncSession, basket: Basket) -> Basket:
    """The basket with its offers as they are now. Raises OfferSoldOut, PriceChanged."""
    audience = await audience_of(session, basket.child_id) if basket.child_id else ADULT
    ids = [offer.offer_id for offer, _ in basket.lines]
    now = await offers_for_sale(session, audience, ids)
    gone = [i for i in ids if i not in now]
    if gone or not ids:
        raise OfferSoldOut(offer_ids=tuple(gone))
    other = [o.offer_id for o, _ in basket.lines if o.price != now[o.offer_id].price]
    if other:
        raise PriceChanged(offer_ids=tuple(other))
    return replace(
        basket, lines=[BasketLine(now[o.offer_id], quantity) for o, quantity in basket.lines]
    )


async def _claim(
    session: AsyncSession, basket: Basket, priced: Sum, key: str, expires_at: datetime
) -> Order | None:
    """The order's row; None when another request holds the same key."""
    row = {
        "id": new_id(),
        "created_at": clock.now(),
        "number": new_number(),
        "idempotency_key": key,
        "buyer_id": basket.buyer_id,
        "session_id": basket.session_id,
        "household_id": basket.household_id,
        "child_id": basket.child_id,
        "state": OrderState.AWAITING_PAYMENT,
        "goods": priced.goods,
        "delivery": priced.delivery,
        "total": priced.total,
        "currency": basket.lines[0].offer.currency,
        "locale": basket.locale,
        "contact_phone": basket.contact_phone,
        "address": basket.address.as_dict(),
        "expires_at": expires_at,
        "version": 1,
    }
    statement = insert(Order).values(row).on_conflict_do_nothing(index_elements=["idempotency_key"])
    return await session.scalar(statement.returning(Order))


async def _write_parts(session: AsyncSession, order: Order, priced: Sum) -> None:
    today = clock.local_day()
    lines: list[OrderLine] = []
    for place, parcel in enumerate(priced.parcels, start=1):
        part = SellerOrder(
            id=new_id(),
            order_id=order.id,
            seller_id=parcel.seller_id,
            number=f"{order.number}-{place}",
            state=PartState.AWAITING_PAYMENT,
            goods=parcel.goods,
            delivery=parcel.quote.price,
            promised_on=parcel.quote.promised_on(today),
        )
        session.add(part)
        lines += [_line(part, offer, quantity) for offer, quantity in parcel.lines]
    await session.flush()  # the parts first: nothing tells the mapper that lines hang on them
    session.add_all(lines)
    session.add(OrderEvent(order_id=order.id, kind=Happened.PLACED, actor_id=order.buyer_id))
    await session.flush()


def _line(part: SellerOrder, offer: OfferView, quantity: int) -> OrderLine:
    return OrderLine(
        order_id=part.order_id,
        seller_order_id=part.id,
        seller_id=part.seller_id,
        offer_id=offer.offer_id,
        product_id=offer.product_id,
        title=offer.title,
        variant_name=offer.variant_name,
        sku=offer.sku,
        mxik=offer.mxik,
        art=offer.art,
        hue=offer.hue,
        weight_grams=offer.weight_grams,
        price=offer.price,
        quantity=quantity,
        total=offer.price * quantity,
    )


async def _open_payment(session: AsyncSession, basket: Basket, order: Order, priced: Sum) -> None:
    await intents.open(
        session,
        reference=order.number,
        subject_id=order.id,
        payer_id=order.buyer_id,
        payer_session_id=order.session_id,
        amount=order.total,
        currency=order.currency,
        receipt=_receipt(basket, priced),
        return_path=basket.return_path or f"/orders/{order.number}",
        expires_at=order.expires_at,
    )


def _receipt(basket: Basket, priced: Sum) -> list[ReceiptLine]:
    locale = Locale(basket.locale)
    lines = [
        ReceiptLine(pick(offer.title, locale), offer.price, quantity, offer.mxik)
        for offer, quantity in basket.lines
    ]
    if priced.delivery:
        with use_locale(locale):
            lines.append(ReceiptLine(gettext("Delivery"), priced.delivery, is_delivery=True))
    return lines


def _by_key(idempotency_key: str) -> Select[Order]:
    return select(Order).where(Order.idempotency_key == idempotency_key)
