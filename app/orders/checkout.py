"""What the checkout page shows: the cart, who buys, where to, and what it costs. Reads only."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import profile
from app.accounts.profile import Contact
from app.cart import cart
from app.cart.owner import Owner
from app.cart.totals import Contents
from app.kernel.viewer import Viewer
from app.orders import pricing
from app.orders.pricing import BasketLine, Sum
from app.shipping import addresses
from app.shipping.addresses import AddressData
from app.shipping.places import REGIONS


@dataclass(frozen=True, slots=True)
class Checkout:
    """`contact` is None for a guest; `priced` is None until a region is known."""

    cart: Contents
    contact: Contact | None
    priced: Sum | None

    @property
    def step(self) -> int:
        """The part being filled in: 0 contact, 1 address, 2 delivery and payment."""
        if self.contact is None:
            return 0
        return 1 if self.priced is None else 2


async def open_checkout(session: AsyncSession, viewer: Viewer, region: str) -> Checkout:
    """Everything of the page: four statements. Raises NoDelivery for a way without a rate."""
    found = await cart.contents(session, Owner.of(viewer))
    contact = await profile.contact(session, viewer.user_id) if viewer.user_id else None
    priced = None
    if region in REGIONS and not found.is_empty:
        priced = await pricing.price(session, lines_of(found), region)
    return Checkout(found, contact, priced)


async def first_address(session: AsyncSession, viewer: Viewer) -> AddressData | None:
    """The address to begin with; a guest has none."""
    return await addresses.default_address(session, viewer.user_id) if viewer.user_id else None


def lines_of(found: Contents) -> list[BasketLine]:
    return [BasketLine(line.offer, line.quantity) for line in found.lines]
