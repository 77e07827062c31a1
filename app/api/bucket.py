"""Six hundred calls a minute for each program: a bucket of tokens in Valkey, filled evenly.

A bucket that cannot be counted lets pass, as all limits that only slow down.
"""

from collections.abc import MutableMapping
from uuid import UUID

from redis.exceptions import RedisError

from app.kernel.errors import TooMany
from app.kernel.observe import log
from app.kernel.services import Services

CAPACITY, SECONDS = 600, 60

_TAKE = """
local capacity, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(known[1]) or capacity, tonumber(known[2]) or now
left = math.min(capacity, left + math.max(0, now - at) * capacity / window)
local taken = left >= 1 and 1 or 0
left = left - taken
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', now)
redis.call('PEXPIRE', KEYS[1], window)
return {taken, math.floor(left), math.ceil(math.max(0, 1 - left) * window / capacity / 1000)}
"""


async def take(
    services: Services, client_id: UUID | None, headers: MutableMapping[str, str]
) -> None:
    """Take one of the program's bucket and tell in `headers` what is left. Raises TooMany."""
    script = services.redis.register_script(_TAKE)
    try:
        answer = await script(keys=[f"api:{client_id}"], args=[CAPACITY, SECONDS * 1000])
    except (RedisError, OSError) as error:
        log.warning("limit_not_counted", error=type(error).__name__)
        return
    taken, left, wait = (int(part) for part in answer)
    headers["ratelimit-policy"] = f'"program";q={CAPACITY};w={SECONDS}'
    headers["ratelimit"] = f'"program";r={left};t={wait}'
    if not taken:
        headers["retry-after"] = str(max(wait, 1))
        raise TooMany
