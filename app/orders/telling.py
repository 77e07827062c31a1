"""The words and pictures for where an order is. Pure; every text is a msgid or already told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.kernel import clock
from app.kernel.formats import format_date, format_datetime
from app.kernel.i18n import N_, gettext
from app.orders.queries import OrderPage, Part
from app.orders.states import Happened, OrderState, PartState

DISPATCH_DAYS = 1  # a seller hands a parcel over by the day after the payment


@dataclass(frozen=True, slots=True)
class Headline:
    """Title and line are msgids; art is a picture that says the same."""

    title: str
    line: str
    art: str
    hue: int


_ENDED = {
    OrderState.CANCELLED: Headline(
        N_("The order was called off"), N_("Nothing was paid, nothing will come."), "seedling", 8
    ),
    OrderState.EXPIRED: Headline(
        N_("The time to pay is over"),
        N_("The goods are back on the shelf. You can order them again."),
        "hourglass-not-done",
        1,
    ),
    OrderState.REFUNDED: Headline(
        N_("The money is on its way back"),
        N_("The payment was returned and the order is closed."),
        "coin",
        1,
    ),
    OrderState.AWAITING_PAYMENT: Headline(
        N_("The order waits for payment"),
        N_("The goods are kept for you until it is paid."),
        "hourglass-not-done",
        1,
    ),
}
_ON_THE_SHELF = Headline(
    N_("Thank you! The order is paid"), N_("The sellers know and begin to pack."), "party-popper", 4
)
_PACKED = Headline(
    N_("Everything is being packed"), N_("It will be on its way soon."), "package", 1
)
_ON_THE_WAY = Headline(
    N_("On its way to you"), N_("Please keep your phone near."), "delivery-truck", 5
)
_DELIVERED = Headline(N_("Everything has arrived"), N_("We hope it brings joy."), "wrapped-gift", 2)
_CHECKING = Headline(
    N_("Your payment has arrived"),
    N_("We are telling the sellers. This takes a moment."),
    "coin",
    1,
)
_ORDINAL = {
    PartState.PLACED: 0,
    PartState.ACCEPTED: 0,
    PartState.PACKED: 1,
    PartState.HANDED_OVER: 2,
    PartState.DELIVERED: 3,
}


def headline(order: OrderPage) -> Headline:
    """The order in one sentence: as far as its foremost part, arrived when all have."""
    if order.state is OrderState.AWAITING_PAYMENT and order.is_money_here:
        return _CHECKING
    if order.state is not OrderState.PAID:
        return _ENDED[order.state]
    steps = [_ORDINAL.get(part.state, 0) for part in order.parts]
    if steps and min(steps) == 3:
        return _DELIVERED
    return (_ON_THE_SHELF, _PACKED, _ON_THE_WAY, _ON_THE_WAY)[max(steps, default=0)]


STATE_WORDS = {
    OrderState.AWAITING_PAYMENT: (N_("Waiting for payment"), "wait"),
    OrderState.PAID: (N_("Paid"), "good"),
    OrderState.CANCELLED: (N_("Called off"), ""),
    OrderState.EXPIRED: (N_("Not paid in time"), ""),
    OrderState.REFUNDED: (N_("Refunded"), ""),
}
"""Order state: msgid and kind of the badge."""

PART_WORDS = {
    PartState.AWAITING_PAYMENT: (N_("Waiting for payment"), "wait", "clock"),
    PartState.PLACED: (N_("Paid"), "good", "circle-check"),
    PartState.ACCEPTED: (N_("Being packed"), "nil", "package"),
    PartState.PACKED: (N_("Packed"), "nil", "package"),
    PartState.HANDED_OVER: (N_("On its way"), "nil", "truck-delivery"),
    PartState.DELIVERED: (N_("Delivered"), "good", "circle-check"),
    PartState.CANCELLED: (N_("Called off"), "", "ban"),
}
"""Part state: msgid, kind and icon of the badge."""

_STEPS = (
    (Happened.PAID, N_("Paid")),
    (PartState.ACCEPTED, N_("The seller has accepted it")),
    (PartState.PACKED, N_("Packed")),
    (PartState.HANDED_OVER, N_("On its way")),
    (PartState.DELIVERED, N_("Delivered")),
)


def steps(
    events: Sequence[Any], promised_on: date, tracking_number: str | None = None
) -> list[tuple[str, str, str]]:
    """A part's timeline as (done | now | later, title, note) for the timeline component."""
    at: dict[str, datetime] = {event.kind: event.created_at for event in events}
    last = max((place for place, (kind, _) in enumerate(_STEPS) if kind in at), default=-1)
    told = []
    for place, (kind, title) in enumerate(_STEPS):
        note = format_datetime(at[kind], style="day") if kind in at else ""
        if kind is PartState.HANDED_OVER and kind in at and tracking_number:
            note = gettext("%(time)s, number %(number)s", time=note, number=tracking_number)
        if kind is PartState.DELIVERED and kind not in at:
            note = gettext("By %(day)s", day=format_date(promised_on, style="day"))
        state = "later" if place > last else "done"
        if place == last and place < len(_STEPS) - 1:
            state = "now"
        told.append((state, gettext(title), note))
    return told


def part_steps(part: Part) -> list[tuple[str, str, str]]:
    """The timeline of a paid part; none before payment or after the end."""
    if part.state in (PartState.AWAITING_PAYMENT, PartState.CANCELLED):
        return []
    return steps(part.events, part.promised_on, part.tracking_number)


def hand_over_by(paid_at: datetime) -> date:
    """The day by which a seller should hand a paid parcel over."""
    return clock.local_day(paid_at) + timedelta(days=DISPATCH_DAYS)
