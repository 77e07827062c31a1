"""Passwords: optional, long, counted in the database, the same answer for everybody."""

import asyncio
import unicodedata
from datetime import timedelta

from sqlalchemy import select, text

from app.accounts import passwords
from app.accounts.handles import Handle, Kind
from app.accounts.models import Password, Session
from app.accounts.passwords import Answer
from app.kernel import clock, hashing
from tests.accounts.steps import (
    PASSWORD,
    fresh_phone,
    give_mail,
    give_password,
    messages,
    send,
    without_random,
)
from tests.statements import counted

WRONG = "bu parol umuman boshqa gap"


def phone_of(person):
    return Handle(Kind.PHONE, person.phone)


async def sign_in(client, phone, password, **more):
    return await send(client, "/uz/sign-in/password", phone=phone, password=password, **more)


async def test_a_password_opens_the_account_by_phone_and_by_mail(new_client, services, cast):
    await give_password(services, cast.olga)
    mail = await give_mail(services, cast.olga)

    by_phone = await sign_in(new_client(), cast.olga.phone, PASSWORD, next="/uz/orders")
    by_mail = await sign_in(new_client(), mail.value.upper(), PASSWORD)

    assert (by_phone.status_code, by_phone.headers["location"]) == (303, "/uz/orders")
    assert by_mail.status_code == 303


async def test_a_wrong_password_an_unknown_person_and_no_password_look_alike(
    new_client, services, cast
):
    await give_password(services, cast.olga)
    stranger, bare, mail = fresh_phone(), cast.nodira.phone, "nobody@mail.uz"

    answers, statements = {}, {}
    for who in (cast.olga.phone, stranger, bare, mail):
        client = new_client()
        page = await client.get("/uz/sign-in/password")
        with counted(services) as seen:
            answers[who] = await send(
                client, "/uz/sign-in/password", csrf_from=page, phone=who, password=WRONG
            )
        statements[who] = [one.split()[0] for one in seen]

    assert {a.status_code for a in answers.values()} == {422}
    assert len({without_random(a, who) for who, a in answers.items()}) == 1
    assert len({tuple(s) for s in statements.values()}) == 1
    assert not any("session" in a.cookies for a in answers.values())


async def test_the_same_work_is_done_for_nobody(services, cast, monkeypatch):
    await give_password(services, cast.olga)
    verified = []
    real = hashing._verified
    monkeypatch.setattr(hashing, "_verified", lambda *a: verified.append(a[1]) or real(*a))

    await passwords.sign_in(services, phone_of(cast.olga), WRONG)
    await passwords.sign_in(services, Handle(Kind.PHONE, fresh_phone()), WRONG)

    assert len(verified) == 2
    dummy = hashing._nobodys(hashing._hasher(services.settings))
    assert dummy.split("$")[:4] == verified[0].split("$")[:4]


async def test_of_a_hundred_parallel_wrong_passwords_eight_are_looked_at(services, cast):
    await give_password(services, cast.olga)

    tries = (passwords.sign_in(services, phone_of(cast.olga), WRONG) for _ in range(100))
    results = await asyncio.gather(*tries)

    answers = [result.answer for result in results]
    assert answers.count(Answer.WRONG) == 8
    assert answers.count(Answer.WAIT) == 92
    right = await passwords.sign_in(services, phone_of(cast.olga), PASSWORD)
    assert right.answer is Answer.WAIT


async def test_a_hundred_parallel_tries_at_nobody_are_counted_alike(services):
    handle = Handle(Kind.MAIL, "nobody@mail.uz")

    results = await asyncio.gather(
        *(passwords.sign_in(services, handle, WRONG) for _ in range(100))
    )

    assert [r.answer for r in results].count(Answer.WRONG) == 8


async def test_phone_and_mail_of_one_person_share_the_count(services, cast):
    await give_password(services, cast.olga)
    mail = await give_mail(services, cast.olga)

    for handle in (phone_of(cast.olga), mail) * 4:
        await passwords.sign_in(services, handle, WRONG)

    assert (await passwords.sign_in(services, mail, PASSWORD)).answer is Answer.WAIT


