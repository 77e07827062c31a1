"""What one process shares: settings, database, Valkey, the outbound client, the slices."""

from dataclasses import dataclass

import httpx
import redis.asyncio as redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.kernel.config import Settings
from app.kernel.db import Database
from app.kernel.http import client, public_client
from app.kernel.slice import Registry


@dataclass(frozen=True, slots=True)
class Services:
    """Handed to outward tasks and kept on the web app's state; never a global."""

    settings: Settings
    registry: Registry
    db: Database
    redis: redis.Redis
    http: httpx.AsyncClient  # to addresses of our settings
    public_http: httpx.AsyncClient  # to addresses that people give

    async def close(self) -> None:
        await self.http.aclose()
        await self.public_http.aclose()
        await self.redis.aclose()
        await self.db.close()


def build(settings: Settings, registry: Registry) -> Services:
    """Connect lazily: nothing is opened before the first use."""
    return Services(
        settings=settings,
        registry=registry,
        db=Database(settings, registry),
        redis=redis.Redis.from_url(
            settings.redis_url,
            socket_timeout=2,
            socket_connect_timeout=0.5,
            retry=Retry(NoBackoff(), 1),
        ),
        http=client(settings),
        public_http=public_client(settings),
    )
