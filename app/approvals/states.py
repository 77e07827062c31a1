"""How a request may move."""

from enum import StrEnum


class State(StrEnum):
    ASKED = "asked"
    DECLINED = "declined"
    LAPSED = "lapsed"
    ORDERED = "ordered"  # approved: the order is placed and waits for the money, or is paid
    CANCELLED = "cancelled"  # the order was not paid in time, cancelled or refunded


MOVES = {
    State.ASKED: frozenset({State.DECLINED, State.LAPSED, State.ORDERED}),
    State.ORDERED: frozenset({State.CANCELLED}),
}
