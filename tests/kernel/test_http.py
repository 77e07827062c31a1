"""Addresses that people give lead to the public internet or nowhere."""

import socket

import httpcore
import httpx
import pytest

from app.kernel import http
from app.kernel.config import Environment, Settings
from app.kernel.http import ForbiddenAddress, check_public
from tests.conftest import make_settings

PUBLIC = "8.8.8.8"
PRIVATE = [
    "127.0.0.1", "10.0.0.7", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "224.0.0.1", "[::1]", "[fc00::1]", "[fe80::1]", "[::ffff:10.0.0.1]",
    "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0177.0.0.1",
]  # fmt: skip


@pytest.fixture
def settings() -> Settings:
    return make_settings("", "")


@pytest.fixture
def production(settings: Settings) -> Settings:
    return settings.model_copy(update={"env": Environment.PRODUCTION})


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names of the test's own, in the place of the network's."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolve(host, port, family=0, kind=0, proto=0, flags=0):  # type: ignore[no-untyped-def]
        if host not in known:
            return real(host, port, family, kind, proto, flags | socket.AI_NUMERICHOST)
        return [
            (
                socket.AF_INET6 if ":" in at else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (at, port),
            )
            for at in known[host]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return known


async def test_a_public_https_address_passes(production, names):
    names["push.example"] = [PUBLIC, "2001:4860:4860::8888"]

    await check_public(production, "https://push.example/send/1")
    await check_public(production, "https://push.example:443/send/1")


@pytest.mark.parametrize("host", PRIVATE)
async def test_private_networks_are_refused(production, names, host):
    with pytest.raises(ForbiddenAddress):
        await check_public(production, f"https://{host}/")


async def test_one_private_address_among_public_ones_is_enough(production, names):
    names["two.example"] = [PUBLIC, "10.0.0.1"]

    with pytest.raises(ForbiddenAddress):
        await check_public(production, "https://two.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/", "https://push.example:22/", "ftp://push.example/",
        "file:///etc/passwd", "https:///nothing", "//push.example/", "", "https://unknown.invalid/",
        "gopher://push.example:443/",
    ],
)  # fmt: skip
async def test_other_schemes_ports_and_names_are_refused(production, names, url):
    names["push.example"] = [PUBLIC]

    with pytest.raises(ForbiddenAddress):
        await check_public(production, url)


@pytest.mark.parametrize(
    "url",
    [
        "https://push.example:99999/", "https://push.example:x/", "https://[::1/", "https://[x]/",
        "https://a" + ".b" * 200 + "/", "https://" + "a" * 70 + ".example/", "https://\udcff/",
    ],
)  # fmt: skip
async def test_broken_addresses_are_refused_like_bad_ones(production, names, url):
    with pytest.raises(ForbiddenAddress):
        await check_public(production, url)


async def test_tests_may_stand_in_on_loopback_and_nowhere_else(settings, names):
    await check_public(settings, "http://127.0.0.1:9/push")

    with pytest.raises(ForbiddenAddress):
        await check_public(settings, "http://10.0.0.1/push")


async def test_the_client_follows_no_redirect(settings):
    client = http.client(settings)

    assert client.follow_redirects is False
    assert client.timeout.connect == 5.0
    await client.aclose()


async def test_a_name_that_changes_its_mind_after_the_check_reaches_nothing(
    production, names, monkeypatch
):
    """DNS rebinding: public when checked, private when connected to."""
    names["two-faced.example"] = [PUBLIC]
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    connected: list[str] = []

    async def connect(self, host, port, *rest):  # type: ignore[no-untyped-def]
        connected.append(host)
        raise httpcore.ConnectError

    real = http._resolve

    async def resolve(host: str, port: int):  # type: ignore[no-untyped-def]
        names["two-faced.example"] = next(answers)
        return await real(host, port)

    monkeypatch.setattr(http, "_resolve", resolve)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    async with http.public_client(production) as client:
        with pytest.raises(ForbiddenAddress):
            await client.post("https://two-faced.example/push")
    assert connected == []


async def test_it_connects_to_the_address_it_checked(production, names, monkeypatch):
    names["push.example"] = [PUBLIC]
    connected: list[str] = []

    async def connect(self, host, port, *rest):  # type: ignore[no-untyped-def]
        connected.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    async with http.public_client(production) as client:
        with pytest.raises(httpx.ConnectError):
            await client.post("https://push.example/send/1")
    assert connected == [PUBLIC]
