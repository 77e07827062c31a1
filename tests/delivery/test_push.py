"""Web Push at a local push service that verifies and decrypts as the real ones and browsers do."""

import json
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app.delivery import outbox, push, vapid
from app.delivery.models import Message
from app.kernel import clock
from app.kernel.config import Environment
from app.kernel.events import EventRow
from app.kernel.http import ForbiddenAddress, check_public
from app.kernel.tasks import TaskRow
from tests.delivery.push_service import PushService


@pytest.fixture
async def push_service():
    async with PushService() as running:
        yield running


async def send(services, browser, payload, **more):
    keys = browser.subscription()["keys"]
    async with services.db.begin() as session:
        return await outbox.send_push(
            session,
            endpoint=browser.endpoint,
            p256dh=keys["p256dh"],
            auth=keys["auth"],
            kind="trial",
            payload=json.dumps(payload),
            title="Salom",
            topic="request-1",
            locale="uz",
            **more,
        )


async def message(services, message_id):
    async with services.db.begin() as session:
        return await session.get(Message, message_id)


async def test_a_push_is_signed_encrypted_and_read_by_the_browser_alone(
    services, push_service, run_tasks
):
    browser = push_service.browser()
    sent = await send(services, browser, {"web_push": 8030, "text": "oʻyinchoq"}, urgent=True)

    await run_tasks()

    [got] = push_service.received
    claims = got.claims(push.public_key(services.settings), push_service.origin)
    assert browser.decrypt(got.body) == {"web_push": 8030, "text": "oʻyinchoq"}
    assert "oʻyinchoq".encode() not in got.body
    assert claims["sub"].startswith("mailto:")
    assert 0 < claims["exp"] - clock.now().timestamp() <= 24 * 3600
    assert got.headers["content-encoding"] == "aes128gcm"
    assert got.headers["urgency"] == "high"
    assert int(got.headers["ttl"]) > 0
    assert len(got.headers["topic"]) == 32
    assert (await message(services, sent)).state == "sent"


@pytest.mark.parametrize("status", [404, 410])
async def test_a_dead_subscription_is_reported_and_not_tried_again(
    services, push_service, run_tasks, status
):
    push_service.answers = [(status, {})]
    sent = await send(services, push_service.browser(), {})

    await run_tasks()

    assert (await message(services, sent)).state == "gone"
    assert len(push_service.received) == 1
    async with services.db.begin() as session:
        names = (await session.scalars(select(EventRow.name))).all()
    assert names == ["delivery.PushGone"]


async def test_a_busy_service_is_asked_again_when_it_said(services, push_service, run_tasks):
    push_service.answers = [(429, {"Retry-After": "120"})]
    sent = await send(services, push_service.browser(), {})

    await run_tasks()
    early = await message(services, sent)
    with clock.shifted(timedelta(seconds=119)):
        await run_tasks()
    still = len(push_service.received)
    with clock.shifted(timedelta(seconds=125)):
        await run_tasks()

    assert (early.state, still) == ("waiting", 1)
    assert (await message(services, sent)).state == "sent"


async def test_a_service_that_never_works_ends_as_a_dead_letter(services, push_service, run_tasks):
    push_service.answers = [(503, {})] * 20
    sent = await send(services, push_service.browser(), {})

    for step in range(12):
        with clock.shifted(timedelta(hours=step)):
            await run_tasks()

    assert (await message(services, sent)).state == "failed"
    assert len(push_service.received) == 8
    async with services.db.begin() as session:
        states = (await session.scalars(select(TaskRow.state))).all()
    assert list(states) == ["dead"]


async def test_a_message_goes_out_once_however_often_its_task_runs(
    services, push_service, run_tasks
):
    from app.delivery.sending import deliver

    sent = await send(services, push_service.browser(), {})
    await run_tasks()

    await deliver(services, sent)

    assert len(push_service.received) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.1/push",
        "https://10.0.0.1/push",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/push",
        "https://0.0.0.0/push",
        "https://1.1.1.1:8443/push",
        "http://1.1.1.1/push",
        "ftp://1.1.1.1/push",
        "https://127.0.0.1/push",
    ],
)
async def test_production_pushes_to_the_public_internet_only(settings, address):
    live = settings.model_copy(update={"env": Environment.PRODUCTION})

    with pytest.raises(ForbiddenAddress):
        await check_public(live, address)


async def test_a_private_address_is_given_up_without_a_call(services, run_tasks, push_service):
    browser = push_service.browser()
    browser.endpoint = "https://10.0.0.1/push/1"
    sent = await send(services, browser, {})

    await run_tasks()

    assert (await message(services, sent)).state == "gone"


@pytest.mark.parametrize(
    ("p256dh", "auth"), [("", ""), ("AAAA", "AAAA"), ("!!", "??"), ("BA" + "A" * 85, "A" * 22)]
)
def test_broken_keys_are_refused(p256dh, auth):
    with pytest.raises(ValueError, match=r"."):
        push.check_keys(p256dh, auth)


async def test_an_unset_key_is_made_up_outside_production_and_stays_the_same(settings):
    bare = settings.model_copy(update={"vapid_private_key": SecretStr("")})

    assert push.public_key(bare) == push.public_key(bare)
    assert len(push.public_key(bare)) == 87
    assert push.public_key(bare) != push.public_key(settings)


async def test_production_without_a_key_has_no_push(settings):
    bare = settings.model_copy(
        update={"vapid_private_key": SecretStr(""), "env": Environment.PRODUCTION}
    )

    assert vapid.key_of(bare) is None
    assert push.public_key(bare) == ""
