"""What the catalogue tells the slices above it."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class ProductsChanged(Event):
    """Words, category or state of these products changed; search follows."""

    product_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class StockRanOut(Event):
    """Nothing of these offers is left to sell."""

    offer_ids: tuple[UUID, ...]
