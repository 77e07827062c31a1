"""Argon2id in threads: bounded, and the same work whether there is a hash or not."""

import asyncio

from app.kernel import hashing
from app.kernel.errors import Unavailable


async def test_a_secret_matches_its_own_hash_only(services):
    made = await hashing.make(services.settings, b"olma")

    assert made.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hashing.matches(services.settings, made, b"olma")
    assert not await hashing.matches(services.settings, made, b"anor")
    assert not await hashing.matches(services.settings, None, b"olma")
    assert not await hashing.matches(services.settings, "garbage", b"olma")


async def test_too_many_hashes_at_once_are_refused_and_not_piled_up(services):
    work = (hashing.make(services.settings, b"x") for _ in range(hashing.MOST_WAITING + 5))

    results = await asyncio.gather(*work, return_exceptions=True)

    assert sum(isinstance(r, Unavailable) for r in results) == 5
    assert await hashing.make(services.settings, b"x")
