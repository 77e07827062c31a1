"""What people type on the sign-in and profile pages."""

import re
import unicodedata
from datetime import time
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from app.accounts.handles import MAX_TYPED, Handle, handle_of, parse_handle
from app.accounts.phones import parse_phone
from app.kernel.forms import FormModel
from app.kernel.i18n import N_, Locale

WRONG_PHONE = N_("Please type a phone number of Uzbekistan, for example 90 123 45 67.")
WRONG_HANDLE = N_("Please type a phone number of Uzbekistan or an e-mail address.")
TOO_LONG = N_("A password may have 128 characters at most.")
MAX_PASSWORD = 128  # characters as people count them: after joining what is typed in parts
Name = Annotated[str, StringConstraints(max_length=60)]


def _one_spelling(typed: str) -> str:
    """The same letter is sent in different ways by different keyboards (NFC joins them)."""
    password = unicodedata.normalize("NFC", typed)
    if len(password) > MAX_PASSWORD:
        raise ValueError(TOO_LONG)
    return password


# Nothing is trimmed: a space at the end is a character like any other.
Password = Annotated[
    str, StringConstraints(strip_whitespace=False, min_length=1), AfterValidator(_one_spelling)
]
Code = Annotated[str, Field(max_length=20)]


def _of_the_clock(typed: object) -> time:
    if not isinstance(typed, str) or not _HOUR.fullmatch(typed):
        raise ValueError(N_("Please choose an hour, for example 22:00."))
    return time.fromisoformat(typed)


_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
Hour = Annotated[time, BeforeValidator(_of_the_clock)]


class PhoneForm(FormModel):
    """A phone alone, as a courier needs it; `phone` becomes E.164."""

    phone: Annotated[str, Field(max_length=30)]

    @field_validator("phone")
    @classmethod
    def _as_e164(cls, typed: str) -> str:
        phone = parse_phone(typed)
        if phone is None:
            raise ValueError(WRONG_PHONE)
        return phone


class CodeForm(PhoneForm):
    """And the code that came to it."""

    code: Code


class HandleForm(FormModel):
    """The first step of the sign-in. The one field is called `phone`, and takes a mail as well."""

    phone: Annotated[str, Field(max_length=MAX_TYPED)]

    @field_validator("phone")
    @classmethod
    def _in_one_spelling(cls, typed: str) -> str:
        found = parse_handle(typed)
        if found is None:
            raise ValueError(WRONG_HANDLE)
        return found.value

    @property
    def handle(self) -> Handle:
        return handle_of(self.phone)


class HandleCodeForm(HandleForm):
    """The second step."""

    code: Code


class PasswordSignInForm(HandleForm):
    password: Password


class NewPasswordForm(FormModel):
    """`current_password` is asked of those who have one."""

    current_password: Password | None = None
    new_password: Password
    end_others: bool = False


class ProfileForm(FormModel):
    name: Name = ""
    locale: Locale


class PasskeyNameForm(FormModel):
    label: Annotated[str, Field(min_length=1, max_length=40)]


class QuietForm(FormModel):
    """Both hours or none; Tashkent time, as `<input type=time>` sends it."""

    quiet_from: Hour | None = None
    quiet_to: Hour | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> "QuietForm":
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError(N_("Please give both hours, or clear both."))
        if self.quiet_from is not None and self.quiet_from == self.quiet_to:
            raise ValueError(N_("Please choose two different hours."))
        return self


class FactorForm(FormModel):
    """The second step: what the authenticator app shows, or a recovery code."""

    code: Code = ""
    recovery: Annotated[str, Field(max_length=60)] = ""

    @property
    def typed(self) -> str:
        return self.recovery or self.code

    @property
    def field(self) -> str:
        """Where a refusal is said."""
        return "recovery" if self.recovery else "code"


class ConfirmForm(FactorForm):
    """`way` is the button that was pressed."""

    way: Literal["factor", "password", "send", "code"]
    sent_code: Code = ""
    password: Password | None = None
