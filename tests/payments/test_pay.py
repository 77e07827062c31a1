"""The payer's way to the provider, and the bank of development."""

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr

from app.kernel import clock
from app.kernel.config import Environment
from app.kernel.errors import NotFound
from app.kernel.i18n import Locale
from app.kernel.runner import run_due
from app.kernel.services import build
from app.main import scoped
from app.payments import intents, sandbox
from app.payments.providers.payme import checkout
from app.payments.receipt import ReceiptLine, WrongReceipt, detail, freeze
from app.payments.sandbox import Scenario
from app.payments.states import IntentState
from tests.payments.conftest import AMOUNT


@pytest.fixture
async def visitor(wired, built_app):
    """A browser of an app whose bank can reach it."""
    transport = httpx.ASGITransport(app=scoped(built_app[0], wired), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url=wired.settings.base_url, timeout=30
    ) as client:
        yield client


async def test_the_payer_is_sent_to_the_bank_and_back(visitor, cast, sign_in, intent, state_of):
    await sign_in(visitor, cast.dilnoza)

    pay = await visitor.get(f"/ru/pay/{intent.reference}")
    bank = await visitor.get(pay.headers["location"])
    back = await visitor.post(pay.headers["location"], data={"scenario": "success"})

    assert pay.status_code == 303
    assert "/ru/sandbox/payme/" in pay.headers["location"]
    assert bank.status_code == 200
    assert "Тестовый банк" in bank.text
    assert "45\xa0000" in bank.text
    assert (back.status_code, back.headers["location"]) == (303, f"/ru{intent.return_path}")
    assert await state_of(intent) is IntentState.PAID


@pytest.mark.parametrize("name", ["nodira", "olga"])
async def test_nobody_else_finds_the_way(client, cast, sign_in, intent, name):
    guest = await client.get(f"/uz/pay/{intent.reference}")
    await sign_in(client, getattr(cast, name))

    assert guest.status_code == 404
    assert (await client.get(f"/uz/pay/{intent.reference}")).status_code == 404


async def test_a_child_finds_neither_the_way_nor_the_bank(client, cast, sign_in, services, intent):
    await sign_in(client, cast.lola)
    bank = urlsplit(intents.pay_url(services.settings, intent, "payme", Locale.UZ)).path

    for path in (f"/uz/pay/{intent.reference}", bank):
        assert (await client.get(path)).status_code == 404
    assert (await client.post(bank, data={"scenario": "success"})).status_code == 404


async def test_nothing_left_to_pay_leads_back_to_the_order(
    client, cast, sign_in, payme, intent, new_intent
):
    await payme.paid(intent)
    late = await new_intent(expires_at=clock.now() - timedelta(seconds=1))
    await sign_in(client, cast.dilnoza)

    for ended in (intent, late):
        answer = await client.get(f"/en/pay/{ended.reference}")
        assert answer.headers["location"] == f"/en{ended.return_path}"


async def test_the_link_is_what_payme_documents(services, intent):
    settings = services.settings.model_copy(
        update={"payme_checkout_url": "https://checkout.paycom.uz"}
    )

    for locale, language in zip(Locale, ("uz", "uz", "ru", "en"), strict=True):
        page, _, packed = intents.pay_url(settings, intent, "payme", locale).rpartition("/")
        assert page == "https://checkout.paycom.uz"
        home = f"http://localhost:8000/{locale.value}"
        assert base64.b64decode(packed).decode() == (
            f"m={settings.payme_merchant_id};ac.order_id={intent.reference};a={AMOUNT};"
            f"l={language};c={home}{intent.return_path};ct=1500"
        )


async def test_a_semicolon_cannot_add_a_field(services, new_intent):
    intent = await new_intent(return_path="/orders/x;a=1")

    link = intents.pay_url(services.settings, intent, "payme", Locale.UZ)
    fields = checkout.unpack(link.split("/sandbox/payme/")[1])

    assert fields["a"] == str(AMOUNT)
    assert fields["c"].endswith("/orders/x%3Ba=1")


