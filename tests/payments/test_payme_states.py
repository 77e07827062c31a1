"""Every order of calls, every refusal of a state, the 12 hours, the statement, the receipts."""

import itertools
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kernel import clock
from app.ledger import balances
from app.ledger.models import LedgerPosting
from app.payments import intents, transactions
from app.payments.models import ProviderCall
from app.payments.providers.payme.voiding import void_stale
from app.payments.states import IntentState
from tests.payments.conftest import account, created

HOURS = timedelta(hours=1)
STEPS = ("create", "perform", "cancel")


def expected(steps):
    """The protocol in four lines: 1 -> 2 -> -2, 1 -> -1, nothing else."""
    state, answers = 0, []
    for step in steps:
        if step == "create":
            state = state or 1
            answers.append(1 if state == 1 else -31008)
        elif state == 0:
            answers.append(-31003)
        elif step == "perform":
            state = 2 if state == 1 else state
            answers.append(2 if state == 2 else -31008)
        else:
            state = {1: -1, 2: -2}.get(state, state)
            answers.append(state)
    return answers, state


async def test_every_order_of_calls_follows_the_one_path(payme, new_intent, session):
    for steps in itertools.product(STEPS, repeat=4):
        number = "".join(step[:2] for step in steps)
        intent = await new_intent(reference=number)
        transaction = f"{number:0>24}"
        answers = []
        for step in steps:
            sent = {
                "create": ("CreateTransaction", created(intent, transaction)),
                "perform": ("PerformTransaction", {"id": transaction}),
                "cancel": ("CancelTransaction", {"id": transaction, "reason": 3}),
            }[step]
            answer = await payme.reply(*sent)
            known = "result" in answer
            answers.append(answer["result"]["state"] if known else answer["error"]["code"])
        assert answers == expected(steps)[0], steps

    performed = sum(expected(steps)[1] == 2 for steps in itertools.product(STEPS, repeat=4))
    assert await balances.balance(session, "escrow") == -performed * 4_500_000
    assert await balances.totals(session) == {"UZS": 0}


async def test_repeats_answer_the_same_bytes(payme, intent):
    calls = [
        {"id": 1, "method": "CreateTransaction", "params": created(intent, "e1")},
        {"id": 2, "method": "PerformTransaction", "params": {"id": "e1"}},
        {"id": 3, "method": "CancelTransaction", "params": {"id": "e1", "reason": 5}},
    ]

    for call in calls:
        first = await payme.send(json.dumps(call))
        with clock.shifted(timedelta(minutes=7)):
            again = await payme.send(json.dumps(call))
        assert first.content == again.content
        assert b'"result"' in first.content


async def test_the_id_of_another_order_is_refused(payme, intent, new_intent):
    transaction = await payme.create(intent)
    other = await new_intent()

    assert await payme.code("CreateTransaction", created(other, transaction)) == -31008
    assert await payme.result("CheckPerformTransaction", account(other))


async def test_unknown_transactions_are_unknown(payme):
    for method in ("PerformTransaction", "CancelTransaction", "CheckTransaction"):
        assert await payme.code(method, {"id": "0" * 24}) == -31003


async def test_an_order_that_ended_is_not_paid(payme, intent, new_intent, services):
    late = await new_intent(expires_at=clock.now() - timedelta(seconds=1))
    async with services.db.begin() as session:
        assert await intents.cancel(session, intent.subject_id)
        assert await intents.expire(session, late.subject_id)

    for ended in (intent, late):
        assert await payme.code("CheckPerformTransaction", account(ended)) == -31053
        assert await payme.code("CreateTransaction", created(ended, "d" * 24)) == -31053


async def test_an_order_past_its_time_is_refused_before_any_sweep(payme, new_intent):
    late = await new_intent(expires_at=clock.now() - timedelta(seconds=1))

    assert await payme.code("CreateTransaction", created(late, "d" * 24)) == -31053


async def test_an_open_payment_outlives_the_orders_time_but_not_its_cancelling(
    payme, intent, services, state_of
):
    transaction = await payme.create(intent)

    async with services.db.begin() as session:
        assert await intents.expire(session, intent.subject_id) is False
        assert await intents.cancel(session, intent.subject_id) is True

    assert await payme.code("PerformTransaction", {"id": transaction}) == -31008
    assert (await payme.result("CancelTransaction", {"id": transaction, "reason": 3}))[
        "state"
    ] == -1
    assert await state_of(intent) is IntentState.CANCELLED


async def test_a_paid_order_neither_expires_nor_is_cancelled(payme, intent, services):
    await payme.paid(intent)

    async with services.db.begin() as session:
        assert await intents.expire(session, intent.subject_id) is False
        assert await intents.cancel(session, intent.subject_id) is False


async def test_goods_that_left_keep_their_payment(payme, intent, services, session):
    transaction = await payme.paid(intent)
    async with services.db.begin() as changing:
        await intents.forbid_refund(changing, intent.subject_id)

    assert await payme.code("CancelTransaction", {"id": transaction, "reason": 5}) == -31007
    assert await payme.state(transaction) == 2
    assert await balances.balance(session, "escrow") == -intent.amount


async def test_a_transaction_is_void_after_twelve_hours(payme, intent, new_intent, state_of):
    fresh, old = await new_intent(), intent
    await payme.create(fresh, "1" * 24)
    await payme.create(old, "2" * 24)

    with clock.shifted(12 * HOURS - timedelta(seconds=5)):
        assert (await payme.result("PerformTransaction", {"id": "1" * 24}))["state"] == 2
    with clock.shifted(12 * HOURS + timedelta(seconds=1)):
        assert await payme.code("PerformTransaction", {"id": "2" * 24}) == -31008
        seen = await payme.result("CheckTransaction", {"id": "2" * 24})

    assert (seen["state"], seen["reason"]) == (-1, 4)
    assert seen["cancel_time"] > 0
    assert await state_of(old) is IntentState.OPEN


