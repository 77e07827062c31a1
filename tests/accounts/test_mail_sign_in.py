"""Signing in and up by mail: the same field, the same code, the same answers."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.codes import CodeResult
from app.accounts.handles import parse_mail
from app.accounts.models import Identity
from app.delivery.models import Message
from app.kernel import clock
from app.kernel.tasks import Queue, TaskRow
from tests.accounts.steps import give_mail, last_code, last_message, send, without_random
from tests.accounts.test_signing_in import check
from tests.accounts.test_signing_in import send as send_code
from tests.statements import counted

MAIL = "yangi.odam@mail.uz"


async def ask(client, typed):
    return await send(client, "/uz/sign-in", phone=typed)


async def enter(client, page, typed, code):
    return await send(client, "/uz/sign-in/code", csrf_from=page, phone=typed, code=code)


async def test_a_new_person_signs_up_with_a_mail_and_a_code(client, services):
    page = await ask(client, " Yangi.Odam@Mail.UZ ")
    answer = await enter(client, page, MAIL, await last_code(services, MAIL))

    assert answer.status_code == 303
    assert MAIL in (await client.get("/uz/me")).text
    async with services.db.begin() as session:
        [identity] = await session.scalars(select(Identity).where(Identity.value == MAIL))
    assert identity.kind == "mail"
    assert identity.verified_at is not None


async def test_a_known_mail_finds_its_person(client, services, cast):
    mail = await give_mail(services, cast.olga)

    page = await ask(client, mail.value)
    await enter(client, page, mail.value, await last_code(services, mail.value))

    assert cast.olga.name in (await client.get("/uz/me")).text


async def test_known_and_unknown_mails_get_the_same_answer_after_the_same_work(
    new_client, services, cast
):
    known = (await give_mail(services, cast.olga)).value
    answers, statements = [], []
    for mail in (known, MAIL):
        client = new_client()
        page = await client.get("/uz/sign-in")
        with counted(services) as seen:
            answers.append(await send(client, "/uz/sign-in", csrf_from=page, phone=mail))
        statements.append(len(seen))

    assert [a.status_code for a in answers] == [200, 200]
    assert without_random(answers[0], known) == without_random(answers[1], MAIL)
    assert statements[0] == statements[1]


async def test_the_letter_goes_at_once_with_the_code_in_its_subject(client, services):
    await ask(client, MAIL)

    letter = await last_message(services, MAIL)
    async with services.db.begin() as session:
        task = await session.scalar(select(TaskRow).where(TaskRow.key == f"message:{letter.id}"))
    assert letter.channel == "mail"
    assert re.search(r"\b\d{6}\b", letter.subject)
    assert task.queue == Queue.CRITICAL


async def test_a_code_by_mail_is_bound_to_the_browser_and_ten_minutes_old_at_most(services):
    await send_code(services, MAIL)
    code = await last_code(services, MAIL)

    assert await check(services, MAIL, code, binding=b"o" * 16) is CodeResult.WRONG
    with clock.shifted(timedelta(minutes=10, seconds=1)):
        assert await check(services, MAIL, code) is CodeResult.EXPIRED
    assert await check(services, MAIL, code) is CodeResult.OK


@pytest.mark.parametrize(
    "typed", ["a@b", "a b@mail.uz", "a..b@mail.uz", "ü@mail.uz", "x" * 65 + "@mail.uz", "@mail.uz"]
)
async def test_what_is_no_mail_is_said_beside_the_field(client, services, typed):
    answer = await ask(client, typed)

    assert answer.status_code == 422
    assert "field-phone-error" in answer.text
    async with services.db.begin() as session:
        assert (await session.scalars(select(Message))).all() == []


@pytest.mark.parametrize(
    ("typed", "mail"),
    [
        ("Olga@Mail.RU", "olga@mail.ru"),
        (" o.l+ga@a-b.co.uz\n", "o.l+ga@a-b.co.uz"),
        ("a@b.c\nBcc: x@y.uz", None),
        ("a@-b.uz", None),
        ("a@1.2.3.4", None),
    ],
)
def test_mails_have_one_spelling(typed, mail):
    assert parse_mail(typed) == mail


async def test_the_field_offers_passkeys_and_mails(client):
    page = (await client.get("/uz/sign-in")).text

    assert 'autocomplete="username webauthn"' in page
    assert "/uz/sign-in/password" in page
