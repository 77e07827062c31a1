"""A forgotten password: no probing, a link that works once, the second factor untouched."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import passwords, resets
from app.accounts.codes import TooManyCodes
from app.accounts.handles import Handle, Kind
from app.accounts.models import Password, PasswordReset
from app.accounts.passwords import Answer
from app.kernel import clock
from tests.accounts.steps import (
    PASSWORD,
    fresh_phone,
    give_mail,
    give_password,
    last_code,
    last_message,
    messages,
    send,
    without_random,
)
from tests.statements import counted

NEW = "uchta yangi anor va bitta behi"
LINK = re.compile(r"http://localhost:8000(/\w+/sign-in/reset\?token=([\w-]+))")


async def ask(client, typed):
    return await send(client, "/uz/sign-in/forgot", phone=typed)


async def letter_link(services, mail):
    return LINK.search((await last_message(services, mail)).body)


async def olga_with_a_link(client, services, cast):
    mail = (await give_mail(services, cast.olga)).value
    await give_password(services, cast.olga)
    await ask(client, mail)
    return mail, await letter_link(services, mail)


async def choose(client, password=NEW, **more):
    return await send(client, "/uz/sign-in/new-password", new_password=password, **more)


async def test_a_link_by_mail_leads_to_a_new_password_and_in(client, services, cast):
    _, link = await olga_with_a_link(client, services, cast)

    opened = await client.get(link[1])
    page = await client.get(opened.headers["location"])
    answer = await choose(client)

    assert (opened.status_code, opened.headers["location"]) == (303, "/uz/sign-in/new-password")
    assert link[2] not in page.text
    assert answer.status_code == 303
    assert (await client.get("/uz/me")).status_code == 200
    phone = Handle(Kind.PHONE, cast.olga.phone)
    assert (await passwords.sign_in(services, phone, NEW)).answer is Answer.RIGHT
    assert (await passwords.sign_in(services, phone, PASSWORD)).answer is Answer.WRONG


async def test_looking_at_the_link_uses_nothing_up(client, new_client, services, cast):
    _, link = await olga_with_a_link(client, services, cast)
    scanner = new_client()

    for _ in range(3):
        await scanner.get(link[1])
        await scanner.get("/uz/sign-in/new-password")
    await client.get(link[1])

    assert (await choose(client)).headers["location"] == "/uz/"


async def test_the_secret_is_long_kept_as_a_hash_and_out_of_reach_of_scripts(
    client, services, cast
):
    _, link = await olga_with_a_link(client, services, cast)

    opened = await client.get(link[1])

    async with services.db.begin() as session:
        row = await session.scalar(select(PasswordReset))
    assert len(link[2]) >= 43  # 256 bits in base64
    assert link[2].encode() not in row.token_hash
    [cookie] = [c for c in opened.headers.get_list("set-cookie") if c.startswith("reset=")]
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert opened.headers["cache-control"] == "no-store"


async def test_it_works_once_even_when_sent_twice_at_once(new_client, services, cast):
    first, second = new_client(), new_client()
    _, link = await olga_with_a_link(first, services, cast)
    pages = []
    for client in (first, second):
        await client.get(link[1])
        pages.append(await client.get("/uz/sign-in/new-password"))

    answers = await asyncio.gather(
        *(
            send(
                client, "/uz/sign-in/new-password", csrf_from=page, new_password=f"{NEW} {client!s}"
            )
            for client, page in zip((first, second), pages, strict=True)
        )
    )

    assert sorted(a.headers["location"] for a in answers) == ["/uz/", "/uz/sign-in/forgot"]


async def test_it_is_too_old_after_half_an_hour(client, services, cast):
    _, link = await olga_with_a_link(client, services, cast)
    await client.get(link[1])
    page = await client.get("/uz/sign-in/new-password")

    with clock.shifted(timedelta(minutes=30, seconds=1)):
        answer = await send(client, "/uz/sign-in/new-password", csrf_from=page, new_password=NEW)

    assert answer.headers["location"] == "/uz/sign-in/forgot"


async def test_a_newer_password_and_a_changed_address_kill_the_link(client, services, cast):
    _, link = await olga_with_a_link(client, services, cast)
    await give_password(services, cast.olga, PASSWORD + "!")

    await client.get(link[1])
    page = await client.get("/uz/sign-in/new-password")

    assert page.headers["location"] == "/uz/sign-in/forgot"


async def test_known_and_unknown_mails_get_the_same_answer_after_the_same_work(
    new_client, services, cast
):
    known = (await give_mail(services, cast.olga)).value
    unknown = "nobody@mail.uz"
    answers, statements = [], []
    for mail in (known, unknown):
        client = new_client()
        page = await client.get("/uz/sign-in/forgot")
        with counted(services) as seen:
            answers.append(await send(client, "/uz/sign-in/forgot", csrf_from=page, phone=mail))
        statements.append([one.split()[0] for one in seen])

    assert [a.status_code for a in answers] == [200, 200]
    assert without_random(answers[0], known) == without_random(answers[1], unknown)
    assert statements[0] == statements[1]
    assert not LINK.search((await last_message(services, unknown)).body)


@pytest.mark.parametrize("host", ["evil.example", "localhost:8000@evil.example"])
async def test_the_address_in_the_letter_is_ours_whatever_the_request_says(
    client, services, cast, host
):
    mail = (await give_mail(services, cast.olga)).value

    await client.post("/uz/sign-in/forgot", data={"phone": mail}, headers={"host": host})
    page = await client.get("/uz/sign-in/forgot")
    await send(client, "/uz/sign-in/forgot", csrf_from=page, phone=mail)

    assert all("evil" not in letter.body for letter in await messages(services))
    assert await letter_link(services, mail)


async def test_three_letters_an_hour_to_a_mail_even_when_asked_at_once(services, cast):
    mail = await give_mail(services, cast.olga)

    async def one():
        async with services.db.begin() as session:
            await resets.ask(session, services.settings, mail, "")

    results = await asyncio.gather(*(one() for _ in range(10)), return_exceptions=True)

    assert results.count(None) == 3
    assert sum(isinstance(r, TooManyCodes) for r in results) == 7


async def test_a_code_to_the_phone_does_the_same(client, services, cast):
    page = await ask(client, cast.olga.phone)
    code = await last_code(services, cast.olga.phone)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    enter = {"csrf_from": page, "phone": cast.olga.phone}

    refused = await send(client, "/uz/sign-in/forgot/code", code=wrong, **enter)
    taken = await send(client, "/uz/sign-in/forgot/code", code=code, **enter)
    answer = await choose(client)

    assert refused.status_code == 422
    assert taken.headers["location"] == "/uz/sign-in/new-password"
    assert answer.status_code == 303
    assert (await client.get("/uz/me")).status_code == 200


async def test_a_phone_without_an_account_is_led_to_the_sign_in(client, services):
    phone = fresh_phone()
    page = await ask(client, phone)

    answer = await send(
        client,
        "/uz/sign-in/forgot/code",
        csrf_from=page,
        phone=phone,
        code=await last_code(services, phone),
    )

    assert answer.headers["location"] == "/uz/sign-in"


async def test_a_code_for_a_new_password_signs_nobody_in(client, services, cast):
    page = await ask(client, cast.olga.phone)

    answer = await send(
        client,
        "/uz/sign-in/code",
        csrf_from=page,
        phone=cast.olga.phone,
        code=await last_code(services, cast.olga.phone),
    )

    assert answer.status_code == 422


async def test_other_devices_end_by_choice(client, new_client, services, sign_in, cast):
    other = await sign_in(new_client(), cast.olga)
    _, link = await olga_with_a_link(client, services, cast)

    await client.get(link[1])
    await choose(client, end_others="1")

    assert (await other.get("/uz/me")).status_code == 303
    assert (await client.get("/uz/me")).status_code == 200


async def test_a_weak_one_is_refused_and_the_link_still_works(client, services, cast):
    _, link = await olga_with_a_link(client, services, cast)
    await client.get(link[1])

    weak = await choose(client, "Bozorcha2026!!!")
    strong = await choose(client)

    assert weak.status_code == 422
    assert "field-new_password-error" in weak.text
    assert strong.status_code == 303


@pytest.mark.parametrize("token", ["", "x", "%00", "a" * 5000, "ф", '";,='])
async def test_garbage_for_a_token_opens_nothing(client, services, token):
    opened = await client.get("/uz/sign-in/reset", params={"token": token})
    page = await client.get("/uz/sign-in/new-password")
    answer = await client.post(
        "/uz/sign-in/new-password", data={"new_password": NEW}, headers={"origin": "null"}
    )

    assert opened.status_code in (303, 400)
    assert page.status_code == 303
    assert answer.status_code == 403
    async with services.db.begin() as session:
        assert await session.scalar(select(Password)) is None


async def test_the_owner_hears_of_it_at_every_address(client, services, cast):
    mail, link = await olga_with_a_link(client, services, cast)
    before = len(await messages(services))

    await client.get(link[1])
    await choose(client)

    told = [(m.recipient, m.kind) for m in (await messages(services))[before:]]
    assert (cast.olga.phone, "ways_changed") in told
    assert (mail, "ways_changed") in told


async def test_the_second_factor_is_asked_as_ever(client, services, cast):
    page = await ask(client, cast.malika.phone)
    code = await last_code(services, cast.malika.phone)
    await send(
        client, "/uz/sign-in/forgot/code", csrf_from=page, phone=cast.malika.phone, code=code
    )

    answer = await choose(client, "xT7#kqLm", end_others="1")
    inside = await client.get("/uz/me")

    assert answer.headers["location"].startswith("/uz/sign-in/second-step")
    assert inside.headers["location"].startswith("/uz/sign-in/second-step")
