"""Postings balance, happen once and stay."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.kernel.money import MixedCurrencyError, Money
from app.ledger import balances, posting
from app.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from app.ledger.posting import Line, Unbalanced

amounts = st.integers(-(10**12), 10**12).filter(bool)
accounts = st.sampled_from(["escrow", "provider:payme", "seller:a", "seller:b"])


def _balanced(pairs):
    """Lines that sum to zero: a counter-entry closes whatever is open."""
    lines = [Line(code, Money(amount)) for code, amount in pairs]
    rest = sum(line.money.amount for line in lines)
    return lines + ([Line("rest", Money(-rest))] if rest else [])


@given(st.lists(st.tuples(accounts, amounts), min_size=1, max_size=8))
def test_only_balanced_lines_pass(pairs):
    lines = _balanced(pairs)

    posting.check_balance(lines)

    with pytest.raises(Unbalanced):
        posting.check_balance([*lines, Line("escrow", Money(1))])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [Line("escrow", Money(0)), Line("cash", Money(0))],
        [Line("escrow", Money(5)), Line("cash", Money(-5, "USD"))],
    ],
)
def test_nothing_and_mixed_currencies_do_not_balance(lines):
    with pytest.raises(Unbalanced):
        posting.check_balance(lines)


async def test_any_run_of_postings_and_reversals_sums_to_zero(services):
    random = Random(7)
    expected: dict[str, int] = {}
    async with services.db.begin() as session:
        for number in range(40):
            codes = random.choices(["escrow", "provider:payme", "seller:a"], k=3)
            pairs = [(code, random.randint(1, 10**9) * random.choice([1, -1])) for code in codes]
            lines = _balanced(pairs)
            assert await posting.post(session, f"p{number}", "test", lines)
            if number % 3 == 0:
                assert await posting.reverse(session, f"r{number}", "test", of=f"p{number}")
                continue
            for line in lines:
                code = line.account
                expected[code] = expected.get(code, 0) + line.money.amount

    async with services.db.begin() as session:
        found = {code: await balances.balance(session, code) for code in expected}
        assert found == expected
        assert await balances.totals(session) == {"UZS": 0}


async def test_a_key_posts_once(session):
    lines = [Line("provider:payme", Money(500)), Line("escrow", Money(-500))]

    assert await posting.post(session, "capture:1", "capture", lines) is True
    assert await posting.post(session, "capture:1", "capture", lines) is False
    assert await posting.reverse(session, "reversal:1", "reversal", of="capture:1") is True
    assert await posting.reverse(session, "reversal:1", "reversal", of="capture:1") is False

    assert await balances.balance(session, "escrow") == 0
    with pytest.raises(Unbalanced):
        await posting.reverse(session, "reversal:2", "reversal", of="nothing")


async def test_an_account_has_one_currency(session):
    lines = [Line("escrow", Money(5)), Line("cash", Money(-5))]
    await posting.post(session, "1", "test", lines)

    foreign = [Line("escrow", Money(5, "USD")), Line("dollars", Money(-5, "USD"))]
    with pytest.raises(MixedCurrencyError):
        await posting.post(session, "2", "test", foreign)


async def _write_past_the_rules(services, *entries):
    async with services.db.begin() as session:
        made = LedgerPosting(key="crooked", reason="test")
        account = LedgerAccount(code="escrow", currency="UZS")
        session.add_all([made, account])
        await session.flush()
        for amount, currency in entries:
            row = LedgerEntry(posting_id=made.id, account_id=account.id, amount=amount)
            row.currency = currency
            session.add(row)


async def test_the_database_refuses_an_unbalanced_commit(services):
    with pytest.raises(IntegrityError, match="does not sum to zero"):
        await _write_past_the_rules(services, (1, "UZS"))


async def test_the_database_refuses_a_foreign_currency(services):
    with pytest.raises(IntegrityError, match="another currency"):
        await _write_past_the_rules(services, (1, "USD"), (-1, "USD"))


async def _execute(services, statement):
    async with services.db.begin() as session:
        await session.execute(statement)


@pytest.mark.parametrize("table", [LedgerAccount, LedgerPosting, LedgerEntry])
async def test_rows_are_never_changed_or_removed(services, table):
    lines = [Line("provider:payme", Money(500)), Line("escrow", Money(-500))]
    async with services.db.begin() as session:
        await posting.post(session, "capture:1", "capture", lines)

    for statement in (delete(table), update(table).values(created_at=text("now()"))):
        with pytest.raises(DBAPIError, match="never changed or removed"):
            await _execute(services, statement)
