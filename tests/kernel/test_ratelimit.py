"""Limits are atomic, and a dead Valkey opens nothing but the limit itself."""

import asyncio

import pytest

from app.kernel.errors import TooMany
from app.kernel.ratelimit import Limits
from app.kernel.services import build


async def test_parallel_hits_pass_exactly_as_often_as_allowed(services):
    limits = Limits(services)

    async def passed() -> bool:
        try:
            await limits.hit("10/minute", "search", "somebody")
        except TooMany:
            return False
        return True

    answers = await asyncio.gather(*(passed() for _ in range(100)))

    assert sum(answers) == 10


async def test_each_has_a_limit_of_its_own(services):
    limits = Limits(services)
    await limits.hit("1/minute", "search", "somebody")

    await limits.hit("1/minute", "search", "another")
    with pytest.raises(TooMany):
        await limits.hit("1/minute", "search", "somebody")


async def test_without_valkey_requests_pass(services, tmp_path):
    dead = services.settings.model_copy(update={"redis_url": f"unix://{tmp_path}/none.sock?db=0"})
    without = build(dead, services.registry)

    for _ in range(3):
        await Limits(without).hit("1/minute", "search", "somebody")
    await without.close()