async def test_a_repeated_create_after_twelve_hours_voids(payme, intent):
    sent = created(intent, "3" * 24)
    await payme.result("CreateTransaction", sent)

    with clock.shifted(12 * HOURS + timedelta(seconds=1)):
        assert await payme.code("CreateTransaction", sent) == -31008

    assert await payme.state("3" * 24) == -1


async def test_a_call_from_twelve_hours_ago_creates_nothing(payme, intent):
    stale = clock.now_ms() - 43_200_000

    assert await payme.code("CreateTransaction", created(intent, "4" * 24, stale)) == -31008
    assert await payme.code("CheckTransaction", {"id": "4" * 24}) == -31003
    assert await payme.create(intent, "5" * 24, time=stale + 10_000)


async def test_the_sweep_frees_only_what_is_stale(payme, intent, new_intent, services, events_of):
    await payme.create(intent, "6" * 24)
    young = await new_intent(expires_at=clock.now() + 24 * HOURS)
    with clock.shifted(6 * HOURS):
        await payme.create(young, "7" * 24)

    with clock.shifted(13 * HOURS):
        async with services.db.begin() as session:
            assert await void_stale(session) == 1
        async with services.db.begin() as session:
            assert await void_stale(session) == 0

    assert (await payme.state("6" * 24), await payme.state("7" * 24)) == (-1, 1)
    assert "PaymentCancelled" in await events_of(intent.subject_id)


async def test_the_statement_goes_by_the_time_of_payme(payme, new_intent):
    now = clock.now_ms()
    offsets = {"8" * 24: 30_000, "9" * 24: 10_000, "a" * 24: 20_000}
    made = {}
    for transaction, offset in offsets.items():
        made[transaction] = await new_intent()
        await payme.create(made[transaction], transaction, time=now - offset)
    await payme.result("PerformTransaction", {"id": "a" * 24})
    await payme.result("CancelTransaction", {"id": "8" * 24, "reason": 1})

    span = {"from": now - 30_000, "to": now - 20_000}
    rows = (await payme.result("GetStatement", span))["transactions"]

    assert [row["id"] for row in rows] == ["8" * 24, "a" * 24]
    assert [row["state"] for row in rows] == [-1, 2]
    assert set(rows[0]) == {
        "id", "time", "amount", "account", "create_time", "perform_time", "cancel_time",
        "transaction", "state", "reason", "receivers",
    }  # fmt: skip
    assert rows[0]["account"] == {"order_id": made["8" * 24].reference}
    assert rows[0]["time"] == now - 30_000
    assert (await payme.result("GetStatement", {"from": 5, "to": 1})) == {"transactions": []}


@pytest.mark.parametrize("kind", ["PERFORM", "CANCEL"])
async def test_fiscal_receipts_are_kept_apart(payme, intent, services, kind):
    transaction = await payme.paid(intent)
    data = {
        "receipt_id": 121, "status_code": 0, "message": "accepted", "terminal_id": "EP000000000025",
        "fiscal_sign": "800031554082", "date": "20261121103000",
        "qr_code_url": "https://ofd.soliq.uz/check?t=1&r=2&c=3&s=4", "unknown": {"a": 1},
    }  # fmt: skip
    sent = {"id": transaction, "type": kind, "fiscal_data": data}

    assert await payme.result("SetFiscalData", sent) == {"success": True}
    assert await payme.result("SetFiscalData", sent) == {"success": True}

    async with services.db.begin() as session:
        stored = await transactions.find(session, "payme", transaction)
        link = await transactions.receipt_link(session, intent.subject_id)
    assert set(stored.fiscal) == {kind}
    assert "unknown" not in stored.fiscal[kind]
    assert link == (data["qr_code_url"] if kind == "PERFORM" else None)


async def test_wrong_fiscal_data_is_refused(payme, intent):
    transaction = await payme.paid(intent)
    right = {"id": transaction, "type": "PERFORM", "fiscal_data": {}}
    wrong = [
        ({"id": "0" * 24}, -32001),
        ({"type": "OTHER"}, -32602),
        ({"type": ["PERFORM"]}, -32602),
        ({"fiscal_data": []}, -32602),
        ({"fiscal_data": {"message": "\x00"}}, -32602),
        ({"fiscal_data": {"qr_code_url": "\ud800"}}, -32602),
        ({"fiscal_data": {"receipt_id": 1.5}}, -32602),
        ({"fiscal_data": {"receipt_id": 10**30}}, -32602),
        ({"fiscal_data": {"status_code": True}}, -32602),
    ]

    for change, code in wrong:
        assert await payme.code("SetFiscalData", right | change) == code, change


async def test_calls_are_logged_without_secrets(payme, intent, services):
    await payme.paid(intent)
    await payme.code("ChangePassword", {"password": "hunter2"})
    await payme.send("{}", authorization="Basic x")

    async with services.db.begin() as session:
        rows = (await session.scalars(select(ProviderCall).order_by(ProviderCall.id))).all()
        postings = (await session.scalars(select(LedgerPosting.reason))).all()

    assert [row.method for row in rows] == ["CreateTransaction", "PerformTransaction"]
    text = "".join(row.request + row.response for row in rows)
    assert payme.key not in text
    assert "hunter2" not in text
    assert postings == ["capture"]