async def test_scenarios(wired, new_intent, state_of, events_of):
    outcomes = {
        Scenario.SUCCESS: (3, IntentState.PAID, ["PaymentStarted", "PaymentCaptured"]),
        Scenario.REPEATED: (9, IntentState.PAID, ["PaymentStarted", "PaymentCaptured"]),
        Scenario.DECLINE: (3, IntentState.OPEN, ["PaymentStarted", "PaymentCancelled"]),
        Scenario.ABANDON: (0, IntentState.OPEN, []),
    }
    for scenario, (calls, state, events) in outcomes.items():
        intent = await new_intent()
        replies = await sandbox.pay(wired, intent.reference, scenario)
        assert len(replies) == calls, scenario
        assert all("result" in reply for reply in replies), replies
        assert await state_of(intent) is state, scenario
        assert await events_of(intent.subject_id) == events


async def test_a_late_bank_calls_after_the_payer_is_back(wired, intent, state_of):
    assert await sandbox.pay(wired, intent.reference, Scenario.LATE) == []
    await run_due(wired)
    assert await state_of(intent) is IntentState.OPEN

    with clock.shifted(timedelta(seconds=sandbox.LATE_SECONDS + 1)):
        await run_due(wired)

    assert await state_of(intent) is IntentState.PAID


async def test_a_refusal_is_shown_by_the_bank(visitor, cast, sign_in, payme, intent):
    await sign_in(visitor, cast.dilnoza)
    bank = (await visitor.get(f"/en/pay/{intent.reference}")).headers["location"]
    await payme.paid(intent)

    answer = await visitor.post(bank, data={"scenario": "success"})

    assert answer.status_code == 409
    assert "The order is already paid." in answer.text


async def test_a_changed_amount_is_not_paid(visitor, cast, sign_in, services, intent, state_of):
    await sign_in(visitor, cast.dilnoza)
    link = intents.pay_url(services.settings, intent, "payme", Locale.EN)
    home, _, packed = link.partition("/sandbox/payme/")
    cheap = checkout.pack(checkout.unpack(packed) | {"a": "100"})

    answer = await visitor.post(f"{home}/sandbox/payme/{cheap}", data={"scenario": "success"})

    assert answer.status_code == 409
    assert await state_of(intent) is IntentState.OPEN


async def test_broken_links_and_choices(visitor, cast, sign_in, services, intent):
    await sign_in(visitor, cast.dilnoza)
    good = urlsplit(intents.pay_url(services.settings, intent, "payme", Locale.UZ)).path
    away = checkout.pack(
        {"ac.order_id": intent.reference, "a": str(AMOUNT), "c": "https://evil.example/"}
    )
    broken = [
        "xx",
        "%D0%96",
        checkout.pack({"a": "1"}),
        checkout.pack({"ac.order_id": "x", "a": "-1"}),
        checkout.pack({"ac.order_id": "x", "a": "1" * 30}),
    ]

    for packed in broken:
        assert (await visitor.get(f"/uz/sandbox/payme/{packed}")).status_code == 404, packed
    assert (await visitor.post(good, data={"scenario": "steal"})).status_code == 422
    left = await visitor.post(f"/uz/sandbox/payme/{away}", data={"scenario": "abandon"})
    assert left.headers["location"] == "/uz/"


async def test_production_has_no_such_bank(services, built_app, intent):
    settings = services.settings.model_copy(
        update={
            "env": Environment.PRODUCTION,
            "base_url": "https://bozorcha.uz",
            "payme_checkout_url": "https://checkout.paycom.uz",
            "payme_key": SecretStr("k" * 36),
        }
    )
    other = build(settings, services.registry)
    packed = checkout.url(services.settings, intent, Locale.UZ).split("/payme/")[1]
    transport = httpx.ASGITransport(app=scoped(built_app[0], other))
    async with httpx.AsyncClient(transport=transport, base_url="https://bozorcha.uz") as client:
        assert (await client.get(f"/uz/sandbox/payme/{packed}")).status_code == 404

    with pytest.raises(NotFound):
        await sandbox.pay(other, intent.reference, Scenario.SUCCESS)
    await other.close()


def test_a_receipt_must_add_up():
    lines = [
        ReceiptLine("Kitob", 3_000, 2, "00000000000000001"),
        ReceiptLine("Yetkazish", 500, is_delivery=True),
    ]

    frozen = freeze(lines, 6_500)

    assert detail(frozen)["shipping"] == {"title": "Yetkazish", "price": 500}
    with pytest.raises(WrongReceipt):
        freeze(lines, 6_501)


def test_goods_without_a_tax_code_have_no_receipt():
    for code in ("", "123", "0000000000000000x", "٠" * 17):
        assert detail(freeze([ReceiptLine("Kitob", 100, 1, code)], 100)) is None
