"""Reads for the family's screens: rows, one statement a screen part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.family.consent import CORE_SERVICE
from app.family.safety import age_in_years
from app.kernel import clock
from app.kernel.money import Money

_CHILDREN = text(
    """
    select c.id, c.nickname, c.avatar, c.hue, c.birth_year, l.amount as daily_limit,
           coalesce(d.limit_amount, l.amount, 0) as limit_today,
           coalesce(d.reserved, 0) as reserved, coalesce(d.consumed, 0) as consumed,
           coalesce(d.beyond, 0) as beyond,
           (select k.decision from consent k where k.child_id = c.id and k.purpose = :purpose
            order by k.sequence desc limit 1) as consent
    from child_profile c
    left join spending_limit l on l.child_id = c.id and l.period = 'day'
    left join spending_day d on d.child_id = c.id and d.day = :today
    where c.household_id = :household_id and c.closed_at is null
    order by c.birth_year desc, c.nickname
    """
)

_GUARDIANS = text(
    """
    select u.id, u.name, g.role from role_grant g join "user" u on u.id = g.user_id
    where g.scope_id = :household_id and g.role in ('guardian','giver')
    order by g.role, g.created_at
    """
)


@dataclass(frozen=True, slots=True)
class ChildCard:
    """A child on the family desk, with its day."""

    id: UUID
    nickname: str
    avatar: str
    hue: int
    age: int
    daily_limit: Money
    limit: Money
    spent: Money
    reserved: Money
    left: Money
    spent_share: int  # percent of the limit, for the meter
    reserved_share: int
    has_consent: bool


async def children(session: AsyncSession, household_id: UUID) -> list[ChildCard]:
    """The children of a household, youngest first."""
    rows = await session.execute(
        _CHILDREN,
        {"household_id": household_id, "today": clock.local_day(), "purpose": CORE_SERVICE},
    )
    return [_card(row) for row in rows]


async def adults(session: AsyncSession, household_id: UUID) -> Sequence[Row[Any]]:
    """Guardians and givers: id, name, role."""
    return (await session.execute(_GUARDIANS, {"household_id": household_id})).all()


def _card(row: Any) -> ChildCard:
    limit = row.limit_today
    spent = row.consumed + row.beyond
    return ChildCard(
        id=row.id,
        nickname=row.nickname,
        avatar=row.avatar,
        hue=row.hue,
        age=age_in_years(row.birth_year),
        daily_limit=Money.uzs(row.daily_limit or 0),
        limit=Money.uzs(limit),
        spent=Money.uzs(spent),
        reserved=Money.uzs(row.reserved),
        left=Money.uzs(max(limit - row.consumed - row.reserved, 0)),
        spent_share=_share(row.consumed, limit),
        reserved_share=_share(row.reserved, limit),
        has_consent=row.consent == "given",
    )


def _share(part: int, whole: int) -> int:
    return min(round(100 * part / whole), 100) if whole else 0


_CONSENTS = text(
    """
    select k.decision, k.method, k.notice_version, k.notice_locale, k.created_at,
           k.evidence->>'label' as label, u.name as decided_by, c.nickname
    from consent k
    left join "user" u on u.id = k.user_id
    left join child_profile c on c.id = k.child_id
    where k.household_id = :household_id
    order by k.sequence desc limit 200
    """
)


async def consents(session: AsyncSession, household_id: UUID) -> Sequence[Row[Any]]:
    """Who decided what, newest first; a child or a parent who left has no name any more."""
    return (await session.execute(_CONSENTS, {"household_id": household_id})).all()


_CATEGORIES = text(
    """
    select id, name, art, hue from category
    where for_children and cardinality(path) = 1 order by position
    """
)


async def blockable_categories(session: AsyncSession) -> Sequence[Row[Any]]:
    """The top shelves that a guardian may hide; names only, the catalogue itself lies above."""
    return (await session.execute(_CATEGORIES)).all()
