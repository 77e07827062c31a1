"""What opens a child's own phone, and what it opens: the child's shop, and nobody's family."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.family import child_secrets
from app.family.models import ChildDevice
from app.kernel import clock
from tests import cast as people
from tests.accounts.authenticator import Authenticator
from tests.family.phones import HERE, PICTURE, PIN, START, Phone, offer, rows, stay_of
from tests.flows.garbage import RAW
from tests.make.browsing import field

IDLE = timedelta(hours=2, minutes=1)


@pytest.fixture
def new_phone(new_client):
    return lambda: Phone(new_client())


@pytest.fixture
async def phone(services, new_phone):
    """Lola's own phone, open."""
    made = new_phone()
    await made.set_up((await offer(services, people.lola)).token)
    return made


@pytest.fixture
def put_down(phone):
    """The phone without its session, as after two hours; its own cookie stays."""

    def put() -> Phone:
        phone.client.cookies.delete("session")
        phone.client.cookies.delete("csrf")
        return phone

    return put


@pytest.mark.parametrize(
    "weak", ["1111", "0000", "1234", "9876", "8901", "4545", "2019", "1987", "0987"]
)
def test_numbers_that_are_easy_to_guess_are_weak(weak):
    assert child_secrets.is_weak(weak)


@pytest.mark.parametrize("fine", ["7391", "5802", "1357", "0420", "3316"])
def test_other_numbers_are_fine(fine):
    assert not child_secrets.is_weak(fine)


async def test_picture_and_numbers_are_chosen_twice(services, new_phone, cast):
    phone = new_phone()
    await phone.link((await offer(services, cast.lola)).token)

    weak = await phone.show(pin="1234")
    first = await phone.show()
    other = await phone.show(picture="robot")
    again = await phone.show()
    second = await phone.show()

    assert weak.status_code == other.status_code == 422
    assert first.headers["location"] == again.headers["location"] == START
    assert second.headers["location"] == "/uz/kids"
    [row] = await rows(services, cast.lola)
    assert row.secret_hash.startswith("$argon2id$")
    assert row.new_secret_hash is None


async def test_the_hash_is_of_this_phone_and_of_the_pepper(services, phone, cast):
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    [row] = await rows(services, cast.lola)
    settings, known = services.settings, row.secret_hash

    assert await child_secrets.matches(settings, known, row.id, PICTURE, PIN)
    assert not await child_secrets.matches(settings, known, cast.lola.id, PICTURE, PIN)
    assert not await child_secrets.matches(settings, known, row.id, "robot", PIN)
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(known, f"{row.id}:{PICTURE}:{PIN}")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"pin": PIN},
        {"picture": PICTURE},
        {"picture": "fox", "pin": PIN},
        {"picture": PICTURE, "pin": "12345"},
        {"picture": PICTURE, "pin": "٧٣٩١"},
        {"picture": PICTURE, "pin": "7391' or 1=1"},
    ],
)
async def test_what_no_child_can_press_is_refused_and_not_shown_again(put_down, services, data):
    phone = put_down()

    answer = await phone.post(START, **data)

    assert answer.status_code == 422
    assert "checked" not in answer.text
    for sent in data.values():
        assert f'value="{sent}"' not in answer.text.replace(f'value="{PICTURE}"', "")
    [row] = await rows(services, people.lola)
    assert row.failures == 0


async def test_garbage_from_a_linked_phone_is_answered(put_down, services):
    phone = put_down()
    token = field((await phone.get(START)).text, "_csrf_token")

    for kind, body in RAW:
        headers = {**HERE, "content-type": kind, "x-csrf-token": token}
        answer = await phone.client.post(START, content=body, headers=headers)
        assert answer.status_code in (400, 403, 404, 422), (kind, body[:40])
    [row] = await rows(services, people.lola)
    assert (row.failures, row.secret_hash is None) == (0, False)


async def test_the_session_is_the_childs_and_nobody_waits_behind_it(services, phone, cast):
    row = await stay_of(services, phone.client.cookies["session"])
    home = await phone.get("/uz/kids")

    assert (row.zone, row.child_id, row.user_id) == ("kids", cast.lola.id, None)
    assert row.suspended_id is None
    assert row.device == "Chrome, Android"
    assert "Lola" in home.text


