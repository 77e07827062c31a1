"""What only the family's own row tells: whether a proof can be asked at all."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.family import household
from app.kernel import access
from app.kernel.errors import NotFound
from app.kernel.viewer import Viewer


async def demand(session: AsyncSession, viewer: Viewer) -> None:
    """Raise ProofNeeded unless the PIN or better was given within five minutes. A family begins
    without a PIN: until it has one, there is nothing to ask for."""
    home = await household.get(session, own(viewer))
    if home.pin_hash is not None:
        access.demand_confirmed(viewer, by_pin=True)


def own(viewer: Viewer) -> UUID:
    """The viewer's family. Raises NotFound."""
    if viewer.household_id is None:
        raise NotFound
    return viewer.household_id
