"""Recovery codes: strong, one use, shown once; no way of recovering goes past the second factor."""

import asyncio
import html
import re

import pytest
from sqlalchemy import select

from app.accounts import recovery, second_factor
from app.accounts.models import RecoveryCode, SecondFactor
from app.accounts.second_factor import Answer
from app.kernel import clock
from app.kernel.viewer import Proof
from tests.accounts.factors import HERE, STEP, pass_step, sign_in_by_code

CODES = "/uz/me/second-factor/codes"
SHAPE = re.compile(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){5}")


async def check(services, person, typed):
    async with services.db.begin() as session:
        return await second_factor.check(session, services.settings, person.id, typed)


async def renew(services, person):
    async with services.db.begin() as session:
        return await recovery.renew(session, person.id)


async def test_ten_codes_of_120_bits_and_only_their_hashes_are_kept(services, cast):
    codes = await renew(services, cast.botir)

    assert len(set(codes)) == 10
    assert all(SHAPE.fullmatch(code) for code in codes)
    assert recovery.CODE_BYTES * 8 >= 112
    async with services.db.begin() as session:
        kept = (await session.scalars(select(RecoveryCode.code_hash))).all()
    assert len(kept) == 10
    assert all(len(one) == 32 for one in kept)


async def test_a_code_opens_once_and_the_others_stay(services, cast):
    first, second, *_ = await renew(services, cast.botir)

    assert (await check(services, cast.botir, first)).proof is Proof.RECOVERY
    assert (await check(services, cast.botir, first)).answer is Answer.WRONG
    assert (await check(services, cast.botir, second)).answer is Answer.RIGHT
    async with services.db.begin() as session:
        assert await recovery.left(session, cast.botir.id) == 8


@pytest.mark.parametrize(
    "how", [str.lower, lambda c: c.replace("-", " "), lambda c: c.replace("O", "0")]
)
async def test_it_may_be_typed_as_people_type(services, cast, how):
    [code, *_] = await renew(services, cast.botir)

    assert (await check(services, cast.botir, how(code))).answer is Answer.RIGHT


async def test_twenty_at_once_open_once(services, cast):
    [code, *_] = await renew(services, cast.botir)

    found = await asyncio.gather(*(check(services, cast.botir, code) for _ in range(20)))

    assert [one.answer for one in found].count(Answer.RIGHT) == 1


async def test_wrong_ones_are_counted_with_those_of_the_app(services, cast):
    [code, *_] = await renew(services, cast.botir)
    for typed in ("A" * 24, "B" * 24, "000000", "C" * 24, "000000"):
        await check(services, cast.botir, typed)

    assert (await check(services, cast.botir, code)).answer is Answer.LOCKED


async def test_new_codes_end_the_old_and_nobody_elses(services, cast):
    [old, *_], [theirs, *_] = await renew(services, cast.botir), await renew(services, cast.zuhra)
    await renew(services, cast.botir)

    assert (await check(services, cast.botir, old)).answer is Answer.WRONG
    assert (await check(services, cast.botir, theirs)).answer is Answer.WRONG
    assert (await check(services, cast.zuhra, theirs)).answer is Answer.RIGHT


async def test_the_page_shows_them_once_and_saves_them_without_a_script(client, sign_in, cast):
    await sign_in(client, cast.botir, confirmed_at=clock.now())

    page = await client.post(CODES, headers=HERE)
    again = await client.get(CODES)
    overview = await client.get("/uz/me/second-factor")

    shown = re.findall(r'secret">([^<]+)<', page.text)
    [saved] = re.findall(r'href="data:text/plain;charset=utf-8,([^"]+)"', page.text)
    assert len(shown) == 10
    assert page.headers["cache-control"] == "no-store"
    assert all(code in html.unescape(saved) for code in shown)
    assert 'download="bozorcha-codes.txt"' in page.text
    assert again.status_code == 303
    assert not SHAPE.search(overview.text)


async def test_they_need_a_fresh_proof(client, sign_in, services, cast):
    await sign_in(client, cast.botir)

    answer = await client.post(CODES, headers=HERE)

    assert answer.status_code == 403
    async with services.db.begin() as session:
        assert (await session.scalars(select(RecoveryCode))).all() == []


async def test_a_code_opens_the_second_step_and_a_new_phone_can_be_set_up(client, services, cast):
    from app.accounts.models import Session
    from tests.accounts.test_totp import set_up

    [code, *_] = await renew(services, cast.botir)
    await sign_in_by_code(client, services, cast.botir)

    answer = await pass_step(client, recovery=code, to="/seller")
    _, proved = await set_up(client)

    assert answer.headers["location"] == "/uz/seller"
    assert proved.status_code == 200
    async with services.db.begin() as session:
        row = await session.scalar(select(Session).where(Session.user_id == cast.botir.id))
    assert row.factor_at is not None


async def test_a_wrong_recovery_code_is_said_at_its_field_and_not_shown_again(
    client, services, cast
):
    await sign_in_by_code(client, services, cast.botir)

    answer = await pass_step(client, recovery="ABCD-" * 5 + "ABCD")

    assert answer.status_code == 422
    assert "field-recovery-error" in answer.text
    assert "ABCD-ABCD" not in answer.text


async def test_a_used_one_is_told(client, services, run_tasks, cast):
    from app.delivery.models import Message

    [code, *_] = await renew(services, cast.botir)
    await check(services, cast.botir, code)
    await run_tasks()

    async with services.db.begin() as session:
        told = await session.scalars(select(Message).where(Message.kind == "ways_changed"))
    assert [one.recipient for one in told.all()] == [cast.botir.phone]


async def test_signing_in_anew_again_and_again_never_goes_past_the_factor(client, services, cast):
    """Also over a session that had passed it before."""
    await sign_in_by_code(client, services, cast.botir)
    await pass_step(client, code=cast.botir.app_code)
    assert (await client.get("/uz/seller")).status_code == 200

    again = await sign_in_by_code(client, services, cast.botir)

    assert again.headers["location"].startswith(STEP)
    assert (await client.get("/uz/seller")).headers["location"].startswith(STEP)


async def test_the_counter_is_not_reset_by_a_new_sign_in(client, new_client, services, cast):
    for browser in (client, new_client()):
        await sign_in_by_code(browser, services, cast.botir)
        for _ in range(3):
            answer = await pass_step(browser, code="000000")

    assert "min" in answer.text or "daqiqa" in answer.text
    async with services.db.begin() as session:
        row = select(SecondFactor.locked_until).where(SecondFactor.user_id == cast.botir.id)
        assert await session.scalar(row) > clock.now()
