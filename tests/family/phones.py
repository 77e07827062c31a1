"""A child's own phone in a test: a browser that links itself and opens by picture and PIN."""

from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from app.accounts.models import Session
from app.family import child_links
from app.family.models import ChildDevice
from app.kernel import crypto
from app.kernel.services import Services
from app.kernel.viewer import Viewer
from tests.cast import Kid
from tests.make.browsing import field

ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
HERE = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin", "user-agent": ANDROID}
START = "/uz/kids/start"
PICTURE, PIN = "whale", "7391"


@dataclass
class Phone:
    client: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers=HERE)

    async def post(self, path: str, **data: str) -> httpx.Response:
        """As a form would: with the token of the page, or of the session once there is one."""
        token = self.client.cookies.get("csrf")
        if token is None:
            token = field((await self.get(f"{START}/code")).text, "_csrf_token")
        return await self.client.post(path, data={"_csrf_token": token, **data}, headers=HERE)

    async def scan(self, token: str) -> httpx.Response:
        """Open the link of the QR code; the page it leads to."""
        opened = await self.get(f"{START}/link?key={token}")
        assert opened.headers["location"] == START
        return await self.get(START)

    async def link(self, token: str) -> httpx.Response:
        """Scan and say "it is mine"."""
        await self.scan(token)
        return await self.post(f"{START}/link")

    async def show(self, picture: str = PICTURE, pin: str = PIN) -> httpx.Response:
        return await self.post(START, picture=picture, pin=pin)

    async def set_up(self, token: str) -> httpx.Response:
        """Everything up to the children's home."""
        await self.link(token)
        await self.show()
        answer = await self.show()
        assert answer.headers["location"] == "/uz/kids", answer.text
        return answer

    @property
    def token(self) -> str:
        return self.client.cookies["child"]


async def offer(services: Services, kid: Kid) -> child_links.NewLink:
    """What a guardian's page shows."""
    async with services.db.begin() as session:
        return await child_links.make(session, services.settings, Viewer(), kid.id)


async def rows(services: Services, kid: Kid) -> list[ChildDevice]:
    """The child's open phones."""
    async with services.db.begin() as session:
        found = select(ChildDevice).where(
            ChildDevice.child_id == kid.id, ChildDevice.ended_at.is_(None)
        )
        return list(await session.scalars(found))


async def stay_of(services: Services, token: str) -> Any:
    async with services.db.begin() as session:
        return await session.scalar(
            select(Session).where(Session.token_hash == crypto.token_hash(token))
        )
