"""A person's programs as tests need them: connected, with tokens, with a key."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from app.accounts import acting
from app.api import clients
from app.api.clients import Wish
from app.api.scopes import SCOPES
from app.kernel.services import Services
from tests.cast import Person

BUYER = ("profile:read", "catalogue:read", "orders:read")
SELLER = ("profile:read", "sales:read", "sales:write")
V1 = "/api/v1"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@dataclass
class Programs:
    services: Services
    new_client: Callable[[], httpx.AsyncClient]

    async def viewer(self, person: Person) -> Any:
        async with self.services.db.lookups.connect() as connection:
            return await acting.person(connection, self.services.registry, person.id)

    async def code(self, person: Person, scopes: Collection[str] = BUYER) -> str:
        viewer = await self.viewer(person)
        async with self.services.db.begin() as session:
            wish = Wish("Dastur", scopes)
            return await clients.connect(session, self.services.settings, viewer, wish)

    async def key(
        self, person: Person, scopes: Collection[str] = SELLER, days: int | None = None
    ) -> str:
        viewer = await self.viewer(person)
        async with self.services.db.begin() as session:
            return await clients.make_key(session, viewer, Wish("Ombor", scopes, days))

    async def tokens(self, person: Person, scopes: Collection[str] = BUYER) -> dict[str, Any]:
        """The first pair of a new connection."""
        answer = await self.exchange(await self.code(person, scopes))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def exchange(self, code: str) -> httpx.Response:
        sent = {"grant_type": "code", "code": code}
        return await self.new_client().post(f"{V1}/token", json=sent)

    async def refresh(
        self, pair: dict[str, Any], client: httpx.AsyncClient | None = None, **more: Any
    ) -> httpx.Response:
        sent = {
            "grant_type": "refresh_token",
            "client_id": pair["client_id"],
            "refresh_token": pair["refresh_token"],
        } | more
        return await (client or self.new_client()).post(f"{V1}/token", json=sent)

    async def warm(self, count: int = 20) -> None:
        """Open the connections of the pool, so that requests at once are at once."""

        async def hold() -> None:
            async with self.services.db.begin() as session:
                await session.execute(text("select pg_sleep(0.2)"))

        await asyncio.gather(*(hold() for _ in range(count)))

    async def get(self, path: str, token: str, **headers: str) -> httpx.Response:
        return await self.new_client().get(f"{V1}{path}", headers=bearer(token) | headers)

    async def post(self, path: str, token: str, key: str, json: Any = None) -> httpx.Response:
        headers = bearer(token) | {"idempotency-key": key}
        return await self.new_client().post(
            f"{V1}{path}", headers=headers, json={} if json is None else json
        )


ALL_SCOPES = tuple(SCOPES)
