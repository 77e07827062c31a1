"""The rate table: reading what a basket needs, and the table a new shop starts with."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.ids import new_id
from app.shipping.models import DeliveryRate
from app.shipping.places import REGIONS, TASHKENT_CITY
from app.shipping.quotes import ANY, Rate

CARRIER = "pochta"
_SOM = 100  # tiyin
_STEPS_GRAMS = (2_000, 5_000, 20_000)
_FREE_FROM = 300_000 * _SOM
_FAR_FREE_FROM = 600_000 * _SOM
_TASHKENT_REGION = "1727"
_FAR = ("1710", "1722", "1733", "1735")  # Kashkadarya, Surkhandarya, Khorezm, Karakalpakstan


async def rates_for(
    session: AsyncSession, from_regions: Iterable[str], to_region: str
) -> Sequence[Rate]:
    """Rows that may price parcels of these origins to one region: one statement."""
    row = DeliveryRate
    found = await session.execute(
        select(
            row.from_region,
            row.to_region,
            row.up_to_grams,
            row.price,
            row.free_from,
            row.days_from,
            row.days_to,
        ).where(
            row.from_region.in_({ANY, *from_regions}),
            row.to_region.in_((ANY, to_region)),
        )
    )
    return [Rate(*values) for values in found]


def default_rates() -> list[Rate]:
    """The table of a new shop: cheap inside a region, dearer to the far ones.

    Zones follow the carriers' usual time classes; prices are the shop's own and are changed in
    the table, not here.
    """
    ways: list[tuple[str, str, tuple[int, int, int], int, tuple[int, int]]] = [
        (ANY, ANY, (25_000, 32_000, 60_000), _FREE_FROM, (2, 4)),
        *((ANY, far, (30_000, 40_000, 75_000), _FAR_FREE_FROM, (3, 5)) for far in _FAR),
        *((code, code, (15_000, 18_000, 30_000), _FREE_FROM, (1, 2)) for code in REGIONS),
        (TASHKENT_CITY, _TASHKENT_REGION, (18_000, 22_000, 40_000), _FREE_FROM, (1, 2)),
        (_TASHKENT_REGION, TASHKENT_CITY, (18_000, 22_000, 40_000), _FREE_FROM, (1, 2)),
    ]
    return [
        Rate(start, end, grams, som * _SOM, free_from, *days)
        for start, end, prices, free_from, days in ways
        for grams, som in zip(_STEPS_GRAMS, prices, strict=True)
    ]


async def plant_default(session: AsyncSession) -> None:
    """Write the default table; rows that are there already, changed or not, stay as they are."""
    rows = [
        {
            "id": new_id(),
            "carrier": CARRIER,
            "from_region": rate.from_region,
            "to_region": rate.to_region,
            "up_to_grams": rate.up_to_grams,
            "price": rate.price,
            "free_from": rate.free_from,
            "days_from": rate.days_from,
            "days_to": rate.days_to,
        }
        for rate in default_rates()
    ]
    await session.execute(insert(DeliveryRate).values(rows).on_conflict_do_nothing())
