"""Stock is held for an order, then taken or released; it is never sold twice.

Each move locks the stock rows in the order of offer ids (after intent and order, before
products) and is harmless when repeated, since it only touches holds in the state it expects.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog import summary
from app.catalog.events import StockRanOut
from app.catalog.models import Offer, StockHold, StockLevel, StockMove
from app.kernel.errors import Conflict
from app.kernel.events import publish
from app.kernel.i18n import N_


class OfferSoldOut(Conflict):
    """`details["offer_ids"]` names the offers that there is not enough of."""

    code = "offer_sold_out"
    message = N_("Somebody was faster: there is not enough of this left.")


@dataclass(frozen=True, slots=True)
class HoldLine:
    offer_id: UUID
    quantity: int


async def hold(session: AsyncSession, subject_id: UUID, lines: Sequence[HoldLine]) -> None:
    """Keep these quantities for `subject_id`, all or nothing.

    Locks the stock rows. Raises OfferSoldOut naming every offer that falls short.
    """
    wanted: Counter[UUID] = Counter()
    for line in lines:
        wanted[line.offer_id] += line.quantity
    levels = await _lock_levels(session, list(wanted))
    short = [i for i, n in wanted.items() if i not in levels or _free(levels[i]) < n]
    if short:
        raise OfferSoldOut(offer_ids=tuple(short))
    await _shift(session, held=wanted)
    await session.execute(
        insert(StockHold),
        [
            {
                "subject_id": subject_id,
                "offer_id": offer_id,
                "seller_id": levels[offer_id].seller_id,
                "quantity": wanted[offer_id],
                "state": "held",
            }
            for offer_id in sorted(wanted)
        ],
    )
    gone = [i for i, n in wanted.items() if _free(levels[i]) == n]
    await _follow(session, list(levels.values()), gone)
    if gone:
        await publish(session, StockRanOut(tuple(gone)))


async def take(session: AsyncSession, subject_id: UUID) -> int:
    """The held goods are sold; returns how many lines moved (0 when there was nothing held)."""
    holds = await _lock_holds(session, subject_id, "held")
    sold = {row.offer_id: -row.quantity for row in holds}
    await _shift(session, on_hand=sold, held=sold)
    await _close(session, holds, "taken")
    await _record(session, holds, subject_id, sign=-1, reason="sold")
    return len(holds)


async def release(session: AsyncSession, subject_id: UUID) -> int:
    """The held goods are free again; returns how many lines moved."""
    holds = await _lock_holds(session, subject_id, "held")
    await _shift(session, held={row.offer_id: -row.quantity for row in holds})
    await _close(session, holds, "released")
    await _follow(session, holds, [row.offer_id for row in holds if not _free(row)])
    return len(holds)


async def put_back(session: AsyncSession, subject_id: UUID) -> int:
    """Sold goods return to the shelf (a cancelled paid order); returns how many lines moved."""
    holds = await _lock_holds(session, subject_id, "taken")
    await _shift(session, on_hand={row.offer_id: row.quantity for row in holds})
    await _close(session, holds, "released")
    await _record(session, holds, subject_id, sign=1, reason="returned")
    await _follow(session, holds, [row.offer_id for row in holds if not _free(row)])
    return len(holds)


def _free(level: Row[*tuple[Any, ...]]) -> int:
    return int(level.on_hand - level.held)


async def _lock_levels(
    session: AsyncSession, ids: Sequence[UUID]
) -> dict[UUID, Row[*tuple[Any, ...]]]:
    found: Select[*tuple[Any, ...]] = (
        select(
            StockLevel.offer_id,
            StockLevel.seller_id,
            StockLevel.on_hand,
            StockLevel.held,
            Offer.product_id,
        )
        .join(Offer, Offer.id == StockLevel.offer_id)
        .where(StockLevel.offer_id.in_(ids), Offer.is_open)
        .order_by(StockLevel.offer_id)
        .with_for_update(of=StockLevel)
    )
    return {row.offer_id: row for row in await session.execute(found)}


async def _lock_holds(
    session: AsyncSession, subject_id: UUID, state: str
) -> Sequence[Row[*tuple[Any, ...]]]:
    found: Select[*tuple[Any, ...]] = (
        select(
            StockHold.id,
            StockHold.offer_id,
            StockHold.seller_id,
            StockHold.quantity,
            StockLevel.on_hand,
            StockLevel.held,
            Offer.product_id,
        )
        .join(StockLevel, StockLevel.offer_id == StockHold.offer_id)
        .join(Offer, Offer.id == StockHold.offer_id)
        .where(StockHold.subject_id == subject_id, StockHold.state == state)
        .order_by(StockHold.offer_id)
        .with_for_update(of=[StockHold, StockLevel])
    )
    return (await session.execute(found)).all()


async def _shift(
    session: AsyncSession,
    *,
    on_hand: Mapping[UUID, int] | None = None,
    held: Mapping[UUID, int] | None = None,
) -> None:
    """Add signed quantities to the locked levels."""
    on_hand, held = on_hand or {}, held or {}
    ids = sorted(on_hand.keys() | held.keys())
    if not ids:
        return
    connection = await session.connection()
    await connection.execute(
        update(StockLevel)
        .where(StockLevel.offer_id == bindparam("id"))
        .values(
            on_hand=StockLevel.on_hand + bindparam("more_on_hand"),
            held=StockLevel.held + bindparam("more_held"),
        ),
        [{"id": i, "more_on_hand": on_hand.get(i, 0), "more_held": held.get(i, 0)} for i in ids],
    )


async def _close(session: AsyncSession, holds: Sequence[Row[*tuple[Any, ...]]], state: str) -> None:
    if holds:
        ids = [row.id for row in holds]
        await session.execute(update(StockHold).where(StockHold.id.in_(ids)).values(state=state))


async def _record(
    session: AsyncSession,
    holds: Sequence[Row[*tuple[Any, ...]]],
    subject_id: UUID,
    *,
    sign: int,
    reason: str,
) -> None:
    moves = [
        {
            "offer_id": row.offer_id,
            "seller_id": row.seller_id,
            "quantity": sign * row.quantity,
            "reason": reason,
            "subject_id": subject_id,
        }
        for row in holds
    ]
    if moves:
        await session.execute(insert(StockMove), moves)


async def _follow(
    session: AsyncSession, rows: Sequence[Row[*tuple[Any, ...]]], crossed: Sequence[UUID]
) -> None:
    """Products follow only when an offer ran out or came back."""
    if crossed:
        ids = {row.product_id for row in rows if row.offer_id in crossed}
        await summary.refresh(session, ids)
