"""The table of what people are told: the words, the channels, what may show on a lock screen.

Words are msgids; they are filled in the reader's language when they are read, so one row serves
a person who changes the language tomorrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.accounts.notices import CHANGES
from app.kernel.formats import format_date, format_money
from app.kernel.i18n import N_, gettext, pick
from app.kernel.money import Money

MONEY = frozenset({"price", "left", "total"})  # values in tiyin
TEXTS = frozenset({"title"})  # values in several languages
DAYS = frozenset({"day"})  # values as ISO days
CHANGE = "change"  # a value that stands for a sentence


@dataclass(frozen=True, slots=True)
class Notice:
    """`sms` is what goes to a person without any push; `hidden` stands in on a lock screen.

    Quiet hours hold back neither what is urgent nor a warning.
    """

    title: str
    body: str
    icon: str
    pushes: bool = True
    is_urgent: bool = False
    is_warning: bool = False
    hidden: tuple[str, str] = ("", "")
    sms: str = ""
    hidden_sms: str = ""
    actions: tuple[tuple[str, str], ...] = ()

    @property
    def wakes(self) -> bool:
        """Whether it is sent in quiet hours, too."""
        return self.is_urgent or self.is_warning


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    body: str


CATALOGUE: Mapping[str, Notice] = {
    "approval_asked": Notice(
        N_("%(nickname)s asks: %(title)s"),
        N_("%(price)s at %(seller)s. Left of today’s limit: %(left)s."),
        "heart",
        is_urgent=True,
        hidden=(N_("A child asks for your answer"), N_("Open Bozorcha to see the wish.")),
        sms=N_("Bozorcha: %(nickname)s asks: %(title)s, %(price)s. Open the shop to answer."),
        hidden_sms=N_("Bozorcha: a child asks for your answer. Open the shop to see the wish."),
        actions=(("approve", N_("Approve")), ("decline", N_("Not now"))),
    ),
    "approval_approved": Notice(
        N_("%(decider)s said yes to %(nickname)s"), N_("%(title)s, %(price)s."), "circle-check"
    ),
    "approval_declined": Notice(
        N_("%(decider)s said “not now” to %(nickname)s"), N_("%(title)s, %(price)s."), "circle-x"
    ),
    "approval_lapsed": Notice(
        N_("Nobody answered %(nickname)s in time"),
        N_("%(title)s, %(price)s. The wish can be sent again."),
        "hourglass",
        pushes=False,
    ),
    "order_paid": Notice(
        N_("Order %(number)s is paid"),
        N_("The sellers know and begin to pack."),
        "receipt",
        pushes=False,
    ),
    "seller_order_new": Notice(
        N_("New order %(number)s"), N_("Goods for %(total)s. Please accept it."), "package"
    ),
    "part_accepted": Notice(
        N_("%(seller)s is packing your order"), N_("Order %(number)s."), "package", pushes=False
    ),
    "part_packed": Notice(
        N_("%(seller)s has packed your order"), N_("Order %(number)s."), "package", pushes=False
    ),
    "part_handed_over": Notice(
        N_("Your parcel is on its way"), N_("Order %(number)s, from %(seller)s."), "truck-delivery"
    ),
    "part_delivered": Notice(
        N_("Your parcel has arrived"), N_("Order %(number)s, from %(seller)s."), "circle-check"
    ),
    "new_device": Notice(
        N_("A new device signed in"),
        N_("%(device)s. If it was not you, sign it out on your page."),
        "shield-lock",
        is_warning=True,
        sms=N_("Bozorcha: a new device signed in. If it was not you, sign it out on your page."),
    ),
    "passkey_added": Notice(
        N_("A passkey was added"),
        N_("%(device)s. If it was not you, remove it on your page."),
        "shield-lock",
        is_warning=True,
        sms=N_("Bozorcha: a passkey was added. If it was not you, remove it on your page."),
    ),
    "passkey_removed": Notice(
        N_("A passkey was removed"),
        N_("%(device)s. If it was not you, sign out the other devices."),
        "shield-lock",
        is_warning=True,
        sms=N_("Bozorcha: a passkey was removed. If it was not you, look at your page."),
    ),
    "child_phone": Notice(
        N_("A child’s own phone was linked"),
        N_("%(device)s. If it was not you, end it on the child’s page."),
        "device-mobile-plus",
        is_warning=True,
        sms=N_("Bozorcha: a child’s own phone was linked. If it was not you, end it."),
    ),
    "api_client_made": Notice(
        N_("A program may act in your name: %(program)s"),
        N_("If it was not you, end it on your page and change your ways in."),
        "shield-lock",
        is_warning=True,
    ),
    "api_token_reused": Notice(
        N_("We ended the connection of %(program)s"),
        N_("An old token of it was used again: somebody may have copied it. Connect it anew."),
        "shield-lock",
        is_warning=True,
        sms=N_("Bozorcha: we ended the connection of %(program)s: somebody may have copied it."),
    ),
    "incident_opened": Notice(
        N_("Incident %(number)s is open"),
        N_("Personal data may be in wrong hands. The authority has to know within 72 hours."),
        "alert-triangle",
        is_warning=True,
    ),
    "incident_overdue": Notice(
        N_("Incident %(number)s is overdue"),
        N_("The 72 hours are over. Report to the authority now and say why it is late."),
        "alert-triangle",
        is_urgent=True,
        sms=N_("Bozorcha: the 72 hours of incident %(number)s are over. Report to the authority."),
    ),
    "ways_changed": Notice(
        N_("Your ways in have changed"),
        N_("%(change)s. If it was not you, sign out all other devices."),
        "shield-lock",
        is_warning=True,
    ),
    "export_ready": Notice(
        N_("Your data are ready"),
        N_("The file waits for you for 7 days, then we delete it."),
        "check",
    ),
    "export_failed": Notice(
        N_("Your data could not be gathered"), N_("Please ask for them again."), "alert-triangle"
    ),
    "account_deletion": Notice(
        N_("Your account will be deleted on %(day)s"),
        N_("Until then one tap on your page takes it back."),
        "alert-triangle",
        is_urgent=True,
        sms=N_("Bozorcha: your account will be deleted on %(day)s. If it was not you, undo it."),
    ),
    "child_deletion": Notice(
        N_("The profile of %(nickname)s will be deleted on %(day)s"),
        N_("The consent was withdrawn. Until then you can give it again."),
        "alert-triangle",
    ),
    "role_given": Notice(
        N_("You have a new role: %(role)s"),
        N_("Its pages stand under “Desk”. If you did not expect it, tell your administrator."),
        "shield-lock",
    ),
    "role_taken": Notice(
        N_("A role was taken away: %(role)s"),
        N_("Its pages are no longer open to you."),
        "shield-lock",
    ),
    "account_reopened": Notice(
        N_("Your account is open again"),
        N_("We wrote: %(words)s"),
        "circle-check",
        pushes=False,
    ),
    "support_view": Notice(
        N_("Our support looks at the shop as you see it"),
        N_("Case %(ticket)s, for 15 minutes, only to read. Family and payments stay hidden."),
        "eye",
    ),
    "trial": Notice(
        N_("Notifications work"),
        N_("This is how wishes will reach you."),
        "bell",
        is_warning=True,
    ),
}


def words(kind: str, data: Mapping[str, Any]) -> Words:
    """The notice in the current language."""
    notice, values = CATALOGUE[kind], _values(data)
    return Words(gettext(notice.title, **values), gettext(notice.body, **values))


def lock_screen_words(kind: str, data: Mapping[str, Any]) -> Words:
    """The same as far as a locked phone may show it."""
    title, body = CATALOGUE[kind].hidden
    if data.get("hides_details") and title:
        return Words(gettext(title), gettext(body))
    return words(kind, data)


def sms_words(kind: str, data: Mapping[str, Any]) -> str:
    """The text message in the current language; empty when this is not worth one."""
    notice = CATALOGUE[kind]
    if data.get("hides_details") and notice.hidden_sms:
        return gettext(notice.hidden_sms)
    return gettext(notice.sms, **_values(data)) if notice.sms else ""


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in data.items():
        if name in MONEY:
            shown[name] = format_money(Money.uzs(value))
        elif name in DAYS:
            shown[name] = format_date(date.fromisoformat(value))
        elif name == CHANGE:
            shown[name] = gettext(CHANGES[value])
        else:
            shown[name] = pick(value) if name in TEXTS else value
    return shown
