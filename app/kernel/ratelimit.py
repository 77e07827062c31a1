"""Sliding-window limits in Valkey, atomic, by viewer and by address.

They slow strangers down. What guards a secret (codes, PIN) is counted in PostgreSQL as well,
so a dead or flushed Valkey opens nothing: here a limit that cannot be counted lets pass.
"""

import hashlib

from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from litestar.connection import ASGIConnection
from redis.exceptions import RedisError

from app.kernel.errors import TooMany
from app.kernel.observe import log
from app.kernel.services import Services


class Limits:
    """The limiter of one process."""

    def __init__(self, services: Services) -> None:
        # By this spelling of the scheme the library picks its driver for a unix socket.
        url = services.settings.redis_url.replace("unix://", "redis+unix://")
        storage = RedisStorage(
            f"async+{url}",
            implementation="redispy",
            connection_pool=services.redis.connection_pool,  # type: ignore[arg-type]
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._items: dict[str, RateLimitItem] = {}

    async def hit(self, limit: str, *who: str) -> None:
        """Count one; `limit` reads like "60/minute". Raises TooMany past it."""
        item = self._items.get(limit) or self._items.setdefault(limit, parse(limit))
        try:
            allowed = await self._limiter.hit(item, *who)
        except (RedisError, OSError) as error:
            log.warning("limit_not_counted", error=type(error).__name__)
            return
        if not allowed:
            raise TooMany


def address_of(connection: ASGIConnection) -> str:  # type: ignore[type-arg]
    """The caller's network (/24 or /48), hashed: enough to count, nothing to identify."""
    host = connection.client.host if connection.client else ""
    return hashlib.sha256(network_of(host).encode()).hexdigest()[:16]


def network_of(host: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one."""
    return host.rsplit(".", 1)[0] if "." in host else ":".join(host.split(":")[:3])
