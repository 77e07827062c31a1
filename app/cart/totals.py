"""A cart as it is shown: groups by seller, sums, and what changed since it was filled. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.catalog.offers import OfferView


@dataclass(frozen=True, slots=True)
class Line:
    """One offer in the cart beside what it is now; sums in tiyin."""

    id: UUID
    offer: OfferView
    quantity: int
    price_seen: int

    @property
    def total(self) -> int:
        return self.offer.price * self.quantity

    @property
    def is_sold_out(self) -> bool:
        return self.offer.available <= 0

    @property
    def is_short(self) -> bool:
        """There are some, but fewer than wanted."""
        return 0 < self.offer.available < self.quantity

    @property
    def is_dearer(self) -> bool:
        return self.offer.price > self.price_seen

    @property
    def is_cheaper(self) -> bool:
        return self.offer.price < self.price_seen


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one seller: one parcel, one delivery price."""

    seller_id: UUID
    seller_name: str
    seller_region: str
    lines: Sequence[Line]

    @property
    def goods(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def weight_grams(self) -> int:
        return sum(line.offer.weight_grams * line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Contents:
    """The whole cart; `gone` are the offers in it that are no longer on sale."""

    groups: Sequence[Group]
    gone: Sequence[UUID] = ()

    @property
    def lines(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]

    @property
    def count(self) -> int:
        """How many different things are in it; what the badge shows."""
        return len(self.lines)

    @property
    def goods(self) -> int:
        return sum(group.goods for group in self.groups)

    @property
    def is_empty(self) -> bool:
        return not self.groups

    @property
    def can_be_ordered(self) -> bool:
        return bool(self.groups) and not any(
            line.is_sold_out or line.is_short for line in self.lines
        )


def group(lines: Iterable[Line], gone: Sequence[UUID] = ()) -> Contents:
    """Lines by seller; sellers stand in the order in which their first line was added."""
    found: dict[UUID, list[Line]] = {}
    for line in lines:
        found.setdefault(line.offer.seller_id, []).append(line)
    groups = [
        Group(seller_id, own[0].offer.seller_name, own[0].offer.seller_region, tuple(own))
        for seller_id, own in found.items()
    ]
    return Contents(groups, gone)
