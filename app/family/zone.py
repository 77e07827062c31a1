"""The kids' zone on a device: who the child is, what it may see, and the way in and out."""

from dataclasses import replace

from sqlalchemy import text

from app.family.consent import CORE_SERVICE, NOTICE_VERSION
from app.family.models import SafetyRules
from app.family.safety import age_in_years, audience
from app.kernel.services import Services
from app.kernel.viewer import Child, Viewer, Zone

# A profile `c` is open with a consent to today's notice and a guardian whose account is open.
IS_OPEN = """
c.closed_at is null and coalesce((
  select k.decision = 'given' and k.notice_version = :notice
  from consent k where k.child_id = c.id and k.purpose = :purpose
  order by k.sequence desc limit 1
), false) and exists (
  select 1 from role_grant g join "user" u on u.id = g.user_id
  where g.scope_id = c.household_id and g.role = 'guardian' and u.suspended_at is null
)
"""
OPEN_BY = {"notice": NOTICE_VERSION, "purpose": CORE_SERVICE}

_SELECT = """
select c.id, c.household_id, c.nickname, c.avatar, c.hue, c.birth_year,
       r.age_ceiling, r.blocked_category_ids, r.blocked_product_ids, {is_open} as allowed
from child_profile c left join safety_rules r on r.child_id = c.id
where c.id = :child_id
"""
_LOAD = text(_SELECT.format(is_open=IS_OPEN))


async def narrow(services: Services, viewer: Viewer) -> Viewer:
    """Complete the viewer of a device in a child's hands: the child and its audience.

    Without a valid consent the audience is empty (age below every product) and `child` says who
    waits; the guard of the zone then shows the waiting page on every route.
    """
    if viewer.child_id is None:
        return viewer
    async with services.db.lookups.connect() as connection:
        found = await connection.execute(_LOAD, {"child_id": viewer.child_id, **OPEN_BY})
        row = found.one()
    age = age_in_years(row.birth_year)
    rules = SafetyRules(
        age_ceiling=row.age_ceiling,
        blocked_category_ids=row.blocked_category_ids or [],
        blocked_product_ids=row.blocked_product_ids or [],
    )
    seen = audience(age, rules)
    if not row.allowed:
        seen = replace(seen, child_age=-1)
    child = Child(row.id, row.household_id, row.nickname, row.avatar, row.hue, age)
    return replace(viewer, zone=Zone.KIDS, child=child, audience=seen, name=row.nickname)


def is_waiting(viewer: Viewer) -> bool:
    """Whether this child's profile waits for a guardian's consent."""
    return viewer.child is not None and viewer.audience.child_age == -1