async def test_the_count_outlives_a_flushed_cache_and_grows_without_locking_for_good(
    services, cast
):
    await give_password(services, cast.olga)
    for _ in range(8):
        await passwords.sign_in(services, phone_of(cast.olga), WRONG)
    await services.redis.flushall()

    waits = []
    shift = timedelta(0)
    for _ in range(4):
        with clock.shifted(shift):
            refused = await passwords.sign_in(services, phone_of(cast.olga), WRONG)
        assert refused.answer is Answer.WAIT
        waits.append(round(refused.wait.total_seconds() / 60))
        shift += refused.wait + timedelta(seconds=1)
        with clock.shifted(shift):
            await passwords.sign_in(services, phone_of(cast.olga), WRONG)
    with clock.shifted(shift + timedelta(minutes=16, seconds=2)):
        right = await passwords.sign_in(services, phone_of(cast.olga), PASSWORD)

    assert waits == [1, 2, 4, 8]
    assert right.answer is Answer.RIGHT
    assert (await passwords.sign_in(services, phone_of(cast.olga), WRONG)).answer is Answer.WRONG


async def test_a_code_still_opens_what_wrong_passwords_made_wait(client, services, cast):
    from tests.accounts.test_signing_in import sign_in_by_code

    await give_password(services, cast.olga)
    for _ in range(9):
        await passwords.sign_in(services, phone_of(cast.olga), WRONG)

    answer = await sign_in_by_code(client, services, cast.olga.phone)

    assert answer.status_code == 303


async def test_what_waits_says_so_beside_the_field_also_for_nobody(client):
    phone = fresh_phone()
    for _ in range(8):
        await sign_in(client, phone, WRONG)

    answer = await sign_in(client, phone, WRONG)

    assert answer.status_code == 429
    assert "field-password-error" in answer.text
    assert WRONG not in answer.text


async def test_the_last_of_128_characters_counts(services, cast):
    password = ("ko‘k 🦊 va oq 🐼 tog‘da yashaydi, " * 8)[:127] + "🦁"
    assert len(password) == 128
    await give_password(services, cast.olga, password)

    right = await passwords.sign_in(services, phone_of(cast.olga), password)
    wrong = await passwords.sign_in(services, phone_of(cast.olga), password[:-1] + "🐯")

    assert (right.answer, wrong.answer) == (Answer.RIGHT, Answer.WRONG)


async def test_spaces_count_and_letters_typed_in_parts_are_the_same(client, services, cast):
    typed = " йўлбарс ёмғир ostida  "
    await give_password(services, cast.olga, unicodedata.normalize("NFC", typed))

    apart = await sign_in(client, cast.olga.phone, unicodedata.normalize("NFD", typed))
    trimmed = await passwords.sign_in(services, phone_of(cast.olga), typed.strip())

    assert apart.status_code == 303
    assert trimmed.answer is Answer.WRONG


async def test_a_hash_of_older_cost_is_made_anew_at_the_next_right_sign_in(
    services, settings, cast
):
    cheap = settings.model_copy(update={"argon2_memory_kib": 8 * 1024})
    async with services.db.begin() as session:
        await passwords.set_new(session, cheap, cast.olga.id, PASSWORD)
    before = await hash_of(services, cast.olga)

    await passwords.sign_in(services, phone_of(cast.olga), WRONG)
    unchanged = await hash_of(services, cast.olga)
    await passwords.sign_in(services, phone_of(cast.olga), PASSWORD)

    assert "m=8192" in before
    assert unchanged == before
    assert "m=19456,t=2" in await hash_of(services, cast.olga)
    assert (await passwords.sign_in(services, phone_of(cast.olga), PASSWORD)).user_id


async def hash_of(services, person):
    async with services.db.begin() as session:
        return await session.scalar(select(Password.hash).where(Password.user_id == person.id))


async def confirmed(sign_in, client, person):
    return await sign_in(client, person, confirmed_at=clock.now(), confirmed_by="code")


async def test_setting_one_asks_for_the_current_one_and_tells_everywhere(
    client, services, sign_in, cast
):
    await confirmed(sign_in, client, cast.olga)
    await give_mail(services, cast.olga)

    first = await send(client, "/uz/me/password", new_password=PASSWORD)
    without = await send(client, "/uz/me/password", new_password="yangi parol, eskisi emas")
    wrong = await send(
        client,
        "/uz/me/password",
        current_password=WRONG,
        new_password="yangi parol, eskisi emas",
    )
    right = await send(
        client,
        "/uz/me/password",
        current_password=PASSWORD,
        new_password="yangi parol, eskisi emas",
    )

    statuses = [answer.status_code for answer in (first, without, wrong, right)]
    assert statuses == [303, 422, 422, 303]
    assert "field-current_password-error" in without.text
    assert "field-current_password-error" in wrong.text
    told = [(m.channel, m.kind) for m in await messages(services)]
    assert told == [("sms", "ways_changed"), ("mail", "ways_changed")] * 2
    changed = await passwords.sign_in(services, phone_of(cast.olga), "yangi parol, eskisi emas")
    assert changed.answer is Answer.RIGHT


