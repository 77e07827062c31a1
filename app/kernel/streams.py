"""Server-sent events: a topic says "changed", the page fetches the new part itself.

A nudge travels by Valkey; with Valkey gone the stream looks at the version every few seconds,
so an open screen still follows.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError

LOOK_SECONDS = 5.0  # between looks at the version when no nudge comes
LIFE_SECONDS = 55.0  # the browser reconnects; the viewer's rights are then checked anew

Version = Callable[[], Awaitable[str | None]]


def last_seen(headers: Mapping[str, str], seen: str) -> str:
    """What the page shows: after a reconnection the last version it was told of, else `seen`."""
    return headers.get("last-event-id") or seen


async def nudge(redis: Redis, topic: str) -> None:
    """Tell the open screens of a topic to look; losing it only delays them."""
    try:
        await redis.publish(f"stream:{topic}", "1")
    except (RedisError, OSError):
        return


async def changes(
    redis: Redis, topic: str, version: Version, seen: str = ""
) -> AsyncIterator[bytes]:
    """Yield a `changed` event whenever `version()` answers something new; ends when it is None.

    `seen` is the version that the page shows (see `last_seen`): what moved between its rendering
    and the opening of the stream is told at once.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + LIFE_SECONDS
    pubsub = redis.pubsub()
    yield b"retry: 2000\n\n"
    try:
        while loop.time() < ends:
            await _listen(pubsub, topic)  # before the look, so that no nudge falls between
            current = await version()
            if current is None:
                return
            if seen and current != seen:
                yield f"event: changed\nid: {current}\ndata: {current}\n\n".encode()
            else:
                yield f"id: {current}\n\n".encode()  # no event; the browser sends it back
            seen = current
            await _wait(pubsub)
    finally:
        await _close(pubsub)


async def _listen(pubsub, topic: str) -> None:  # type: ignore[no-untyped-def]
    try:
        if not pubsub.subscribed:
            await pubsub.subscribe(f"stream:{topic}")
    except (RedisError, OSError):
        return


async def _wait(pubsub) -> None:  # type: ignore[no-untyped-def]
    if pubsub.connection is None:  # Valkey was not there to subscribe at
        await asyncio.sleep(LOOK_SECONDS)
        return
    try:
        await pubsub.get_message(ignore_subscribe_messages=True, timeout=LOOK_SECONDS)
    except (RedisError, OSError):
        await asyncio.sleep(LOOK_SECONDS)


async def _close(pubsub) -> None:  # type: ignore[no-untyped-def]
    try:
        await pubsub.aclose()
    except (RedisError, OSError):
        return
