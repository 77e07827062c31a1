"""The tables of moves."""

import pytest

from app.kernel.states import ForbiddenMove, check_move
from app.orders.states import ORDER_MOVES, PART_MOVES, OrderState, PartState


@pytest.mark.parametrize("state", [OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REFUNDED])
def test_an_ended_order_never_moves_again(state):
    for wanted in OrderState:
        with pytest.raises(ForbiddenMove):
            check_move(ORDER_MOVES, state, wanted)


def test_a_paid_order_can_only_be_refunded():
    assert ORDER_MOVES[OrderState.PAID] == {OrderState.REFUNDED}


def test_a_part_goes_forward_one_step_at_a_time():
    way = [
        PartState.AWAITING_PAYMENT,
        PartState.PLACED,
        PartState.ACCEPTED,
        PartState.PACKED,
        PartState.HANDED_OVER,
        PartState.DELIVERED,
    ]
    for place, state in enumerate(way):
        for other, wanted in enumerate(way):
            allowed = wanted in PART_MOVES.get(state, ())
            assert allowed == (other == place + 1)


@pytest.mark.parametrize("state", [PartState.HANDED_OVER, PartState.DELIVERED, PartState.CANCELLED])
def test_what_left_the_seller_is_not_cancelled(state):
    assert PartState.CANCELLED not in PART_MOVES.get(state, ())
