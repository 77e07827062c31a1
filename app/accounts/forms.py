"""What people type on the sign-in and profile pages."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from app.accounts.phones import parse_phone
from app.kernel.forms import FormModel
from app.kernel.i18n import N_, Locale

WRONG_PHONE = N_("Please type a phone number of Uzbekistan, for example 90 123 45 67.")
Name = Annotated[str, StringConstraints(max_length=60)]


class PhoneForm(FormModel):
    """The first step; `phone` becomes E.164."""

    phone: Annotated[str, Field(max_length=30)]

    @field_validator("phone")
    @classmethod
    def _as_e164(cls, typed: str) -> str:
        phone = parse_phone(typed)
        if phone is None:
            raise ValueError(WRONG_PHONE)
        return phone


class CodeForm(PhoneForm):
    """The second step."""

    code: Annotated[str, Field(max_length=20)]


class ProfileForm(FormModel):
    name: Name = ""
    locale: Locale
