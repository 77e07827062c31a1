"""What people send about their data."""

from typing import Literal

from app.kernel.forms import FormModel


class DeletionForm(FormModel):
    """The box must be ticked by hand."""

    sure: Literal["yes"]


class TermsForm(FormModel):
    next: str = ""
