"""The tiles of the staff's home: the sections a person may open, with the work that waits there."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.slice import Registry, Section
from app.kernel.viewer import Viewer

HOME = "desk"


@dataclass(frozen=True, slots=True)
class Tile:
    section: Section
    open: int | None  # None: this section counts nothing


async def tiles(session: AsyncSession, registry: Registry, viewer: Viewer) -> list[Tile]:
    """The sections of this viewer; all counts in one statement."""
    own = [s for s in registry.sections if viewer.may(s.permission) and s.key != HOME]
    counted = [s for s in own if s.open_sql]
    counts: dict[str, int] = {}
    if counted:
        # The expressions are written by slices, never by a request.
        columns = ", ".join(f'({s.open_sql}) as "{s.key}"' for s in counted)
        found = await session.execute(text(f"select {columns}"), {"user_id": viewer.user_id})
        counts = {name: int(value or 0) for name, value in found.mappings().one().items()}
    return [Tile(section, counts.get(section.key)) for section in own]
