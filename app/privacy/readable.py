"""Values of an export as a person reads them, in the current language."""

from datetime import date, datetime, time
from typing import Any

from app.kernel.formats import format_date, format_datetime, format_money
from app.kernel.i18n import N_, Locale, gettext, pick
from app.kernel.money import Money

CODES = {
    "adult": N_("adult"),
    "child": N_("child"),
    "admin": N_("administrator"),
    "agent": N_("support"),
    "asked": N_("asked"),
    "authenticator": N_("authenticator app"),
    "awaiting_payment": N_("waits for payment"),
    "cancelled": N_("cancelled"),
    "clerk": N_("shop clerk"),
    "company": N_("company"),
    "consumed": N_("spent"),
    "core_service": N_("the child’s profile"),
    "declined": N_("declined"),
    "desk": N_("a desk"),
    "done": N_("done"),
    "expired": N_("expired"),
    "failed": N_("failed"),
    "given": N_("given"),
    "giver": N_("giver"),
    "gone": N_("device gone"),
    "guardian": N_("parent or guardian"),
    "kids": N_("a child’s"),
    "lapsed": N_("not answered"),
    "mail": N_("mail"),
    "moderator": N_("moderator"),
    "open": N_("open"),
    "order": N_("with an order"),
    "ordered": N_("ordered"),
    "page": N_("on the page of new terms"),
    "paid": N_("paid"),
    "passkey": N_("passkey"),
    "password": N_("password"),
    "phone": N_("phone"),
    "privacy": N_("privacy"),
    "push": N_("push"),
    "ready": N_("ready"),
    "refunded": N_("refunded"),
    "refused": N_("refused"),
    "released": N_("given back"),
    "reserved": N_("reserved"),
    "seller": N_("seller"),
    "sent": N_("sent"),
    "shop": N_("an adult’s"),
    "sign_up": N_("when signing up"),
    "sms": N_("SMS"),
    "terms": N_("terms"),
    "text_plus": N_("code by SMS, then a message"),
    "undone": N_("taken back"),
    "waiting": N_("waiting"),
    "withdrawn": N_("withdrawn"),
}
LANGUAGES = {locale.value: locale.label for locale in Locale}


def shown(value: Any) -> str:
    """One value in words; a code that has none stays as it is."""
    if value is None or value == "":
        return "–"
    if isinstance(value, Money):
        return format_money(value)
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, dict):
        return str(pick(value))
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(one) for one in value)
    return _word(str(value))


def _word(text: str) -> str:
    if text in CODES:
        return gettext(CODES[text])
    return LANGUAGES.get(text, text)
