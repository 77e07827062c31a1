"""Where a person is reached and known by: a phone or a mail address, typed in one field."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.accounts.phones import parse_phone
from app.kernel.formats import format_phone

MAX_TYPED = 254  # characters: the longest address that mail can carry (RFC 5321)
_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MAIL = re.compile(rf"(?P<local>{_LOCAL})@(?:{_LABEL}\.)+(?=[a-z]){_LABEL}", re.ASCII)
MAX_LOCAL = 64


class Kind(StrEnum):
    PHONE = "phone"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Handle:
    """`value` in its one spelling: E.164, or the mail address in small letters."""

    kind: Kind
    value: str

    @property
    def shown(self) -> str:
        return format_phone(self.value) if self.kind is Kind.PHONE else self.value


def parse_handle(typed: str) -> Handle | None:
    """What was typed; None when it is neither a phone of ours nor a mail address."""
    if "@" in typed:
        mail = parse_mail(typed)
        return Handle(Kind.MAIL, mail) if mail else None
    phone = parse_phone(typed)
    return Handle(Kind.PHONE, phone) if phone else None


def handle_of(value: str) -> Handle:
    """The handle of a value that has its one spelling already."""
    return Handle(Kind.MAIL if "@" in value else Kind.PHONE, value)


def parse_mail(typed: str) -> str | None:
    """`Dilnoza@Mail.UZ ` as `dilnoza@mail.uz`; None for anything that no mail server would take.

    Letters beyond ASCII are refused: they look alike in two alphabets.
    """
    mail = typed.strip().lower()
    found = _MAIL.fullmatch(mail) if len(mail) <= MAX_TYPED else None
    return mail if found and len(found["local"]) <= MAX_LOCAL else None


def shown(typed: str) -> str:
    """For people: a phone in its groups, anything else as it was typed."""
    handle = parse_handle(typed)
    return handle.shown if handle else typed
