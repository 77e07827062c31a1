"""Posts balanced sets of entries; nothing else writes the ledger."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.ids import new_id
from app.kernel.money import MixedCurrencyError, Money
from app.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting


class Unbalanced(Exception):
    """The lines do not sum to zero in each currency, or there is nothing to post."""


@dataclass(frozen=True, slots=True)
class Line:
    """One signed line: positive is debit, negative is credit."""

    account: str
    money: Money


async def post(session: AsyncSession, key: str, reason: str, lines: Sequence[Line]) -> bool:
    """Write one balanced movement; False when a posting with this key is already there.

    Accounts are opened when first named. Raises Unbalanced, and MixedCurrencyError when an account
    is kept in another currency.
    """
    check_balance(lines)
    posting_id = new_id()
    row = upsert(LedgerPosting).values(id=posting_id, key=key, reason=reason)
    once = row.on_conflict_do_nothing(index_elements=["key"]).returning(LedgerPosting.id)
    if await session.scalar(once) is None:
        return False
    accounts = await _accounts(session, lines)
    rows = [
        {
            "posting_id": posting_id,
            "account_id": accounts[line.account],
            "amount": line.money.amount,
            "currency": line.money.currency,
        }
        for line in lines
    ]
    await session.execute(insert(LedgerEntry), rows)
    return True


async def reverse(session: AsyncSession, key: str, reason: str, *, of: str) -> bool:
    """Post the opposite of the posting whose key is `of`; False when it was done before.

    Raises Unbalanced when there is no such posting.
    """
    found = await session.execute(
        select(LedgerAccount.code, LedgerEntry.amount, LedgerEntry.currency)
        .join(LedgerPosting, LedgerPosting.id == LedgerEntry.posting_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerPosting.key == of)
        .order_by(LedgerEntry.id)
    )
    lines = [Line(code, Money(-amount, currency)) for code, amount, currency in found]
    return await post(session, key, reason, lines)


def check_balance(lines: Sequence[Line]) -> None:
    """Raise Unbalanced unless the lines sum to zero in each currency and none is zero."""
    totals: dict[str, int] = defaultdict(int)
    for line in lines:
        totals[line.money.currency] += line.money.amount
    if not lines or any(totals.values()) or not all(line.money for line in lines):
        raise Unbalanced


async def _accounts(session: AsyncSession, lines: Sequence[Line]) -> dict[str, UUID]:
    wanted = {line.account: line.money.currency for line in lines}
    # In the order of the code, so that two postings that open the same accounts cannot deadlock.
    for code in sorted(wanted):
        opened = upsert(LedgerAccount).values(id=new_id(), code=code, currency=wanted[code])
        await session.execute(opened.on_conflict_do_nothing(index_elements=["code"]))
    found = await session.execute(
        select(LedgerAccount.code, LedgerAccount.id, LedgerAccount.currency).where(
            LedgerAccount.code.in_(wanted)
        )
    )
    rows = {code: (account_id, currency) for code, account_id, currency in found}
    for line in lines:
        if rows[line.account][1] != line.money.currency:
            raise MixedCurrencyError(line.account)
    return {code: account_id for code, (account_id, _) in rows.items()}
