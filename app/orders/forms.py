"""What the forms of the seller's desk send."""

from typing import Annotated

from pydantic import Field

from app.kernel.forms import FormModel
from app.orders.desk import Tab


class MoveForm(FormModel):
    """`tab` names the shelf of the queue that the button stood on."""

    tab: Tab | None = None
    tracking_number: Annotated[str, Field(max_length=40)] = ""
