"""SMS and mail at servers of the test, the rows without them, and the development mailbox."""

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select

from app import main
from app.delivery import outbox, sending, sms
from app.delivery.models import Message
from app.kernel.config import Environment
from app.kernel.services import build

PHONE = "+998901234501"


async def write(services, kind="code", text="Kod: 123456", **more):
    async with services.db.begin() as session:
        return await outbox.send_sms(session, PHONE, kind, text, "uz", **more)


async def message(services, message_id):
    async with services.db.begin() as session:
        return await session.get(Message, message_id)


@pytest.fixture
async def reached(services):
    """The same services with other settings, as a worker of another deployment would have."""
    opened = []

    async def make(**values):
        built = build(services.settings.model_copy(update=values), services.registry)
        await built.redis.delete(sms.TOKEN_KEY)
        opened.append(built)
        return built

    yield make
    for built in opened:
        await built.close()


class Gateway:
    """An SMS gateway of the Eskiz kind."""

    def __init__(self):
        self.calls = []
        self.answers = {}

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    @property
    def url(self):
        return f"http://shop%40mail.uz:secret@127.0.0.1:{self.port}/api?from=4546"

    async def _serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)}
        form = parse_qs((await reader.readexactly(int(headers["content-length"]))).decode())
        path = head[0].split()[1]
        self.calls.append((path, {k: v[0] for k, v in form.items()}, headers))
        queue = self.answers.get(path, [])
        status = queue.pop(0) if queue else 200
        body = b'{"data": {"token": "t-%d"}}' % len(self.calls)
        length = f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(f"HTTP/1.1 {status} X\r\n{length}".encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def gateway():
    async with Gateway() as running:
        yield running


async def test_the_gateway_gets_the_text_with_plain_quotes(services, gateway, reached):
    live = await reached(sms_url=gateway.url)
    sent = await write(services, text="Oʻgʻlingiz soʻradi: “Kitob”, 5\u00a0000 soʻm")

    await sending.deliver(live, sent)

    [(_, login, _), (path, form, headers)] = gateway.calls
    assert login == {"email": "shop@mail.uz", "password": "secret"}
    assert path == "/api/message/sms/send"
    assert form["mobile_phone"] == "998901234501"
    assert form["message"] == "O'g'lingiz so'radi: \"Kitob\", 5 000 so'm"
    assert form["from"] == "4546"
    assert form["user_sms_id"] == str(sent)
    assert headers["authorization"] == "Bearer t-1"
    assert (await message(services, sent)).state == "sent"


async def test_the_token_is_kept_and_renewed_when_refused(services, gateway, reached):
    live = await reached(sms_url=gateway.url)
    for _ in range(2):
        await sending.deliver(live, await write(services))
    gateway.answers["/api/message/sms/send"] = [401]

    await sending.deliver(live, await write(services))

    paths = [path.rsplit("/", 1)[1] for path, _, _ in gateway.calls]
    assert paths == ["login", "send", "send", "send", "login", "send"]


@pytest.mark.parametrize(("status", "state"), [(400, "failed"), (422, "failed")])
async def test_a_refused_text_is_not_tried_again(services, gateway, reached, status, state):
    live = await reached(sms_url=gateway.url)
    gateway.answers["/api/message/sms/send"] = [status]
    sent = await write(services)

    await sending.deliver(live, sent)

    assert (await message(services, sent)).state == state


async def test_a_gateway_that_is_down_is_tried_again(services, reached):
    from app.kernel.tasks import Retry

    live = await reached(sms_url="http://a:b@127.0.0.1:9/api")
    sent = await write(services)

    with pytest.raises(Retry):
        await sending.deliver(live, sent)

    row = await message(services, sent)
    assert (row.state, row.tries) == ("waiting", 1)


async def test_production_keeps_no_words_and_says_when_nobody_can_send(services, reached):
    live = await reached(env=Environment.PRODUCTION)
    sent = await write(services)

    await sending.deliver(live, sent)

    row = await message(services, sent)
    assert (row.state, row.body) == ("failed", "")


async def test_a_letter_reaches_the_mail_server_once_with_its_own_id(services, reached):
    letters = []

    async def serve(reader, writer):
        writer.write(b"220 hello\r\n")
        async for line in reader:
            verb = line.strip().upper()
            if verb == b"DATA":
                writer.write(b"354 go\r\n")
                letters.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 ok\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    live = await reached(smtp_url=f"smtp://127.0.0.1:{port}")
    async with services.db.begin() as session:
        sent = await outbox.send_mail(
            session,
            address="olga@mail.uz",
            kind="news",
            subject="Заказ",
            text="Ваш заказ в пути",
            locale="ru",
        )

    await sending.deliver(live, sent)
    await sending.deliver(live, sent)
    server.close()

    [letter] = letters
    assert f"Message-ID: <{sent}@localhost>".encode() in letter
    assert b"To: olga@mail.uz" in letter
    assert (await message(services, sent)).state == "sent"


async def test_the_mailbox_shows_what_was_sent_newest_first_and_finds_a_phone(client, services):
    await write(services, text="birinchi")
    await write(services, text="ikkinchi <b>")
    async with services.db.begin() as session:
        await outbox.send_sms(session, "+998901234599", "code", "boshqa", "uz")

    page = await client.get("/uz/dev/mailbox", params={"q": "90 1234501"})
    part = await client.get("/uz/dev/mailbox", headers={"hx-request": "true"})

    assert page.text.index("ikkinchi &lt;b&gt;") < page.text.index("birinchi")
    assert "boshqa" not in page.text
    assert "boshqa" in part.text
    assert "<html" not in part.text


async def test_the_mailbox_opens_the_page_that_a_push_leads_to(client, services):
    body = '{"notification": {"body": "Lola soʻrayapti", "navigate": "/uz/family/approvals/1"}}'
    async with services.db.begin() as session:
        await outbox.send_push(
            session,
            endpoint="https://push.example/1",
            p256dh="",
            auth="",
            kind="approval_asked",
            payload=body,
            title="Savol",
            topic="1",
            locale="uz",
        )

    page = await client.get("/uz/dev/mailbox")

    assert "Lola soʻrayapti" in page.text
    assert '<a href="/uz/family/approvals/1">' in page.text


async def test_production_has_no_mailbox(client, services, built_app):
    framework, swap, _ = built_app
    live = services.settings.model_copy(update={"env": Environment.PRODUCTION})
    swap.current = main.scoped(framework, replace(services, settings=live))

    answer = await client.get("/uz/dev/mailbox")

    assert answer.status_code == 404


async def test_what_is_rolled_back_is_never_sent(services, run_tasks):
    async with services.db.session() as session:
        await outbox.send_sms(session, PHONE, "code", "Kod: 111111", "uz")
        await session.rollback()

    await run_tasks()

    async with services.db.begin() as session:
        assert (await session.scalars(select(Message))).all() == []
