"""SafetyRules become an Audience: the only translation."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.family.models import ChildProfile, SafetyRules
from app.kernel import clock
from app.kernel.viewer import Audience

YOUNGEST = 3  # years; the first layout step
OLDEST = 17


def age_in_years(birth_year: int, today: date | None = None) -> int:
    """The age a child reaches this calendar year: the year of birth is all that we know.

    Guardians may set a lower ceiling in the rules (docs/decisions/age.md).
    """
    today = today or clock.local_day()
    return max(today.year - birth_year, 0)


def audience(age: int, rules: SafetyRules | None) -> Audience:
    """What a child of this age may be shown under these rules."""
    if rules is None:
        return Audience(child_age=age)
    ceiling = age if rules.age_ceiling is None else rules.age_ceiling
    return Audience(
        child_age=ceiling,
        blocked_category_ids=tuple(rules.blocked_category_ids),
        blocked_ids=tuple(rules.blocked_product_ids),
    )


async def audience_of(session: AsyncSession, child_id: UUID) -> Audience:
    """The audience of one child, read as the owner (for approvals and orders)."""
    statement = (
        select(ChildProfile, SafetyRules)
        .outerjoin(SafetyRules, SafetyRules.child_id == ChildProfile.id)
        .where(ChildProfile.id == child_id)
    )
    child, rules = (await session.execute(statement)).one()
    return audience(age_in_years(child.birth_year), rules)
