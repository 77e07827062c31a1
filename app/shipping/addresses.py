"""A user's address book: the last used address is the default of the next order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.shipping.models import Address
from app.shipping.places import district_name, region_name


@dataclass(frozen=True, slots=True)
class AddressData:
    """Where a parcel goes; an order keeps a copy of its own."""

    recipient: str
    phone: str  # E.164
    region: str  # SOATO code, 4 digits
    district: str  # SOATO code, 7 digits
    street: str
    landmark: str = ""

    @property
    def place(self) -> str:
        """Region and district in the reader's language."""
        return f"{region_name(self.region)}, {district_name(self.district)}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "AddressData":
        """The address kept in an order."""
        return cls(**{name: str(values.get(name, "")) for name in cls.__slots__})


_COLUMNS = (
    Address.recipient,
    Address.phone,
    Address.region,
    Address.district,
    Address.street,
    Address.landmark,
)


async def default_address(session: AsyncSession, user_id: UUID) -> AddressData | None:
    """The address to offer first, or None for an empty book."""
    found = await session.execute(
        select(*_COLUMNS)
        .where(Address.user_id == user_id)
        .order_by(Address.is_default.desc(), Address.id.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return AddressData(*row) if row else None


async def save(session: AsyncSession, user_id: UUID, data: AddressData) -> None:
    """Keep the address and make it the default; the same address is not written twice."""
    await session.execute(
        update(Address)
        .where(Address.user_id == user_id, Address.is_default.is_(True))
        .values(is_default=False)
    )
    same = [column == getattr(data, column.key) for column in _COLUMNS]
    known = await session.execute(
        update(Address)
        .where(Address.user_id == user_id, *same)
        .values(is_default=True)
        .returning(Address.id)
    )
    if known.first() is None:
        session.add(Address(user_id=user_id, is_default=True, **data.as_dict()))
        await session.flush()
