"""What sellers hold of people: the shop of somebody who trades in their own name."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import roles
from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Row, Subject, rows_of
from app.kernel.viewer import Role
from app.sellers.models import Seller


async def _shops(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    if subject.user_id is None:
        return []
    held = await roles.scopes(session, subject.user_id, Role.SELLER)
    found = select(
        Seller.name, Seller.kind, Seller.tin, Seller.legal_address, Seller.state, Seller.created_at
    )
    return await rows_of(session, found.where(Seller.id.in_(held)))


async def _erase(session: AsyncSession, subject: Subject) -> None:
    """A shop that nobody is left to run closes; what the tax office may ask for stays."""
    if subject.user_id is None:
        return
    for shop_id in await roles.scopes(session, subject.user_id, Role.SELLER):
        if await roles.holders(session, Role.SELLER, shop_id) == [subject.user_id]:
            closed = update(Seller).where(Seller.id == shop_id).values(state="suspended")
            await session.execute(closed)


PERSONAL = [
    Holding(
        name="shops",
        title=N_("Your shops"),
        purpose=N_("So that buyers and the tax office know who sells."),
        tables=("seller",),
        fields={
            "name": N_("Name"),
            "kind": N_("Kind"),
            "tin": N_("Taxpayer number"),
            "legal_address": N_("Legal address"),
            "state": N_("State"),
            "created_at": N_("Since"),
        },
        kept=N_("Five years after the last sale, as tax law asks."),
        ground=Ground.LAW,
        recipients=N_("Everybody: the law wants sellers to be known."),
        collect=_shops,
        erase=_erase,
        stays=N_("A shop’s name, number and sales, five years for the tax office."),
    )
]
