"""What a child and a guardian send."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from app.approvals.asking import REASONS
from app.approvals.deciding import ANSWERS
from app.kernel.forms import FormModel
from app.kernel.i18n import N_

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class AskForm(FormModel):
    reason: str
    key: Key

    @field_validator("reason")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in REASONS:
            raise ValueError(N_("Please choose one of the options."))
        return value


class DecisionForm(FormModel):
    """`seen_price` is what the page showed, in tiyin: no more than that may be charged."""

    decision: Literal["approve", "decline"]
    seen_price: Annotated[int, Field(gt=0, le=10**15)]
    answer: str = "later"
    pin: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | None = None

    @field_validator("answer")
    @classmethod
    def _kind(cls, value: str) -> str:
        if value not in ANSWERS:
            raise ValueError(N_("Please choose one of the options."))
        return value
