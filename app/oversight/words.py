"""What the log calls things: actions, rows, values, places. Unknown ones are shown as they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.kernel.formats import format_datetime, format_money
from app.kernel.i18n import N_, gettext
from app.kernel.money import Money

ACTIONS: Mapping[str, str] = {
    "access.deny": N_("Access refused"),
    "sign_in.done": N_("Signed in"),
    "sign_in.refuse": N_("Sign-in refused"),
    "sign_out.done": N_("Signed out"),
    "device.end": N_("Device signed out"),
    "passkey.add": N_("Passkey added"),
    "passkey.remove": N_("Passkey removed"),
    "authenticator.add": N_("Authenticator app added"),
    "authenticator.remove": N_("Authenticator app removed"),
    "recovery_codes.renew": N_("Recovery codes made anew"),
    "factor.lock": N_("Second step locked after wrong tries"),
    "password.set": N_("Password set"),
    "password.remove": N_("Password removed"),
    "way.add": N_("Way to sign in added"),
    "way.remove": N_("Way to sign in removed"),
    "pin.set": N_("PIN set"),
    "pin.lock": N_("PIN locked after wrong tries"),
    "zone.enter": N_("Device handed to a child"),
    "zone.leave": N_("Device taken back from a child"),
    "child_phone.offer": N_("Link for a child’s own phone shown"),
    "child_phone.link": N_("Child’s own phone linked"),
    "child_phone.choose": N_("Child chose picture and PIN"),
    "child_phone.open": N_("Child’s own phone opened"),
    "child_phone.lock": N_("Child’s own phone locked after wrong tries"),
    "child_phone.end": N_("Child’s own phone ended"),
    "family.start": N_("Family started"),
    "household.rename": N_("Family renamed"),
    "child.add": N_("Child added"),
    "child.correct": N_("Data of a child corrected"),
    "child.erase": N_("Data of a child erased"),
    "consent.given": N_("Consent given"),
    "consent.withdrawn": N_("Consent withdrawn"),
    "limit.change": N_("Daily limit changed"),
    "rules.change": N_("Safety rules changed"),
    "ask.approved": N_("A child’s wish approved"),
    "ask.declined": N_("A child’s wish declined"),
    "ask.lapsed": N_("A child’s wish lapsed without an answer"),
    "order.cancel": N_("Order cancelled"),
    "order.refund": N_("Order refunded"),
    "payment.reverse": N_("Payment taken back by the provider"),
    "staff_role.make": N_("Staff role made"),
    "staff_role.change": N_("Staff role changed"),
    "staff_role.remove": N_("Staff role removed"),
    "staff_role.give": N_("Staff role given"),
    "staff_role.take": N_("Staff role taken away"),
    "support_view.start": N_("Support began to look through a person’s eyes"),
    "support_view.read": N_("Support looked at a person’s page"),
    "support_view.end": N_("Support stopped looking"),
    "account.close": N_("Account closed by staff"),
    "account.reopen": N_("Account opened again"),
    "account.ask_deletion": N_("Deletion of an account asked for"),
    "account.undo_deletion": N_("Deletion of an account called off"),
    "user.erase": N_("Data of a person erased"),
    "appeal.make": N_("Appeal made"),
    "appeal.decide": N_("Appeal decided"),
    "data.ask_export": N_("Copy of one’s data asked for"),
    "data.export": N_("Copy of one’s data made"),
    "data.download": N_("Copy of one’s data downloaded"),
    "api_client.make": N_("Program or key made"),
    "api_client.begin": N_("Program connected"),
    "api_client.end": N_("Program or key ended"),
    "incident.open": N_("Incident opened"),
    "incident.change": N_("Incident amended"),
}

KINDS: Mapping[str, str] = {
    "page": N_("page"),
    "user": N_("person"),
    "session": N_("device"),
    "passkey": N_("passkey"),
    "household": N_("family"),
    "child": N_("child"),
    "approval": N_("wish"),
    "order": N_("order"),
    "payment": N_("payment"),
    "staff_role": N_("staff role"),
    "appeal": N_("appeal"),
    "incident": N_("incident"),
    "api_client": N_("program"),
}

ROLES: Mapping[str, str] = {
    "admin": N_("administrator"),
    "moderator": N_("moderator"),
    "agent": N_("support"),
    "seller": N_("seller"),
    "clerk": N_("shop clerk"),
    "guardian": N_("parent"),
    "giver": N_("relative"),
    "buyer": N_("buyer"),
    "child": N_("child’s device"),
    "guest": N_("guest"),
    "system": N_("the system"),
}

WAYS: Mapping[str, str] = {
    "pin": N_("PIN"),
    "code": N_("code by message"),
    "password": N_("password"),
    "recovery": N_("recovery code"),
    "authenticator": N_("authenticator app"),
    "passkey": N_("passkey"),
    "wrong": N_("wrong"),
    "expired": N_("too old"),
    "locked": N_("locked"),
    "wait": N_("has to wait"),
    "too_short": N_("too short without a second factor"),
    "passkey_refused": N_("not accepted"),
    "closed": N_("account is closed"),
}
"""How people show who they are, and why that was refused."""

ZONES: Mapping[str, str] = {
    "shop": N_("shop"),
    "kids": N_("kids’ zone"),
    "desk": N_("desk"),
}

VALUES: Mapping[str, str] = {
    "age_ceiling": N_("age ceiling"),
    "amount": N_("amount"),
    "blocked": N_("hidden categories"),
    "limit": N_("daily limit"),
    "device": N_("device"),
    "is_new_device": N_("new device"),
    "method": N_("way"),
    "changed": N_("what changed"),
    "devices": N_("devices"),
    "tries": N_("tries"),
    "kind": N_("kind"),
    "key": N_("mark"),
    "name": N_("name"),
    "size": N_("size in bytes"),
    "ticket": N_("case"),
    "words": N_("words"),
    "decision": N_("decision"),
    "due_at": N_("due"),
    "permissions": N_("rights"),
    "scopes": N_("allowed"),
    "why": N_("why"),
    "path": N_("page"),
    "reason": N_("reason"),
    "number": N_("number"),
    "role": N_("role"),
    "scope_id": N_("over"),
    "answer": N_("answer"),
    "categories": N_("which data"),
    "nature": N_("what happened"),
    "effects": N_("what it can lead to"),
    "measures": N_("what we have done"),
    "people": N_("people"),
    "records": N_("records"),
    "detected_at": N_("found"),
    "notified_at": N_("authority told"),
    "people_told_at": N_("people told"),
    "closed_at": N_("closed"),
}
CHOICES: Mapping[str, Mapping[str, str]] = {"role": ROLES, "method": WAYS, "reason": WAYS}
MONEY = frozenset({"amount", "limit"})  # in tiyin
SHORTENED = 120  # characters of one value


def name_of(table: Mapping[str, str], key: str) -> str:
    """The word of a table in the reader's language; `one_two.three` as `one two: three`."""
    if key in table:
        return gettext(table[key])
    return key.replace("_", " ").replace(".", ": ")


def show(name: str, value: Any) -> str:
    """One value as people read it."""
    if value is None or value in ("", []):
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, int) and name in MONEY:
        return format_money(Money.uzs(value))
    if isinstance(value, str) and name.endswith("_at"):
        return _moment(value)
    if name in CHOICES and value in CHOICES[name]:
        return gettext(CHOICES[name][value])
    if isinstance(value, dict):
        return _short("; ".join(f"{name_of(VALUES, k)}: {show(k, v)}" for k, v in value.items()))
    if isinstance(value, list):
        return _short(", ".join(show(name, one) for one in value))
    return _short(str(value))


def _moment(text: str) -> str:
    try:
        return format_datetime(datetime.fromisoformat(text))
    except ValueError:
        return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= SHORTENED else f"{text[:SHORTENED]}…"
