"""What the forms of an address send."""

from typing import Annotated

from pydantic import Field

from app.kernel.forms import Form, FormModel
from app.kernel.i18n import gettext
from app.shipping.addresses import AddressData
from app.shipping.places import is_place


class AddressForm(FormModel):
    recipient: Annotated[str, Field(min_length=2, max_length=80)]
    region: Annotated[str, Field(pattern=r"^\d{4}$")]
    district: Annotated[str, Field(pattern=r"^\d{7}$")]
    street: Annotated[str, Field(min_length=3, max_length=200)]
    landmark: Annotated[str, Field(max_length=120)] = ""

    def address(self, phone: str) -> AddressData:
        return AddressData(
            self.recipient, phone, self.region, self.district, self.street, self.landmark
        )


def check_place(form: Form[AddressForm]) -> None:
    """A district of another region is not a place, whatever order the two were chosen in."""
    if not is_place(form.value("region"), form.value("district")):
        form.fail("district", gettext("Please choose a district of this region."))


def values_of(address: AddressData) -> dict[str, str]:
    """An address as the form shows it."""
    return {name: value for name, value in address.as_dict().items() if name != "phone"}
