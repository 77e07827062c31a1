"""Reads of shops."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import NotFound
from app.sellers.models import Seller

APPROVED = "approved"


async def seller_names(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of these shops, whatever their state."""
    if not ids:
        return {}
    rows = await session.execute(select(Seller.id, Seller.name).where(Seller.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


async def shop(session: AsyncSession, slug: str) -> Row[*tuple[Any, ...]]:
    """What everybody may know of an approved shop; raises NotFound for any other."""
    found = select(
        Seller.id,
        Seller.name,
        Seller.slug,
        Seller.kind,
        Seller.tin,
        Seller.about,
        Seller.legal_address,
        Seller.region,
        Seller.verified_at,
    ).where(Seller.slug == slug, Seller.state == APPROVED)
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound
    return row
