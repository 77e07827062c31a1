"""`./bozorcha audit`: the chain recomputed, and the signed heads to keep elsewhere."""

from datetime import date
from typing import Any

from sqlalchemy import select

from app import slices
from app.audit.models import AuditDay
from app.audit.verify import Report, verify
from app.kernel import config
from app.kernel.db import Access
from app.kernel.services import build


async def check(head: str | None, since: date | None) -> Report:
    """Recompute the chain of the environment's database."""
    services = build(config.load(), slices.registry())
    try:
        async with services.db.begin(Access(read_only=True)) as session:
            return await verify(session, services.settings, since=since, head=head)
    finally:
        await services.close()


async def heads() -> list[dict[str, Any]]:
    """The signed head of each day that is over."""
    services = build(config.load(), slices.registry())
    try:
        async with services.db.begin(Access(read_only=True)) as session:
            rows = await session.scalars(select(AuditDay).order_by(AuditDay.day))
            return [
                {
                    "day": row.day.isoformat(),
                    "position": row.position,
                    "head": row.head_hash,
                    "key": row.key_id,
                    "signature": row.signature,
                }
                for row in rows
            ]
    finally:
        await services.close()


def words(report: Report) -> str:
    """The report for a terminal."""
    read = f"{report.sealed} entries of {report.days} days read, {report.waiting} not sealed yet"
    if report.fault is not None:
        return f"BROKEN: {report.fault}\n{read}"
    return f"the chain holds: {read}\nhead {report.head or '-'}"