async def test_parents_pages_do_not_exist_for_it(phone, cast):
    lola = f"/uz/family/children/{cast.lola.id}"
    pages = [
        "/uz/family",
        lola,
        f"{lola}/phones",
        "/uz/me",
        "/uz/cart",
        "/uz/confirm",
        "/uz/seller",
    ]
    deeds = [f"{lola}/limit", f"{lola}/phones/new", f"{lola}/phones/ending", "/uz/family/pin"]

    assert {(await phone.get(path)).status_code for path in pages} == {404}
    assert {(await phone.post(path)).status_code for path in deeds} == {404}


async def test_after_two_hours_it_asks_for_picture_and_numbers(services, phone, cast):
    before = phone.client.cookies["session"]

    with clock.shifted(IDLE):
        out = [await phone.get(path) for path in ("/uz/kids", "/uz/", "/uz/family", "/uz/search")]
        page = await phone.get(START)
        wrong = await phone.show(picture="star")
        right = await phone.show()
        home = await phone.get("/uz/kids")

    assert {one.headers["location"].split("?")[0] for one in out} == {START}
    assert "Lola" in page.text
    assert not any(word in page.text for word in ("Temur", "Dilnoza", "Karimov", "+998"))
    assert wrong.status_code == 422
    assert right.headers["location"] == "/uz/kids"
    assert home.status_code == 200
    assert phone.client.cookies["session"] != before


async def test_the_phones_cookie_alone_opens_nothing(services, put_down, new_phone, cast):
    thief = new_phone()
    thief.client.cookies.set("child", put_down().token, domain="localhost.local")

    shop = [await thief.get(path) for path in ("/uz/kids", "/uz/kids/asks", "/uz/", "/uz/p/x")]
    page = await thief.get(START)
    guesses = [(await thief.show(picture=one, pin="5802")).status_code for one in ("star", "robot")]

    assert {one.headers["location"].split("?")[0] for one in shop} == {START}
    assert page.status_code == 200
    assert guesses == [422, 422]
    assert "session" not in thief.client.cookies


async def test_fifty_wrong_tries_at_once_are_five(services, put_down, cast, monkeypatch):
    looked, compare = [], child_secrets.matches

    async def counting(*args):
        looked.append(args)
        return await compare(*args)

    monkeypatch.setattr(child_secrets, "matches", counting)
    phone = put_down()
    [row] = await rows(services, cast.lola)

    answers = await asyncio.gather(*(phone.show(pin="5802") for _ in range(50)))
    await services.redis.flushdb()
    right = await phone.show()

    assert {answer.status_code for answer in answers} == {422}
    assert right.status_code == 422
    assert len(looked) == 5
    [row] = await rows(services, cast.lola)
    assert row.failures == 5
    assert row.locked_until - clock.now() <= timedelta(minutes=1)


async def test_the_lock_grows_and_a_right_answer_clears_it(services, put_down, cast):
    phone = put_down()
    for _ in range(5):
        await phone.show(pin="5802")

    with clock.shifted(timedelta(seconds=61)):
        await phone.show(pin="5802")
        early = await phone.show()
    with clock.shifted(timedelta(minutes=4)):
        still = await phone.show()
    with clock.shifted(timedelta(minutes=7)):
        freed = await phone.show()

    assert early.status_code == still.status_code == 422
    assert freed.headers["location"] == "/uz/kids"
    [row] = await rows(services, cast.lola)
    assert (row.failures, row.locked_until) == (0, None)


async def test_wrong_tries_on_one_phone_do_not_lock_another(services, put_down, new_phone, cast):
    other = new_phone()
    await other.set_up((await offer(services, cast.lola)).token)
    phone = put_down()

    for _ in range(6):
        await phone.show(pin="5802")
    other.client.cookies.delete("session")
    other.client.cookies.delete("csrf")

    assert (await other.show()).headers["location"] == "/uz/kids"


async def test_a_phone_that_nobody_set_up_in_an_hour_is_nobodys(services, new_phone, cast):
    phone = new_phone()
    await phone.link((await offer(services, cast.lola)).token)

    with clock.shifted(timedelta(hours=1, seconds=1)):
        page = await phone.get(START)
        await phone.show()
        await phone.show()

    assert "Lola" not in page.text
    assert "session" not in phone.client.cookies


async def test_coming_in_again_ends_the_stay_before(services, phone, put_down, cast):
    first = phone.client.cookies["session"]

    await put_down().show()

    assert (await stay_of(services, first)).ended_at is not None
    async with services.db.begin() as session:
        alive = await session.execute(
            text("select id from session where child_id = :id and ended_at is null"),
            {"id": cast.lola.id},
        )
        assert len(alive.all()) == 1


