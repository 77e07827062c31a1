"""What happens to orders, for approvals, notifications and open screens."""

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True)
class OrderPlaced(Event):
    """An order waits for its payment; its stock is held."""

    order_id: UUID
    number: str
    buyer_id: UUID | None
    household_id: UUID | None
    child_id: UUID | None


@dataclass(frozen=True)
class OrderPaid(Event):
    """The money came; the sellers may begin."""

    order_id: UUID
    number: str
    buyer_id: UUID | None
    household_id: UUID | None
    child_id: UUID | None
    seller_order_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class OrderCancelled(Event):
    """The buyer called an unpaid order off; its stock is free again."""

    order_id: UUID


@dataclass(frozen=True)
class OrderExpired(Event):
    """Nobody paid in time; its stock is free again."""

    order_id: UUID


@dataclass(frozen=True)
class OrderRefunded(Event):
    """The payment was taken back before dispatch; the goods are on the shelf again."""

    order_id: UUID


@dataclass(frozen=True)
class SellerOrderMoved(Event):
    """One seller's part is one step further; `state` is a `PartState`."""

    seller_order_id: UUID
    order_id: UUID
    seller_id: UUID
    state: str
    buyer_id: UUID | None
    household_id: UUID | None
    child_id: UUID | None
