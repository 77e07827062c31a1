"""What shipping holds of people."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.i18n import N_
from app.kernel.personal import Ground, Holding, Row, Subject, rows_of
from app.shipping.models import Address
from app.shipping.places import district_name, region_name


async def _addresses(session: AsyncSession, subject: Subject) -> Sequence[Row]:
    found = select(
        Address.recipient,
        Address.phone,
        Address.region,
        Address.district,
        Address.street,
        Address.landmark,
    ).where(Address.user_id.in_(subject.user_ids))
    return [
        {**row, "region": region_name(row["region"]), "district": district_name(row["district"])}
        for row in await rows_of(session, found)
    ]


async def _erase(session: AsyncSession, subject: Subject) -> None:
    await session.execute(delete(Address).where(Address.user_id.in_(subject.user_ids)))


PERSONAL = [
    Holding(
        name="addresses",
        title=N_("Addresses"),
        purpose=N_("So that parcels find you."),
        tables=("address",),
        fields={
            "recipient": N_("Recipient"),
            "phone": N_("Phone"),
            "region": N_("Region"),
            "district": N_("District"),
            "street": N_("Street and house"),
            "landmark": N_("Landmark"),
        },
        kept=N_("Until you delete your account."),
        ground=Ground.CONTRACT,
        recipients=N_("The seller and the courier of an order that goes there."),
        collect=_addresses,
        erase=_erase,
        correct_at="/me/address",
    )
]
