"""The script that the Payme sandbox runs against a merchant (docs/payments.md)."""

import secrets

from app.kernel import clock
from app.ledger import balances
from app.payments.states import IntentState
from tests.payments.conftest import account, basic, created


async def test_first_run_creates_and_cancels(payme, intent, state_of, events_of):
    wrong = await payme.send("{}", authorization=basic("Paycom", "wrong"))
    assert wrong.json()["error"]["code"] == -32504
    dear = account(intent) | {"amount": intent.amount + 1}
    assert await payme.code("CheckPerformTransaction", dear) == -31001
    tried = created(intent, secrets.token_hex(12))
    assert await payme.code("CreateTransaction", tried | {"amount": 1}) == -31001
    nobody = account(intent) | {"account": {"order_id": "0000-0000"}}
    assert await payme.code("CheckPerformTransaction", nobody) == -31050
    assert (await payme.result("CheckPerformTransaction", account(intent)))["allow"] is True

    first = await payme.result("CreateTransaction", tried)
    assert first == await payme.result("CreateTransaction", tried)
    seen = await payme.result("CheckTransaction", {"id": tried["id"]})
    assert seen == {
        "create_time": first["create_time"],
        "perform_time": 0,
        "cancel_time": 0,
        "transaction": first["transaction"],
        "state": 1,
        "reason": None,
    }
    other = created(intent, secrets.token_hex(12))
    assert await payme.code("CreateTransaction", other) == -31052
    assert await payme.code("CheckPerformTransaction", account(intent)) == -31052
    gone = await payme.result("CancelTransaction", {"id": tried["id"], "reason": 3})
    assert gone == await payme.result("CancelTransaction", {"id": tried["id"], "reason": 5})
    seen = await payme.result("CheckTransaction", {"id": tried["id"]})

    assert (seen["state"], seen["reason"], seen["perform_time"]) == (-1, 3, 0)
    assert seen["cancel_time"] == gone["cancel_time"] > 0
    assert await state_of(intent) is IntentState.OPEN
    assert await events_of(intent.subject_id) == ["PaymentStarted", "PaymentCancelled"]
    assert await payme.create(intent)


async def test_second_run_performs_and_reverses(payme, intent, session, state_of, events_of):
    transaction = await payme.create(intent)
    done = await payme.result("PerformTransaction", {"id": transaction})
    assert done["state"] == 2
    assert done == await payme.result("PerformTransaction", {"id": transaction})
    seen = await payme.result("CheckTransaction", {"id": transaction})
    assert (seen["state"], seen["perform_time"]) == (2, done["perform_time"])
    assert await state_of(intent) is IntentState.PAID
    assert await balances.balance(session, "provider:payme") == intent.amount
    assert await balances.balance(session, "escrow") == -intent.amount
    assert await payme.code("CheckPerformTransaction", account(intent)) == -31051
    assert await payme.code("CreateTransaction", created(intent, "b" * 24)) == -31051

    back = await payme.result("CancelTransaction", {"id": transaction, "reason": 5})

    assert back["state"] == -2
    assert back == await payme.result("CancelTransaction", {"id": transaction, "reason": 5})
    seen = await payme.result("CheckTransaction", {"id": transaction})
    assert (seen["state"], seen["reason"], seen["cancel_time"]) == (-2, 5, back["cancel_time"])
    assert await payme.code("PerformTransaction", {"id": transaction}) == -31008
    assert await payme.code("CheckPerformTransaction", account(intent)) == -31053
    assert await state_of(intent) is IntentState.REFUNDED
    assert await balances.balance(session, "escrow") == 0
    started = ["PaymentStarted", "PaymentCaptured", "PaymentReversed"]
    assert await events_of(intent.subject_id) == started


async def test_the_answers_times_are_ours_and_never_move(payme, intent):
    before = clock.now_ms()

    transaction = await payme.create(intent, time=before - 60_000)

    seen = await payme.result("CheckTransaction", {"id": transaction})
    assert before <= seen["create_time"] <= clock.now_ms()


async def test_a_receipt_comes_with_the_permission_to_pay(payme, intent):
    answer = await payme.result("CheckPerformTransaction", account(intent))

    detail = answer["detail"]
    assert detail["receipt_type"] == 0
    assert sum(item["price"] * item["count"] for item in detail["items"]) == intent.amount
    assert detail["items"][0]["code"] == "09503001001000000"
