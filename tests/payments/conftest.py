"""Payme as the tests play it: calls our endpoint over HTTP with the key of its cash box."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from app.kernel import clock
from app.kernel.events import EventRow
from app.kernel.ids import new_id, new_number
from app.kernel.services import Services
from app.payments import intents
from app.payments.models import PaymentIntent
from app.payments.receipt import ReceiptLine
from app.payments.states import IntentState
from tests import cast as people

AMOUNT = 4_500_000  # tiyin
PATH = "/payments/payme"
NewIntent = Callable[..., Awaitable[PaymentIntent]]


def basic(login: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{key}".encode()).decode()


@dataclass
class Payme:
    """One cash box."""

    client: httpx.AsyncClient
    key: str

    async def send(self, body: bytes | str, **headers: str) -> httpx.Response:
        sent = {"authorization": basic("Paycom", self.key), "content-type": "text/json"} | headers
        content = body.encode() if isinstance(body, str) else body
        return await self.client.post(PATH, content=content, headers=sent)

    async def reply(self, method: str, params: Any, number: Any = 7) -> dict[str, Any]:
        response = await self.send(
            json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        )
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        assert answer["id"] == number
        assert ("result" in answer) != ("error" in answer)
        return answer

    async def result(self, method: str, params: Any) -> dict[str, Any]:
        answer = await self.reply(method, params)
        assert "result" in answer, answer
        return answer["result"]

    async def code(self, method: str, params: Any) -> int:
        answer = await self.reply(method, params)
        assert "error" in answer, answer
        assert set(answer["error"]["message"]) == {"ru", "uz", "en"}
        return answer["error"]["code"]

    async def create(self, intent: PaymentIntent, transaction: str = "", **more: Any) -> str:
        """Create a transaction and answer its id."""
        transaction = transaction or secrets.token_hex(12)
        await self.result("CreateTransaction", created(intent, transaction, **more))
        return transaction

    async def paid(self, intent: PaymentIntent) -> str:
        transaction = await self.create(intent)
        await self.result("PerformTransaction", {"id": transaction})
        return transaction

    async def state(self, transaction: str) -> int:
        return (await self.result("CheckTransaction", {"id": transaction}))["state"]


def account(intent: PaymentIntent) -> dict[str, Any]:
    return {"amount": intent.amount, "account": {"order_id": intent.reference}}


def created(intent: PaymentIntent, transaction: str, time: int | None = None) -> dict[str, Any]:
    time = clock.now_ms() if time is None else time
    return account(intent) | {"id": transaction, "time": time}


@pytest.fixture
def payme(client: httpx.AsyncClient, services: Services) -> Payme:
    return Payme(client, services.settings.payme_key.get_secret_value())


@pytest.fixture
def new_intent(services: Services) -> NewIntent:
    async def make(**more: Any) -> PaymentIntent:
        number = new_number()
        values: dict[str, Any] = {
            "reference": number,
            "subject_id": new_id(),
            "payer_id": people.dilnoza.id,
            "payer_session_id": None,
            "amount": AMOUNT,
            "currency": "UZS",
            "receipt": [ReceiptLine("Planetariy", AMOUNT, 1, "09503001001000000")],
            "return_path": f"/orders/{number}",
            "expires_at": clock.now() + timedelta(minutes=30),
        }
        async with services.db.begin() as session:
            return await intents.open(session, **(values | more))

    return make


@pytest.fixture
async def intent(new_intent: NewIntent) -> PaymentIntent:
    return await new_intent()


@pytest.fixture
def state_of(services: Services) -> Callable[[PaymentIntent], Awaitable[IntentState]]:
    async def read(intent: PaymentIntent) -> IntentState:
        async with services.db.begin() as session:
            found = await session.get_one(PaymentIntent, intent.id)
        return IntentState(found.state)

    return read


@pytest.fixture
def events_of(services: Services) -> Callable[[UUID], Awaitable[list[str]]]:
    """Names of the payment events of a subject, in the order they happened."""

    async def read(subject_id: UUID) -> list[str]:
        async with services.db.begin() as session:
            rows = await session.scalars(
                select(EventRow.name)
                .where(EventRow.payload["subject_id"].astext == str(subject_id))
                .order_by(EventRow.id)
            )
            return [name.removeprefix("payments.") for name in rows]

    return read


class Loopback(httpx.ASGITransport):
    """Another process to its caller: a request must not see or change the caller's context."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await asyncio.create_task(super().handle_async_request(request))


@pytest.fixture
async def wired(services: Services, app: Any) -> AsyncIterator[Services]:
    """Services whose outbound client reaches this very app, as the loopback does in a real run."""
    async with httpx.AsyncClient(transport=Loopback(app=app)) as reached:
        yield replace(services, http=reached)
