"""`python -m bench.sign_in`: what a password costs, and how the shop answers meanwhile.

Prints the CPU time of one Argon2 hash, then lets fifty people sign in at once for some seconds
and asks `/health/live` all the while. Unknown people cost the same as known ones, so the mails
are made up. Everything stays on loopback and is bounded in count and time.
"""

import argparse
import asyncio
import math
import os
import re
import tempfile
import time
from pathlib import Path

import httpx

from app.kernel import config, hashing
from app.local import places
from bench.copy import Copy, running

MAX_SECONDS = 60
PAUSE_SECONDS = 0.02  # between two looks at the health
_CSRF = re.compile(r'name="_csrf_token" value="([^"]+)"')


def main() -> None:
    """Measure and print three lines."""
    options = argparse.ArgumentParser(prog="python -m bench.sign_in", description=__doc__)
    options.add_argument("--people", type=int, default=50, help="at once")
    options.add_argument("--seconds", type=float, default=10, help="60 at most")
    options.add_argument("--port", type=int, default=8091)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bozorcha-bench-") as name:
        folder = Path(name)
        try:
            with running(folder, chosen.port, seed="none", products=0) as copy:
                os.environ.update(copy.environment)
                _cost_of_one()
                asyncio.run(_press(copy, chosen.people, min(chosen.seconds, MAX_SECONDS)))
        finally:
            places.forget(folder)


def _cost_of_one(rounds: int = 20) -> None:
    settings = config.load()
    hasher = hashing._hasher(settings)  # noqa: SLF001 - the very thing that is measured
    hasher.hash(b"warm")
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(rounds):
        hasher.hash(b"olma anor behi 7")
    wall = (time.perf_counter() - began) / rounds * 1000
    used = (time.process_time() - cpu) / rounds * 1000
    kib, passes = settings.argon2_memory_kib, settings.argon2_passes
    print(f"one Argon2id ({kib} KiB, {passes} passes): {used:.1f} ms CPU, {wall:.1f} ms")


async def _press(copy: Copy, people: int, seconds: float) -> None:
    limits = httpx.Limits(max_connections=people + 2)
    async with httpx.AsyncClient(base_url=copy.url, timeout=30, limits=limits) as client:
        page = await client.get("/uz/sign-in/password")
        found = _CSRF.search(page.text)
        assert found is not None
        end = time.monotonic() + seconds
        health: list[float] = []
        tries: list[float] = []
        await asyncio.gather(
            _watch(client, health, end),
            *(_sign_in(client, found[1], person, tries, end) for person in range(people)),
        )
    print(_line(f"{people} sign-ins at once, {len(tries) / seconds:.0f} a second", tries))
    print(_line("/health/live meanwhile", health))


async def _watch(client: httpx.AsyncClient, health: list[float], end: float) -> None:
    while time.monotonic() < end:
        began = time.perf_counter()
        (await client.get("/health/live")).raise_for_status()
        health.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE_SECONDS)


async def _sign_in(
    client: httpx.AsyncClient, token: str, person: int, tries: list[float], end: float
) -> None:
    count = 0
    while time.monotonic() < end:
        count += 1
        data = {"phone": f"p{person}.{count}@mail.uz", "password": "olma anor behi 7"}
        began = time.perf_counter()
        answer = await client.post("/uz/sign-in/password", data=data | {"_csrf_token": token})
        assert answer.status_code == 422, answer.status_code
        tries.append(time.perf_counter() - began)


def _line(name: str, seconds: list[float]) -> str:
    found = sorted(seconds)
    p50, p95 = (found[min(math.ceil(len(found) * p) - 1, len(found) - 1)] for p in (0.5, 0.95))
    return (
        f"{name}: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, worst {found[-1] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
