"""What guardians and children type."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from app.family.child_secrets import DIGITS, PICTURES
from app.family.household import AVATARS
from app.kernel.forms import FormModel
from app.kernel.i18n import N_

Nickname = Annotated[str, StringConstraints(min_length=1, max_length=24, pattern=r"^[^\d<>@/\\]+$")]
Pin = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
SOM_MAX = 100_000_000


class StartForm(FormModel):
    """Make the household; the box must be ticked by hand."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    agree: Literal["yes"]


class ProfileForm(FormModel):
    """Who the child is here."""

    nickname: Nickname
    birth_year: Annotated[int, Field(ge=2000, le=2100)]
    avatar: str

    @field_validator("avatar")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in AVATARS:
            raise ValueError(N_("Please choose one of the options."))
        return value


class ChildForm(ProfileForm):
    """A new child with its first limit."""

    daily_limit: Annotated[int, Field(ge=0, le=SOM_MAX)]  # whole soʻm
    agree: Literal["yes"]


class NameForm(FormModel):
    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class LimitForm(FormModel):
    daily_limit: Annotated[int, Field(ge=0, le=SOM_MAX)]


class RulesForm(FormModel):
    """Age ceiling (years) and hidden categories of one child."""

    age_ceiling: Annotated[int, Field(ge=0, le=17)] | None = None
    blocked: list[UUID] = []


class NewPinForm(FormModel):
    pin: Pin
    pin_again: Pin

    @field_validator("pin_again")
    @classmethod
    def _same(cls, value: str, info: object) -> str:
        given = getattr(info, "data", {}).get("pin")
        if given is not None and given != value:
            raise ValueError(N_("The two PINs are not the same."))
        return value


class PinForm(FormModel):
    pin: Pin
    next: str = ""


class PhoneCodeForm(FormModel):
    """The short code of a new phone of a child's."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class SecretForm(FormModel):
    """What opens a child's own phone."""

    picture: str
    pin: Annotated[str, StringConstraints(pattern=rf"^[0-9]{{{DIGITS}}}$")]

    @field_validator("picture")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in PICTURES:
            raise ValueError(N_("Please choose one of the options."))
        return value
