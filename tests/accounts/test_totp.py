"""The authenticator: RFC 6238, each step once, exact counts, encrypted seeds, the way to set it up."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.accounts import second_factor, totp
from app.accounts.models import SecondFactor
from app.accounts.second_factor import LOCK_SECONDS, Answer
from app.delivery.models import Message
from app.kernel import clock, crypto
from app.kernel.crypto import Undecipherable

HERE = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}
RFC_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
SETUP = "/uz/me/second-factor/authenticator"


async def check(services, person, typed):
    async with services.db.begin() as session:
        return await second_factor.check(session, services.settings, person.id, typed)


async def row_of(services, person):
    async with services.db.begin() as session:
        return await session.scalar(select(SecondFactor).where(SecondFactor.user_id == person.id))


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_rfc(seconds, code):
    """Appendix B of RFC 6238, its last six digits."""
    assert totp.code_at(RFC_SEED, datetime.fromtimestamp(seconds, UTC)) == code


@pytest.mark.parametrize(
    ("off", "fits"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)]
)
def test_a_clock_may_be_half_a_minute_off(off, fits):
    now = datetime(2026, 11, 21, 12, 0, 10, tzinfo=UTC)
    code = totp.code_at(RFC_SEED, now + timedelta(seconds=off))

    assert (totp.matching_step(RFC_SEED, code, now, None) is not None) == fits


def test_a_seed_has_160_bits_and_is_another_each_time():
    seeds = {totp.new_seed() for _ in range(50)}

    assert len(seeds) == 50
    assert all(re.fullmatch("[A-Z2-7]{32}", seed) for seed in seeds)


async def test_a_code_works_once(services, cast):
    code = cast.botir.app_code

    assert (await check(services, cast.botir, code)).answer is Answer.RIGHT
    assert (await check(services, cast.botir, code)).answer is Answer.WRONG


async def test_an_earlier_step_is_dead_once_a_later_one_was_used(services, cast):
    earlier = totp.code_at(cast.botir.seed, clock.now() - timedelta(seconds=30))

    assert (await check(services, cast.botir, cast.botir.app_code)).answer is Answer.RIGHT
    assert (await check(services, cast.botir, earlier)).answer is Answer.WRONG


async def test_a_right_code_typed_a_hundred_times_at_once_opens_once(services, cast):
    code = cast.botir.app_code

    found = await asyncio.gather(*(check(services, cast.botir, code) for _ in range(100)))

    assert [one.answer for one in found].count(Answer.RIGHT) == 1


async def test_of_a_hundred_parallel_wrong_codes_five_are_looked_at(services, cast):
    wrong = f"{(int(cast.botir.app_code) + 1) % 10**6:06d}"

    found = await asyncio.gather(*(check(services, cast.botir, wrong) for _ in range(100)))

    assert [one.answer for one in found].count(Answer.WRONG) == 4
    assert sum(one.is_new_lock for one in found) == 1
    assert (await row_of(services, cast.botir)).failures == 5
    assert (await check(services, cast.botir, cast.botir.app_code)).answer is Answer.LOCKED


async def test_the_lock_grows_survives_a_flushed_cache_and_a_right_code_ends_it(services, cast):
    for _ in range(5):
        await check(services, cast.botir, "000000")
    await services.redis.flushdb()

    ahead = timedelta()
    for seconds in LOCK_SECONDS:
        with clock.shifted(ahead + timedelta(seconds=seconds - 1)):
            assert (await check(services, cast.botir, cast.botir.app_code)).answer is Answer.LOCKED
        ahead += timedelta(seconds=seconds + 1)
        with clock.shifted(ahead):
            assert (await check(services, cast.botir, "000000")).answer is Answer.LOCKED
    ahead += timedelta(seconds=LOCK_SECONDS[-1] + 1)
    with clock.shifted(ahead):
        assert (await check(services, cast.botir, cast.botir.app_code)).answer is Answer.RIGHT
    assert (await row_of(services, cast.botir)).failures == 0


@pytest.mark.parametrize("typed", ["", "abc", "12345", "1234567", "١٢٣٤٥٦", "-12345", "0" * 60])
async def test_what_is_no_code_is_wrong_and_no_fault(services, cast, typed):
    assert (await check(services, cast.botir, typed)).answer is Answer.WRONG


async def test_a_code_may_be_typed_in_groups(services, cast):
    code = cast.botir.app_code

    assert (await check(services, cast.botir, f" {code[:3]} {code[3:]}")).answer is Answer.RIGHT


async def test_the_code_of_one_person_opens_nothing_of_another(services, cast):
    assert (await check(services, cast.zuhra, cast.botir.app_code)).answer is Answer.WRONG
    assert (await check(services, cast.olga, cast.botir.app_code)).answer is Answer.WRONG


async def test_the_database_holds_no_seed_that_can_be_read_or_moved(services, cast):
    rows = {person.id: await row_of(services, person) for person in (cast.botir, cast.zuhra)}
    sealed = rows[cast.botir.id].seed

    assert cast.botir.seed not in sealed
    for purpose, owner in (("other", cast.botir.id), (second_factor.PURPOSE, cast.zuhra.id)):
        with pytest.raises(Undecipherable):
            crypto.decrypt(services.settings, purpose, sealed, str(owner))
    with pytest.raises(Undecipherable):
        crypto.decrypt(services.settings, second_factor.PURPOSE, sealed[:-4], str(cast.botir.id))


async def test_a_new_secret_key_still_opens_old_seeds_and_seals_them_anew(services, cast):
    before = (await row_of(services, cast.botir)).seed
    old = services.settings.secret_key
    ring = services.settings.model_copy(
        update={"secret_key": type(old)("n" * 40), "former_secret_keys": old}
    )
    ring.__dict__.pop("key_ring", None)

    async with services.db.begin() as session:
        code = cast.botir.app_code
        found = await second_factor.check(session, ring, cast.botir.id, code)
    after = (await row_of(services, cast.botir)).seed

    assert found.answer is Answer.RIGHT
    assert before.split(".")[0] != after.split(".")[0]
    assert crypto.is_current(ring, after)


@pytest.fixture
async def olga(client, sign_in, cast):
    """A buyer who has just shown that it is her."""
    return await sign_in(client, cast.olga, confirmed_at=clock.now())


def seed_on(page):
    return re.search(r'translate="no">([A-Z2-7 ]+)<', page.text).group(1).replace(" ", "")


async def set_up(client):
    await client.post(SETUP, headers=HERE)
    seed = seed_on(await client.get(SETUP))
    code = totp.code_at(seed, clock.now())
    return seed, await client.post(f"{SETUP}/proof", data={"code": code}, headers=HERE)


async def test_the_page_draws_the_code_itself_and_shows_the_key(olga):
    await olga.post(SETUP, headers=HERE)

    page = await olga.get(SETUP)

    assert "<svg viewBox=" in page.text  # else a smaller one would be cut off, not shrunk
    assert "style=" not in page.text
    assert f"secret={seed_on(page)}" in page.text.replace("&amp;", "&")
    assert page.headers["cache-control"] == "no-store"


async def test_it_counts_only_after_one_right_code(olga, services, cast):
    await olga.post(SETUP, headers=HERE)
    wrong = await olga.post(f"{SETUP}/proof", data={"code": "000000"}, headers=HERE)
    pending = await row_of(services, cast.olga)
    seed = seed_on(wrong)

    code = totp.code_at(seed, clock.now())
    right = await olga.post(f"{SETUP}/proof", data={"code": code}, headers=HERE)

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert pending.seed is None
    assert (await row_of(services, cast.olga)).seed is not None
    assert seed not in right.text
    assert (await olga.get(SETUP)).status_code == 303  # the key is never shown again
    assert (await check(services, cast.olga, code)).answer is Answer.WRONG  # its step is used


async def test_a_new_phone_replaces_the_old_one_only_when_it_is_proved(
    client, sign_in, services, cast
):
    await sign_in(client, cast.botir, confirmed_at=clock.now())

    await client.post(SETUP, headers=HERE)
    still = await check(services, cast.botir, cast.botir.app_code)
    await set_up(client)
    with clock.shifted(timedelta(minutes=2)):
        old = await check(services, cast.botir, cast.botir.app_code)

    assert still.answer is Answer.RIGHT
    assert old.answer is Answer.WRONG


async def test_sellers_and_staff_keep_one_and_buyers_may_drop_it(
    new_client, sign_in, services, cast
):
    seller = await sign_in(new_client(), cast.botir, confirmed_at=clock.now())
    buyer = await sign_in(new_client(), cast.olga, confirmed_at=clock.now())
    await set_up(buyer)

    await seller.post(f"{SETUP}/removal", headers=HERE)
    await buyer.post(f"{SETUP}/removal", headers=HERE)

    assert (await row_of(services, cast.botir)).seed is not None
    assert (await row_of(services, cast.olga)).seed is None
    async with services.db.begin() as session:
        left = await session.scalar(text("select count(*) from recovery_code"))
    assert left == 0


async def test_the_change_is_told_in_the_persons_language(olga, services, run_tasks, cast):
    await set_up(olga)
    await run_tasks()

    async with services.db.begin() as session:
        told = (await session.scalars(select(Message).where(Message.kind == "ways_changed"))).all()
    assert [(m.recipient, m.locale) for m in told] == [(cast.olga.phone, "ru")]
