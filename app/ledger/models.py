"""Accounts, postings and their signed lines."""

from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Keyed


class LedgerAccount(Keyed, Base):
    """For example `provider:payme`, `escrow`, `seller:<id>`; one currency each."""

    __tablename__ = "ledger_account"

    code: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str] = mapped_column(CHAR(3))


class LedgerPosting(Keyed, Base):
    """One balanced movement; `key` names its cause and makes it happen once."""

    __tablename__ = "ledger_posting"

    key: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]


class LedgerEntry(Keyed, Base):
    """One signed line, in minor units: positive is debit, negative is credit."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_ledger_entry_posting_id", "posting_id"),
        Index("ix_ledger_entry_account_id", "account_id"),
    )

    posting_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_posting.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_account.id"))
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(CHAR(3))