async def test_ending_a_phone_while_it_is_opened_leaves_no_stay(
    services, put_down, new_client, sign_in, cast
):
    father = await sign_in(new_client(), cast.jasur)
    ending = f"/uz/family/children/{cast.lola.id}/phones/ending"

    await asyncio.gather(put_down().show(), father.post(ending, headers=HERE))

    async with services.db.begin() as session:
        alive = await session.execute(
            text("select id from session where child_id = :id and ended_at is null"),
            {"id": cast.lola.id},
        )
        assert alive.all() == []


async def test_leaving_by_the_parents_pin_leads_to_a_plain_sign_in(services, phone, cast):
    wrong = await phone.post("/uz/kids/leave", pin="000001")
    left = await phone.post("/uz/kids/leave", pin=cast.PINS[cast.KARIMOV])
    door = await phone.get("/uz/sign-in?next=/family")
    inside = [await phone.get(path) for path in ("/uz/family", "/uz/", "/uz/kids", "/uz/me")]
    again = await phone.show()

    assert wrong.status_code == 422
    assert left.headers["location"].startswith("/uz/sign-in")
    assert door.status_code == 200
    assert not any(word in door.text for word in ("Dilnoza", "Lola"))
    assert {one.headers["location"].split("?")[0] for one in inside} == {START}
    assert again.headers["location"] == "/uz/kids"


async def test_a_guardians_passkey_leads_to_the_same_sign_in(phone, new_client, sign_in, cast):
    finger = Authenticator()
    mother = await sign_in(new_client(), cast.dilnoza, confirmed_at=clock.now())
    options = (await mother.post("/passkeys/register/options", headers=HERE)).json()
    made = finger.create(options)
    await mother.post("/passkeys/register/verify", json=made, headers=HERE)
    token = {**HERE, "x-csrf-token": phone.client.cookies["csrf"]}

    options = (await phone.client.post("/passkeys/leave/options", headers=token)).json()
    proof = finger.get(options)
    left = await phone.client.post("/passkeys/leave/verify", json=proof, headers=token)
    inside = await phone.get("/uz/family")

    assert left.json()["next"].endswith("/sign-in?next=/family")
    assert inside.headers["location"].startswith(START)


async def test_a_grown_up_may_sign_in_on_it_and_leaves_it_the_childs(
    services, put_down, sign_in, cast
):
    phone = put_down()
    await sign_in(phone.client, cast.dilnoza)
    mothers = await phone.get("/uz/family")
    as_mother = await phone.client.post(START, data={"picture": PICTURE, "pin": PIN}, headers=HERE)

    signed_out = await phone.client.post("/uz/sign-out", headers=HERE)
    phone.client.cookies.delete("session")
    after = await phone.get("/uz/")

    assert mothers.status_code == 200
    assert as_mother.headers["location"] == START
    assert signed_out.status_code == 303
    assert after.headers["location"].startswith(START)


async def test_a_lent_phone_goes_to_the_sign_in_page_as_ever(client, sign_in, cast):
    await sign_in(client, cast.lola)

    with clock.shifted(IDLE):
        answer = await client.get("/uz/kids")

    assert answer.headers["location"].startswith("/uz/sign-in")


async def test_an_erased_child_leaves_a_phone_that_asks_for_its_grown_up(services, phone, cast):
    from app.family.personal import PERSONAL
    from app.kernel.personal import Subject

    [holding] = [one for one in PERSONAL if one.name == "child_phones"]
    async with services.db.begin() as session:
        shown = await holding.collect(session, Subject(child_ids=(cast.lola.id,)))
        await holding.erase(session, Subject(child_ids=(cast.lola.id,)))
        await session.execute(text("delete from session where child_id is not null"))
        left = (await session.scalars(select(ChildDevice.id))).all()

    assert [row["device"] for row in shown] == ["Chrome, Android"]
    assert set(shown[0]) == set(holding.fields)
    assert left == []
    assert (await phone.get("/uz/")).headers["location"].startswith(START)
    assert "Lola" not in (await phone.get(START)).text


async def test_an_ended_phone_is_an_ordinary_one_after_a_week(services, phone, cast):
    async with services.db.begin() as session:
        await session.execute(text("delete from child_device"))
        await session.execute(text("delete from session"))

    page = await phone.get(START)

    cookie = next(c for c in page.headers.get_list("set-cookie") if c.startswith("child="))
    assert "Max-Age=604800" in cookie
    assert "HttpOnly" in cookie
