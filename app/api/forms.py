"""What a person chooses for a program."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from app.api.scopes import SCOPES
from app.kernel.forms import FormModel
from app.kernel.i18n import N_

CHOOSE = N_("Please choose at least one.")
NAME_LENGTH = 60  # characters
DAYS = {30: N_("30 days"), 90: N_("90 days"), 365: N_("One year")}


class ClientForm(FormModel):
    """Scopes may be missing in a form: then none was ticked."""

    name: Annotated[str, Field(max_length=NAME_LENGTH)]
    scopes: Annotated[list[str], Field(default_factory=list, max_length=20, validate_default=True)]
    days: Literal["30", "90", "365"] | None = None

    @field_validator("scopes")
    @classmethod
    def _known_ones(cls, wanted: list[str]) -> list[str]:
        known = [name for name in SCOPES if name in wanted]
        if not known:
            raise ValueError(CHOOSE)
        return known
