"""The words for where an order is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from app.kernel.i18n import Locale, use_locale
from app.orders import telling
from app.orders.queries import OrderPage, Part
from app.orders.states import OrderState, PartState
from app.shipping.addresses import AddressData

NOON = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # 12:00 in Tashkent


@dataclass
class Step:
    kind: str
    created_at: datetime


def part(state: PartState, *kinds: str, tracking: str | None = None) -> Part:
    events = [Step(kind, NOON + timedelta(hours=hour)) for hour, kind in enumerate(kinds)]
    return Part(
        id=None, number="A-1", seller_name="Quvnoq", seller_slug="quvnoq", state=state, goods=1,
        delivery=0, promised_on=date(2026, 11, 23), tracking_number=tracking, lines=[],
        events=events,
    )  # fmt: skip


def order(state: OrderState, *parts: Part) -> OrderPage:
    return OrderPage(
        number="A", state=state, goods=1, delivery=0, total=1, created_at=NOON, expires_at=NOON,
        is_money_here=False,
        paid_at=None, contact_phone="", address=AddressData("", "", "", "", ""), is_own=True,
        version=1, parts=parts,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def english():
    with use_locale(Locale.EN):
        yield


def test_steps_show_what_was_what_is_and_what_comes():
    told = telling.part_steps(part(PartState.PACKED, "placed", "paid", "accepted", "packed"))
    assert [state for state, _, _ in told] == ["done", "done", "now", "later", "later"]
    assert told[0][1:] == ("Paid", "20 November, 13:00")
    assert told[4][1:] == ("Delivered", "By 23 November")


def test_the_carriers_number_stands_with_the_way():
    told = telling.part_steps(
        part(PartState.HANDED_OVER, "paid", "accepted", "packed", "handed_over", tracking="RR1UZ")
    )
    assert told[3] == ("now", "On its way", "20 November, 15:00, number RR1UZ")


def test_everything_is_done_when_it_arrived():
    kinds = ("paid", "accepted", "packed", "handed_over", "delivered")
    told = telling.part_steps(part(PartState.DELIVERED, *kinds))
    assert {state for state, _, _ in told} == {"done"}


@pytest.mark.parametrize("state", [PartState.AWAITING_PAYMENT, PartState.CANCELLED])
def test_an_unpaid_or_ended_part_has_no_steps(state):
    assert telling.part_steps(part(state)) == []


@pytest.mark.parametrize(
    ("states", "title"),
    [
        ((PartState.PLACED, PartState.PLACED), "Thank you! The order is paid"),
        ((PartState.PACKED, PartState.PLACED), "Everything is being packed"),
        ((PartState.HANDED_OVER, PartState.PLACED), "On its way to you"),
        ((PartState.DELIVERED, PartState.ACCEPTED), "On its way to you"),
        ((PartState.DELIVERED, PartState.DELIVERED), "Everything has arrived"),
    ],
)
def test_the_headline_follows_the_foremost_part(states, title):
    shown = order(OrderState.PAID, *(part(state) for state in states))
    assert telling.headline(shown).title == title


@pytest.mark.parametrize("state", [s for s in OrderState if s is not OrderState.PAID])
def test_every_other_state_has_a_headline(state):
    assert telling.headline(order(state)).art


def test_a_parcel_leaves_by_the_day_after_the_payment_in_tashkent():
    assert telling.hand_over_by(datetime(2026, 11, 20, 18, 59, tzinfo=UTC)) == date(2026, 11, 21)
    assert telling.hand_over_by(datetime(2026, 11, 20, 19, 0, tzinfo=UTC)) == date(2026, 11, 22)
