"""The PIN: weak ones refused, wrong ones counted in the database, parallel tries exactly."""

import asyncio
from datetime import timedelta

import pytest

from app.family import pin
from app.family.pin import PinAnswer
from app.kernel import clock


@pytest.mark.parametrize(
    "weak",
    ["111111", "123456", "654321", "890123", "121212", "123123", "12345", "1234567", "abcdef", ""],
)
def test_weak_pins_are_refused(weak):
    assert pin.is_weak(weak)


@pytest.mark.parametrize("fine", ["739146", "582917", "204816"])
def test_other_pins_are_fine(fine):
    assert not pin.is_weak(fine)


async def test_five_wrong_tries_lock_for_a_minute_then_longer(services, cast):
    home = cast.lola.household_id

    async def tried(code: str) -> pin.PinResult:
        async with services.db.begin() as session:
            return await pin.check(session, services.settings, home, code)

    results = [await tried("000001") for _ in range(5)]
    answers = [result.answer for result in results]
    right_but_locked = await tried("739146")
    with clock.shifted(timedelta(seconds=61)):
        again = await tried("000001")
        still = await tried("739146")
    with clock.shifted(timedelta(seconds=61 + 301)):
        freed = await tried("739146")

    assert answers == [PinAnswer.WRONG] * 4 + [PinAnswer.LOCKED]
    assert [result.left for result in results[:4]] == [4, 3, 2, 1]
    assert right_but_locked.answer is PinAnswer.LOCKED
    assert again.answer is PinAnswer.LOCKED
    assert still.answer is PinAnswer.LOCKED
    assert freed.is_right


async def test_parallel_wrong_tries_verify_five_at_most(services, cast):
    home = cast.lola.household_id

    async def tried() -> PinAnswer:
        async with services.db.begin() as session:
            return (await pin.check(session, services.settings, home, "000001")).answer

    answers = await asyncio.gather(*(tried() for _ in range(30)))

    assert answers.count(PinAnswer.WRONG) == 4
    assert answers.count(PinAnswer.LOCKED) == 26


async def test_the_database_alone_does_not_verify_a_pin(services, cast, session):
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    from app.family import household

    home = await household.get(session, cast.lola.household_id)

    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(home.pin_hash, "739146")
