"""What the forms of the cart send."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.cart.owner import MAX_QUANTITY
from app.kernel.forms import FormModel

Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]


class AddForm(FormModel):
    offer: UUID
    quantity: Quantity = 1


class QuantityForm(FormModel):
    quantity: Quantity
