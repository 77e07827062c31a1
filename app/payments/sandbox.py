"""The built-in bank of development and tests: it behaves as Payme does after a payer paid.

It calls our real endpoint over HTTP with the real key; nothing here touches an intent.
"""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.services import Services
from app.kernel.tasks import Retry, enqueue, task
from app.payments import intents
from app.payments.providers.payme import ACCOUNT_FIELD
from app.payments.providers.payme.protocol import LOGIN, key

LATE_SECONDS = 5.0
REPEATS = 3
REASON_DEBIT_FAILED = 2

Reply = dict[str, Any]


class Scenario(StrEnum):
    SUCCESS = "success"
    DECLINE = "decline"  # the card is refused after the transaction was created
    LATE = "late"  # the payer is back before the bank has called
    REPEATED = "repeated"  # each call arrives three times
    ABANDON = "abandon"  # the payer leaves


@dataclass(frozen=True)
class Charge:
    """What the payer agreed to; `amount` in tiyin."""

    reference: str
    amount: int


async def pay(services: Services, reference: str, scenario: Scenario) -> list[Reply]:
    """Let the bank pay what is asked for this reference; every answer of our endpoint, in order.

    Raises NotFound for an unknown reference and in production.
    """
    async with services.db.begin() as session:
        intent = await intents.find(session, reference)
    if intent is None:
        raise NotFound
    return await charge(services, Charge(reference, intent.amount), scenario)


async def charge(services: Services, wanted: Charge, scenario: Scenario) -> list[Reply]:
    """The same for what a payment page says; stops at the first refusal.

    Raises NotFound in production, httpx.HTTPError when the shop does not answer.
    """
    if services.settings.is_production:
        raise NotFound
    if scenario is Scenario.ABANDON:
        return []
    if scenario is Scenario.LATE:
        async with services.db.begin() as session:
            await enqueue(session, charge_late, wanted, after_seconds=LATE_SECONDS)
        return []
    return [reply async for reply in _calls(services, wanted, scenario)]


@task(outward=True, tries=8)
async def charge_late(services: Services, wanted: Charge) -> None:
    """The callbacks that come after the payer went back to the shop."""
    try:
        await charge(services, wanted, Scenario.SUCCESS)
    except httpx.HTTPError as error:
        raise Retry(repr(error)) from error


async def _calls(services: Services, wanted: Charge, scenario: Scenario) -> AsyncIterator[Reply]:
    transaction = secrets.token_hex(12)
    account = {"amount": wanted.amount, "account": {ACCOUNT_FIELD: wanted.reference}}
    created = account | {"id": transaction, "time": clock.now_ms()}
    script: list[tuple[str, dict[str, Any]]] = [
        ("CheckPerformTransaction", account),
        ("CreateTransaction", created),
        ("PerformTransaction", {"id": transaction}),
    ]
    if scenario is Scenario.DECLINE:
        script[2] = ("CancelTransaction", {"id": transaction, "reason": REASON_DEBIT_FAILED})
    times = REPEATS if scenario is Scenario.REPEATED else 1
    for number, (method, params) in enumerate(script, start=1):
        for _ in range(times):
            reply = await _call(services, number, method, params)
            yield reply
        if "error" in reply:
            return


async def _call(services: Services, number: int, method: str, params: dict[str, Any]) -> Reply:
    credentials = f"{LOGIN}:{key(services.settings)}".encode()
    response = await services.http.post(
        f"{services.settings.base_url.rstrip('/')}/payments/payme",
        content=json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}),
        headers={
            "authorization": f"Basic {base64.b64encode(credentials).decode()}",
            "content-type": "text/json; charset=UTF-8",
        },
    )
    response.raise_for_status()
    reply: Reply = response.json()
    return reply
