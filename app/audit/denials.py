"""Notes that somebody signed in was refused: a page, a deed, a form that is not theirs."""

from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.audit.record import record
from app.kernel.errors import Forbidden, TooMany
from app.kernel.observe import log
from app.kernel.ratelimit import Limits
from app.kernel.request import Unit
from app.kernel.viewer import Viewer

LONGEST = 300  # characters of a path
NOTED = "30/hour"  # of one person; more of the same proves nothing and fills the log


async def note_denial(error: Exception, scope: Any) -> None:
    """After a 403, in a transaction of its own, since the request's own one is rolled back."""
    state = scope["state"]
    viewer: Viewer = state["viewer"]
    if not isinstance(error, Forbidden) or viewer.is_guest:
        return
    limits: Limits = state["limits"]
    try:
        await limits.hit(NOTED, "denial", str(viewer.user_id or viewer.child_id))
        await _note(state["unit"], viewer, f"{scope['method']} {state['path'][:LONGEST]}")
    except TooMany:
        return
    except (DBAPIError, PoolTimeout, OSError) as failure:  # the refusal itself stands
        log.error("denial_not_noted", error=type(failure).__name__)


async def _note(unit: Unit, viewer: Viewer, path: str) -> None:
    unit.failed = True
    await unit.finish()  # gives its connection back: one request never holds two
    async with unit.services.db.begin() as session:
        await record(session, viewer, "access.deny", "page", None, path=path)
