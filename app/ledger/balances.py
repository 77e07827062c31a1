"""Balances are derived from the entries; no column keeps one."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.models import LedgerAccount, LedgerEntry


async def balance(session: AsyncSession, code: str) -> int:
    """What the account holds, in minor units: positive is debit; 0 for an unknown account."""
    total = await session.scalar(
        select(func.sum(LedgerEntry.amount))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.code == code)
    )
    return int(total or 0)


async def totals(session: AsyncSession) -> dict[str, int]:
    """The sum of every entry by currency; anything but zero is a fault of ours."""
    rows = await session.execute(
        select(LedgerEntry.currency, func.sum(LedgerEntry.amount)).group_by(LedgerEntry.currency)
    )
    return {currency: int(total) for currency, total in rows}
