"""An open screen hears of a change, with Valkey or without, and ends when it may not look."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from app.kernel import streams
from app.kernel.services import build


class Seen:
    """What a page's version is, as the database would say."""

    def __init__(self) -> None:
        self.value: str | None = "1"
        self.looks = 0

    async def version(self) -> str | None:
        self.looks += 1
        return self.value


@contextlib.asynccontextmanager
async def listening(redis, seen: Seen) -> AsyncIterator[AsyncIterator[bytes]]:
    stream = streams.changes(redis, "order:1", seen.version, seen="1")
    assert await anext(stream) == b"retry: 2000\n\n"
    try:
        yield stream
    finally:
        await stream.aclose()


async def at_rest(stream: AsyncIterator[bytes]) -> asyncio.Task[bytes | None]:
    """The event that waits for a nudge: the first looks come by themselves."""
    while True:
        event = asyncio.create_task(anext(stream, None))
        done, _ = await asyncio.wait([event], timeout=1)
        if not done:
            return event
        assert await event == b"id: 1\n\n"


async def next_change(stream: AsyncIterator[bytes]) -> bytes:
    async for event in stream:
        if event.startswith(b"event:"):
            return event
    raise AssertionError("it ended")


async def test_a_nudge_is_told_at_once(services):
    seen = Seen()
    async with listening(services.redis, seen) as stream:
        waiting = await at_rest(stream)
        seen.value = "2"
        await streams.nudge(services.redis, "order:1")

        event = await asyncio.wait_for(waiting, 3)

    assert event == b"event: changed\nid: 2\ndata: 2\n\n"


async def test_what_changed_before_the_stream_began_is_told(services):
    seen = Seen()
    seen.value = "2"
    async with listening(services.redis, seen) as stream:
        assert (await anext(stream)).startswith(b"event: changed\nid: 2")


async def test_a_nudge_without_a_change_is_only_a_sign_of_life(services):
    async with listening(services.redis, Seen()) as stream:
        waiting = await at_rest(stream)
        await streams.nudge(services.redis, "order:1")

        assert await asyncio.wait_for(waiting, 3) == b"id: 1\n\n"


async def test_it_ends_when_the_page_may_no_longer_be_seen(services):
    seen = Seen()
    async with listening(services.redis, seen) as stream:
        waiting = await at_rest(stream)
        seen.value = None
        await streams.nudge(services.redis, "order:1")

        assert await asyncio.wait_for(waiting, 3) is None


async def test_it_ends_by_itself_so_that_rights_are_checked_anew(services, monkeypatch):
    monkeypatch.setattr(streams, "LIFE_SECONDS", 0.0)

    async with listening(services.redis, Seen()) as stream:
        assert await anext(stream, None) is None


async def test_without_valkey_it_looks_by_itself(services, monkeypatch, tmp_path):
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.05)
    url = f"unix://{tmp_path}/none.sock?db=0"
    without = build(services.settings.model_copy(update={"redis_url": url}), services.registry)
    seen = Seen()

    await streams.nudge(without.redis, "order:1")
    async with listening(without.redis, seen) as stream:
        assert await anext(stream) == b"id: 1\n\n"
        seen.value = "2"
        assert (await next_change(stream)).startswith(b"event: changed")
    await without.close()


async def test_another_topic_is_not_heard(services):
    seen = Seen()
    async with listening(services.redis, seen) as stream:
        waiting = await at_rest(stream)
        looks = seen.looks
        await streams.nudge(services.redis, "order:2")
        assert not (await asyncio.wait([waiting], timeout=0.5))[0]

        assert seen.looks == looks
        await streams.nudge(services.redis, "order:1")
        await asyncio.wait_for(waiting, 3)


def test_after_a_reconnection_the_page_is_as_new_as_its_last_event():
    assert streams.last_seen({}, "3") == "3"
    assert streams.last_seen({"last-event-id": "5"}, "3") == "5"
