"""What can be bought right now: a seller's price and stock for a variant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.models import Offer, Product, StockLevel, Variant
from app.catalog.visible import may_see
from app.kernel.errors import NotFound
from app.kernel.viewer import Audience
from app.sellers.models import Seller

AVAILABLE = func.coalesce(StockLevel.on_hand - StockLevel.held, 0)


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer with everything that a cart, an order or a question shows of it."""

    offer_id: UUID
    product_id: UUID
    seller_id: UUID
    seller_name: str
    seller_region: str  # SOATO code the goods leave from
    title: dict[str, str]
    variant_name: dict[str, str] | None
    sku: str
    mxik: str
    art: str
    hue: int
    weight_grams: int
    price: int  # tiyin
    currency: str
    available: int
    age_from: int
    slug: str
    seller_slug: str


async def offer_for_sale(session: AsyncSession, audience: Audience, offer_id: UUID) -> OfferView:
    """The open offer inside the audience; raises NotFound for any other."""
    found = await offers_for_sale(session, audience, [offer_id])
    if offer_id not in found:
        raise NotFound
    return found[offer_id]


async def offers_for_sale(
    session: AsyncSession, audience: Audience, ids: Sequence[UUID]
) -> dict[UUID, OfferView]:
    """The open ones of these offers, by id, in one statement; closed and hidden are missing."""
    if not ids:
        return {}
    rows = await session.execute(_for_sale(audience).where(Offer.id.in_(ids)))
    return {row["offer_id"]: OfferView(**row) for row in rows.mappings()}


def _for_sale(audience: Audience) -> Select[Any]:
    return (
        select(
            Offer.id.label("offer_id"),
            Offer.product_id,
            Offer.seller_id,
            Seller.name.label("seller_name"),
            Seller.region.label("seller_region"),
            Product.title,
            Variant.name.label("variant_name"),
            Offer.sku,
            Product.mxik,
            Product.art,
            Product.hue,
            Variant.weight_grams,
            Offer.price,
            Offer.currency,
            AVAILABLE.label("available"),
            Product.age_from,
            Product.slug,
            Seller.slug.label("seller_slug"),
        )
        .join(Product, Product.id == Offer.product_id)
        .join(Variant, Variant.id == Offer.variant_id)
        .join(Seller, Seller.id == Offer.seller_id)
        .outerjoin(StockLevel, StockLevel.offer_id == Offer.id)
        .where(Offer.is_open, Seller.state == "approved", may_see(audience))
    )


_SELLER = (
    Seller.name.label("seller_name"),
    Seller.slug.label("seller_slug"),
    Seller.tin.label("seller_tin"),
    Seller.legal_address.label("seller_address"),
    Seller.verified_at.label("seller_verified_at"),
)


async def variants_for_sale(
    session: AsyncSession, audience: Audience, product_id: UUID
) -> Sequence[Row[Any]]:
    """The variants in their order, each with its best offer: one in stock, then the cheapest.

    Adults also see whose it is; for a child a shop has no name.
    """
    best = (
        select(
            Variant.id,
            Variant.name,
            Variant.position,
            Variant.weight_grams,
            Variant.gtin,
            Offer.id.label("offer_id"),
            Offer.sku,
            Offer.price,
            Offer.old_price,
            Offer.currency,
            AVAILABLE.label("available"),
        )
        .distinct(Variant.position, Variant.id)
        .join(Offer, Offer.variant_id == Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .join(Seller, Seller.id == Offer.seller_id)
        .outerjoin(StockLevel, StockLevel.offer_id == Offer.id)
        .where(
            Variant.product_id == product_id,
            Offer.is_open,
            Seller.state == "approved",
            may_see(audience),
        )
        .order_by(Variant.position, Variant.id, (AVAILABLE <= 0).asc(), Offer.price)
    )
    if not audience.is_child:
        best = best.add_columns(*_SELLER)
    return (await session.execute(best)).all()


def choose(variants: Sequence[Row[Any]], wanted: str) -> Row[Any] | None:
    """The variant whose id is `wanted`, else the first that can be bought, else the first. Pure."""
    named = next((row for row in variants if str(row.id) == wanted), None)
    free = next((row for row in variants if row.available > 0), None)
    return named or free or next(iter(variants), None)
