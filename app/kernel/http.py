"""The outbound clients: short time limits, no redirects; one of them reaches no private network."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from app.kernel.config import Settings

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
HEADERS = {"User-Agent": "Bozorcha/1"}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ForbiddenAddress(Exception):
    """The address is not https on the public internet."""


def client(settings: Settings) -> httpx.AsyncClient:
    """The pooled client for addresses out of our own settings."""
    return httpx.AsyncClient(
        timeout=TIMEOUT, follow_redirects=False, trust_env=settings.is_production, headers=HEADERS
    )


def public_client(settings: Settings) -> httpx.AsyncClient:
    """The pooled client for addresses that people give; raises ForbiddenAddress when asked for
    one that `check_public` would refuse, however its name resolves from one moment to the next.
    """
    return httpx.AsyncClient(
        timeout=TIMEOUT, follow_redirects=False, headers=HEADERS, transport=_Public(settings)
    )


async def check_public(settings: Settings, url: str) -> None:
    """Refuse an address given by a person unless it leads to the public internet by https.

    Outside production plain http to the loopback interface is allowed, so that tests and
    development can stand in for the push services.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # brackets that do not match, a port that is none
        raise ForbiddenAddress(url[:100]) from None
    addresses = await _addresses(settings, host, port or 443)
    if addresses[0].is_loopback:
        return
    if parts.scheme != "https" or port not in (None, 443):
        raise ForbiddenAddress(host)


async def _addresses(settings: Settings, host: str, port: int) -> list[Address]:
    """Where the name leads now: all public or, outside production, all loopback."""
    found = await _resolve(host, port)
    if not settings.is_production and found and all(a.is_loopback for a in found):
        return found
    if not found or not all(a.is_global and not a.is_multicast for a in found):
        raise ForbiddenAddress(host)
    return found


async def _resolve(host: str, port: int) -> list[Address]:
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(entry[4][0]) for entry in found]


class _Public(httpx.AsyncHTTPTransport):
    """httpx on connections that `_Network` opens; it has no public setting for that."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            keepalive_expiry=60,
            network_backend=_Network(settings),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await check_public(self._settings, str(request.url))
        return await super().handle_async_request(request)


class _Network(httpcore.AnyIOBackend):
    """Connects to the very address that was checked. A name asked twice may answer differently
    (DNS rebinding); TLS still proves the name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  as overridden
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _addresses(self._settings, host, port)
        return await super().connect_tcp(
            str(addresses[0]), port, timeout, local_address, socket_options
        )