async def test_wrong_current_passwords_count_with_the_sign_in(client, services, sign_in, cast):
    await give_password(services, cast.olga)
    await confirmed(sign_in, client, cast.olga)

    for _ in range(8):
        await send(client, "/uz/me/password", current_password=WRONG, new_password=PASSWORD + "!")
    answer = await send(
        client, "/uz/me/password", current_password=PASSWORD, new_password=PASSWORD + "!"
    )

    assert answer.status_code == 422
    assert (await passwords.sign_in(services, phone_of(cast.olga), PASSWORD)).answer is Answer.WAIT


async def test_a_weak_one_is_said_beside_the_field_and_never_shown_again(
    client, services, sign_in, cast
):
    await confirmed(sign_in, client, cast.olga)

    answer = await send(client, "/uz/me/password", new_password="Bozorcha2026!!!")

    assert answer.status_code == 422
    assert "field-new_password-error" in answer.text
    assert "Bozorcha2026!!!" not in answer.text
    assert await hash_of(services, cast.olga) is None


async def test_other_devices_end_only_when_that_is_chosen(
    client, new_client, services, sign_in, cast
):
    await sign_in(new_client(), cast.olga)
    await confirmed(sign_in, client, cast.olga)

    await send(client, "/uz/me/password", new_password=PASSWORD)
    kept = await open_sessions(services, cast.olga)
    await send(
        client,
        "/uz/me/password",
        current_password=PASSWORD,
        new_password=PASSWORD + "!",
        end_others="1",
    )

    assert kept == 2
    assert await open_sessions(services, cast.olga) == 1
    assert (await client.get("/uz/me")).status_code == 200


async def open_sessions(services, person):
    async with services.db.begin() as session:
        rows = await session.scalars(
            select(Session).where(Session.user_id == person.id, Session.ended_at.is_(None))
        )
        return len(rows.all())


async def test_without_a_fresh_proof_no_password_is_set(client, services, sign_in, cast):
    await sign_in(client, cast.olga)

    answer = await send(client, "/uz/me/password", new_password=PASSWORD)

    assert answer.status_code == 403
    assert await hash_of(services, cast.olga) is None


async def test_a_short_one_opens_nothing_once_its_second_factor_is_gone(services, cast):
    async with services.db.begin() as session:
        await passwords.set_new(session, services.settings, cast.olga.id, "xT7#kqLm")

    result = await passwords.sign_in(services, phone_of(cast.olga), "xT7#kqLm")

    assert result.answer is Answer.TOO_SHORT


async def test_going_on_without_one(client, services, sign_in, cast):
    await give_password(services, cast.olga)
    await confirmed(sign_in, client, cast.olga)

    answer = await send(client, "/uz/me/password/removal", csrf_from=None)

    assert answer.status_code == 303
    assert await hash_of(services, cast.olga) is None


async def test_a_closed_account_stays_closed(client, services, cast):
    await give_password(services, cast.olga)
    async with services.db.begin() as session:
        await session.execute(
            text('update "user" set suspended_at = now() where id = :id'), {"id": cast.olga.id}
        )

    answer = await sign_in(client, cast.olga.phone, PASSWORD)

    assert answer.headers["location"] == "/uz/account-closed"
    assert "session" not in client.cookies


async def test_the_fields_suit_password_managers(client, services, sign_in, cast):
    await give_password(services, cast.olga)
    page = (await client.get("/uz/sign-in/password")).text
    own = (await (await confirmed(sign_in, client, cast.olga)).get("/uz/me/password")).text

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="new-password"' in own
    assert 'autocomplete="current-password"' in own
    assert "maxlength" not in page.split('type="password"')[1].split(">")[0]


async def test_eight_characters_are_enough_for_whoever_is_asked_a_second_factor(
    new_client, services, cast
):
    short = "xT7#kqLm"
    await give_password(services, cast.malika, short)

    answer = await sign_in(new_client(), cast.malika.phone, short)
    async with services.db.begin() as session:
        with_factor = await passwords.least_length(session, cast.malika.id)
        without = await passwords.least_length(session, cast.olga.id)

    assert answer.headers["location"].startswith("/uz/sign-in/second-step")
    assert (with_factor, without) == (8, 15)
