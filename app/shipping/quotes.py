"""What a parcel costs and how long it takes: pure functions over the rows of the rate table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.errors import Invalid
from app.kernel.i18n import N_

ANY = "*"  # a rate from or to every region


class NoDelivery(Invalid):
    """The table holds no rate for this way."""

    code = "no_delivery"
    message = N_("We do not deliver there yet. Please choose another place.")


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of the table: a parcel from region to region of at most so many grams."""

    from_region: str
    to_region: str
    up_to_grams: int
    price: int  # tiyin
    free_from: int | None  # tiyin of goods in the parcel
    days_from: int
    days_to: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Price in tiyin and calendar days from the order to the door."""

    price: int
    days_from: int
    days_to: int

    def promised_on(self, today: date) -> date:
        """The last day of the promise."""
        return today + timedelta(days=self.days_to)

    def earliest_on(self, today: date) -> date:
        return today + timedelta(days=self.days_from)


AT_ONCE = Quote(price=0, days_from=0, days_to=0)


def quote(
    rates: Sequence[Rate], from_region: str, to_region: str, weight_grams: int, goods: int
) -> Quote:
    """The price of one seller's parcel.

    The most exact way wins (its own pair, then from the region, then to it, then any). What is
    heavier than the heaviest step travels as several parcels of that step. What weighs nothing
    (a gift card) costs nothing. Of several carriers the cheapest carries it. `goods` in tiyin
    opens free delivery. Raises NoDelivery.
    """
    if weight_grams <= 0:
        return AT_ONCE
    steps = _way(rates, from_region, to_region)
    fitting = next((r for r in steps if r.up_to_grams >= weight_grams), steps[-1])
    parcels = -(-weight_grams // fitting.up_to_grams)
    is_free = fitting.free_from is not None and goods >= fitting.free_from
    price = 0 if is_free else fitting.price * parcels
    return Quote(price, fitting.days_from, fitting.days_to)


def _way(rates: Sequence[Rate], from_region: str, to_region: str) -> list[Rate]:
    ways = ((from_region, to_region), (from_region, ANY), (ANY, to_region), (ANY, ANY))
    for way in ways:
        found = [r for r in rates if (r.from_region, r.to_region) == way]
        if found:
            return sorted(found, key=lambda r: (r.up_to_grams, r.price))
    raise NoDelivery
