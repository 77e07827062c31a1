"""Whose request it is: a proxy we trust says so, nobody else."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from app import main
from app.kernel.config import Settings
from app.kernel.services import build
from tests.conftest import BASE_URL, make_settings

STRANGER = "203.0.113.9"


async def seen_client(services, proxies: str, peer: str, forwarded: str) -> str:
    """The address that a handler sees."""
    seen: list[str] = []

    async def handler(scope: Any, _receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    settings = services.settings.model_copy(update={"trusted_proxies": proxies})
    behind = build(settings, services.registry)
    app: Any = main.scoped(handler, behind)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app=app, client=(peer, 1234))
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        await client.get("/health/live", headers={"x-forwarded-for": forwarded})
    await behind.close()
    return seen[0]


async def test_a_trusted_proxy_names_the_caller(services):
    assert await seen_client(services, "10.0.0.0/8", "10.1.2.3", STRANGER) == STRANGER


async def test_of_a_chain_the_last_one_we_do_not_trust_counts(services):
    chain = f"198.51.100.7, {STRANGER}, 10.9.9.9"  # the first is the caller's own invention

    assert await seen_client(services, "10.0.0.0/8", "10.1.2.3", chain) == STRANGER


@pytest.mark.parametrize("proxies", ["", "10.0.0.0/8"])
async def test_nobody_else_is_believed(services, proxies):
    assert await seen_client(services, proxies, STRANGER, "198.51.100.7") == STRANGER


@pytest.mark.parametrize("value", ["*", "proxy.example", "10.0.0.1/8", "10.0.0.0/33"])
def test_only_addresses_and_networks_can_be_trusted(value):
    with pytest.raises(ValidationError):
        make_settings("", "", trusted_proxies=value)


def test_several_can_be_trusted():
    assert isinstance(make_settings("", "", trusted_proxies="127.0.0.1, ::1, 10.0.0.0/8"), Settings)
