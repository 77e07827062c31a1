"""How an order and its parts may move; everything else is refused with 409."""

from collections.abc import Mapping
from enum import StrEnum


class OrderState(StrEnum):
    """The money's side; `paid` is where an order stays while its parts travel."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class PartState(StrEnum):
    """The goods' side, for the part of one seller."""

    AWAITING_PAYMENT = "awaiting_payment"
    PLACED = "placed"
    ACCEPTED = "accepted"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Happened(StrEnum):
    """Kinds of the timeline; a part's moves carry the name of the state they lead to."""

    PLACED = "placed"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    PAID_TOO_LATE = "paid_too_late"


ORDER_MOVES: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.AWAITING_PAYMENT: frozenset(
        {OrderState.PAID, OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REFUNDED}
    ),
    OrderState.PAID: frozenset({OrderState.REFUNDED}),
}

PART_MOVES: Mapping[PartState, frozenset[PartState]] = {
    PartState.AWAITING_PAYMENT: frozenset({PartState.PLACED, PartState.CANCELLED}),
    PartState.PLACED: frozenset({PartState.ACCEPTED, PartState.CANCELLED}),
    PartState.ACCEPTED: frozenset({PartState.PACKED, PartState.CANCELLED}),
    PartState.PACKED: frozenset({PartState.HANDED_OVER, PartState.CANCELLED}),
    PartState.HANDED_OVER: frozenset({PartState.DELIVERED}),
}
