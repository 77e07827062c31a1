"""Put right what is kept of a family: its name, a child's nickname, year of birth, picture."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.record import record
from app.family import household
from app.family.household import AVATARS, UnlikelyAge
from app.family.models import ChildProfile
from app.family.safety import OLDEST, YOUNGEST
from app.kernel import clock
from app.kernel.viewer import Viewer


async def rename(session: AsyncSession, viewer: Viewer, household_id: UUID, name: str) -> None:
    """Call the family something else."""
    home = await household.get(session, household_id)
    home.name = name
    await record(session, viewer, "household.rename", "household", household_id)


async def correct_child(
    session: AsyncSession,
    viewer: Viewer,
    child: ChildProfile,
    *,
    nickname: str,
    birth_year: int,
    avatar: str,
) -> None:
    """What the child sees follows the year at once. Raises UnlikelyAge.

    The log says which fields were changed, never to what: a name there could not be erased.
    """
    year = clock.local_day().year
    if birth_year != child.birth_year and not year - OLDEST <= birth_year <= year - YOUNGEST:
        raise UnlikelyAge
    new = {"nickname": nickname, "birth_year": birth_year, "avatar": avatar}
    changed = [name for name, value in new.items() if getattr(child, name) != value]
    child.nickname, child.birth_year, child.avatar = nickname, birth_year, avatar
    child.hue = AVATARS[avatar][0]
    if changed:
        await record(session, viewer, "child.correct", "child", child.id, changed=changed)
