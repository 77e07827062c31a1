"""What the staff types, and what the person of a closed account types."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.kernel.forms import FormModel
from app.staff.appeals import MAX_WORDS, Decision

Words = Annotated[str, StringConstraints(min_length=10, max_length=1000)]
Reason = Literal["fraud", "rules", "abuse", "child_safety", "false_details", "stolen", "other"]


class RoleForm(FormModel):
    name: Annotated[str, StringConstraints(min_length=2, max_length=60)]
    description: Annotated[str, StringConstraints(max_length=300)] = ""
    permissions: list[Annotated[str, Field(max_length=60)]]


class HeldForm(FormModel):
    """A preset's name or the id of a made role."""

    role: Annotated[str, Field(max_length=60)]


class ClosingForm(FormModel):
    reason: Reason
    words: Words
    deletion: bool = False


class ReopeningForm(FormModel):
    words: Words


class ViewForm(FormModel):
    reason: Annotated[str, StringConstraints(min_length=10, max_length=300)]
    ticket: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{1,29}$")]


class AppealForm(FormModel):
    words: Annotated[str, StringConstraints(min_length=10, max_length=MAX_WORDS)]


class DecisionForm(FormModel):
    decision: Decision
    answer: Words
