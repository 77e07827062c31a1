"""Change what a child may see and spend; every change is in the family's log."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.record import record
from app.family import child_devices, consent, spending
from app.family.events import ConsentDecided
from app.family.models import ChildProfile, SafetyRules
from app.kernel.events import publish
from app.kernel.viewer import Viewer


async def get(session: AsyncSession, child_id: UUID) -> SafetyRules:
    statement = select(SafetyRules).where(SafetyRules.child_id == child_id)
    return (await session.scalars(statement)).one()


async def change_view(
    session: AsyncSession,
    viewer: Viewer,
    child: ChildProfile,
    *,
    age_ceiling: int | None,
    blocked_category_ids: Sequence[UUID],
) -> None:
    """Set the age ceiling (years, None: the child's age) and the hidden categories."""
    rules = await get(session, child.id)
    before = {"age_ceiling": rules.age_ceiling, "blocked": len(rules.blocked_category_ids)}
    rules.age_ceiling = age_ceiling
    rules.blocked_category_ids = list(blocked_category_ids)
    after = {"age_ceiling": age_ceiling, "blocked": len(rules.blocked_category_ids)}
    await record(session, viewer, "rules.change", "child", child.id, before=before, after=after)


async def change_limit(
    session: AsyncSession, viewer: Viewer, child: ChildProfile, amount: int
) -> None:
    """Set the daily limit in tiyin; today's row follows at once."""
    before = {"limit": await spending.limit_of(session, child.id)}
    await spending.set_limit(session, child.id, amount)
    after = {"limit": amount}
    await record(session, viewer, "limit.change", "child", child.id, before=before, after=after)


async def decide_consent(
    session: AsyncSession,
    viewer: Viewer,
    child: ChildProfile,
    *,
    decision: str,
    given: consent.Given,
) -> None:
    """Withdraw or give again; it works on the child's very next request. Its own phones are out
    after a withdrawal, and have to be linked anew."""
    await consent.record(session, child.household_id, child.id, decision, given)
    await publish(session, ConsentDecided(child.household_id, child.id, given.user_id, decision))
    await record(session, viewer, f"consent.{decision}", "child", child.id)
    if decision != "given":
        await child_devices.end_all(session, viewer, child.id)
