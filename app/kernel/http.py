"""The outbound client: short time limits, no redirects, no private networks."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

from app.kernel.config import Settings

TIMEOUT_SECONDS = 10.0


class ForbiddenAddress(Exception):
    """The address is not https on the public internet."""


def client(settings: Settings) -> httpx.AsyncClient:
    """One pooled client a process."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=5.0),
        follow_redirects=False,
        trust_env=settings.is_production,
        headers={"User-Agent": "Bozorcha/1"},
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
    addresses = await _resolve(host, port or 443)
    if not settings.is_production and addresses and all(a.is_loopback for a in addresses):
        return
    if parts.scheme != "https" or port not in (None, 443):
        raise ForbiddenAddress(host)
    if not addresses or not all(a.is_global and not a.is_multicast for a in addresses):
        raise ForbiddenAddress(host)


async def _resolve(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(entry[4][0]) for entry in found]
