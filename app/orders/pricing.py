"""What a basket costs: parcels by seller, each with its delivery. Pure but for the rate lookup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.offers import OfferView
from app.shipping import rates
from app.shipping.quotes import Quote, Rate, quote


class BasketLine(NamedTuple):
    """An offer, as it was read, and how many of it."""

    offer: OfferView
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """The part of one seller; sums in tiyin."""

    seller_id: UUID
    seller_name: str
    lines: Sequence[BasketLine]
    quote: Quote

    @property
    def goods(self) -> int:
        return sum(offer.price * quantity for offer, quantity in self.lines)

    @property
    def pieces(self) -> int:
        return sum(quantity for _, quantity in self.lines)


@dataclass(frozen=True, slots=True)
class Sum:
    """A whole basket, priced."""

    parcels: Sequence[Parcel]

    @property
    def goods(self) -> int:
        return sum(parcel.goods for parcel in self.parcels)

    @property
    def delivery(self) -> int:
        return sum(parcel.quote.price for parcel in self.parcels)

    @property
    def total(self) -> int:
        return self.goods + self.delivery


async def price(session: AsyncSession, lines: Sequence[BasketLine], to_region: str) -> Sum:
    """The basket delivered to a region; one statement. Raises NoDelivery."""
    origins = {offer.seller_region for offer, _ in lines}
    table = await rates.rates_for(session, origins, to_region)
    return Sum(parcels_of(lines, table, to_region))


def parcels_of(lines: Sequence[BasketLine], table: Sequence[Rate], to_region: str) -> list[Parcel]:
    """One parcel a seller, in the order in which sellers appear."""
    parcels = []
    for own in _by_seller(lines):
        seller = own[0].offer
        goods = sum(offer.price * quantity for offer, quantity in own)
        grams = sum(offer.weight_grams * quantity for offer, quantity in own)
        way = quote(table, seller.seller_region, to_region, grams, goods)
        parcels.append(Parcel(seller.seller_id, seller.seller_name, own, way))
    return parcels


def _by_seller(lines: Iterable[BasketLine]) -> list[list[BasketLine]]:
    found: dict[UUID, list[BasketLine]] = {}
    for line in lines:
        found.setdefault(line.offer.seller_id, []).append(line)
    return list(found.values())
