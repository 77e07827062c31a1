"""A push service and phones that are subscribed at it."""

import pytest
from sqlalchemy import select

from app.delivery.models import Message
from app.notifications.models import Notification
from tests.delivery.push_service import PushService

HERE = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}


@pytest.fixture
async def push_service():
    async with PushService() as running:
        yield running


@pytest.fixture
def subscribe(push_service):
    """Turn notifications on in a signed-in client; returns the browser that can decrypt."""

    async def turn_on(client, name):
        browser = push_service.browser(name)
        answer = await client.post("/push/subscriptions", json=browser.subscription(), headers=HERE)
        assert answer.status_code == 201
        return browser

    return turn_on


@pytest.fixture
def read(services):
    """What is in the inboxes and what left, in the order of time."""

    async def rows():
        async with services.db.begin() as session:
            told = (await session.scalars(select(Notification).order_by(Notification.id))).all()
            sent = (await session.scalars(select(Message).order_by(Message.id))).all()
        return list(told), list(sent)

    return rows
