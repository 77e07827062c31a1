"""Many calls at once decide once; a dead Valkey does not matter, a dead database is said so."""

import asyncio
import json
import secrets
from collections import Counter

import httpx
import pytest
from sqlalchemy import func, select

from app.kernel.services import build
from app.ledger import balances
from app.ledger.models import LedgerPosting
from app.main import scoped
from app.payments.models import PaymentTransaction
from app.payments.states import IntentState
from tests.payments.conftest import Payme, account, created

PARALLEL = 50


def _body(method, params):
    return json.dumps({"id": 1, "method": method, "params": params})


async def test_fifty_performs_capture_once(payme, intent, session, events_of):
    transaction = await payme.create(intent)
    call = _body("PerformTransaction", {"id": transaction})

    replies = await asyncio.gather(*(payme.send(call) for _ in range(PARALLEL)))

    assert len({reply.content for reply in replies}) == 1
    assert replies[0].json()["result"]["state"] == 2
    assert (await events_of(intent.subject_id)).count("PaymentCaptured") == 1
    assert await session.scalar(select(func.count()).select_from(LedgerPosting)) == 1
    assert await balances.balance(session, "escrow") == -intent.amount


async def test_fifty_transactions_race_for_one_order(payme, intent, session):
    calls = [
        _body("CreateTransaction", created(intent, secrets.token_hex(12))) for _ in range(PARALLEL)
    ]

    replies = await asyncio.gather(*(payme.send(call) for call in calls))

    codes = Counter(reply.json().get("error", {}).get("code") for reply in replies)
    assert codes == {None: 1, -31052: PARALLEL - 1}
    assert await session.scalar(select(func.count()).select_from(PaymentTransaction)) == 1


async def test_one_create_sent_fifty_times_is_one(payme, intent, events_of):
    call = _body("CreateTransaction", created(intent, "a" * 24))

    replies = await asyncio.gather(*(payme.send(call) for _ in range(PARALLEL)))

    assert len({reply.content for reply in replies}) == 1
    assert await events_of(intent.subject_id) == ["PaymentStarted"]


async def test_one_id_for_two_orders_goes_to_one(payme, new_intent):
    orders = [await new_intent() for _ in range(10)]
    calls = [_body("CreateTransaction", created(order, "a" * 24)) for order in orders]

    replies = await asyncio.gather(*(payme.send(call) for call in calls))

    codes = Counter(reply.json().get("error", {}).get("code") for reply in replies)
    assert codes == {None: 1, -31008: 9}


async def test_perform_against_cancel_leaves_one_truth(payme, new_intent, session, state_of):
    for _ in range(5):
        intent = await new_intent()
        transaction = await payme.create(intent)
        calls = [
            _body("PerformTransaction", {"id": transaction}),
            _body("CancelTransaction", {"id": transaction, "reason": 3}),
        ] * 5

        await asyncio.gather(*(payme.send(call) for call in calls))

        state = await payme.state(transaction)
        assert (state, await state_of(intent)) in {
            (-1, IntentState.OPEN),
            (-2, IntentState.REFUNDED),
        }
    assert await balances.balance(session, "escrow") == 0


@pytest.fixture
async def reach(services, built_app):
    """A cash box of an app built with other settings."""
    opened = []

    async def make(**change):
        settings = services.settings.model_copy(update=change)
        other = build(settings, services.registry)
        transport = httpx.ASGITransport(app=scoped(built_app[0], other))
        client = httpx.AsyncClient(transport=transport, base_url=settings.base_url)
        opened.append((client, other))
        return Payme(client, settings.payme_key.get_secret_value())

    yield make
    for client, other in opened:
        await client.aclose()
        await other.close()


async def test_a_dead_valkey_does_not_matter(reach, intent, state_of):
    payme = await reach(redis_url="redis://127.0.0.1:1/0")

    await payme.paid(intent)

    assert await state_of(intent) is IntentState.PAID


async def test_a_dead_database_asks_payme_to_come_again(reach, intent):
    payme = await reach(database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none")

    assert await payme.code("CheckPerformTransaction", account(intent)) == -32400
    assert await payme.code("PerformTransaction", {"id": "a" * 24}) == -32400
    assert (await payme.send("{")).json()["error"]["code"] == -32700
