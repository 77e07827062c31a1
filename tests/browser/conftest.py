"""Browsers and a running shop for every story; see docs/testing.md."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from app.local import chromium
from app.local.processes import is_root
from app.local.testing import TestServices
from tests.browser import pushes
from tests.browser.shop import Shop, open_shop

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 1,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
ARGUMENTS = ["--disable-dev-shm-usage", "--disable-gpu"]
OWN_SCHEMES = ("data", "blob")
STORY_SECONDS = 180
PATIENCE = 20_000  # ms that a page may take to become what a story waits for


def pytest_configure(config: pytest.Config) -> None:
    expect.set_options(timeout=PATIENCE)
    if config.getoption("screenshot", "off") == "off":
        config.option.screenshot = "only-on-failure"
        config.option.output = "reports/browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The start of the shop is not counted: it may wait for a busy machine."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.timeout(STORY_SECONDS, func_only=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    arguments = {**browser_type_launch_args, "headless": True, "args": ARGUMENTS}
    if found := chromium.find():
        arguments["executable_path"] = found
    if is_root():
        arguments["chromium_sandbox"] = False
    return arguments


@pytest.fixture(scope="session")
def shop(embedded: TestServices, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The worker's running shop, seeded once."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    with open_shop(embedded, worker, tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture(scope="session")
def base_url(shop: Shop) -> str:
    return shop.url


@dataclass
class Watch:
    """What went wrong in the browsers of one story, besides what it expects."""

    host: str
    troubles: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Let the console say this, for example "status of 404"."""
        self.expected.append(pattern)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.troubles.append(f"error: {error.error}"))
        context.on("request", lambda request: self._request(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            place = message.location.get("url", "")
            self.troubles.append(f"{message.type}: {message.text} ({place})")

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in OWN_SCHEMES and parts.netloc != self.host:
            self.troubles.append(f"foreign request: {url}")

    @property
    def left(self) -> list[str]:
        """The troubles that nobody expected."""
        known = [re.compile(pattern) for pattern in self.expected]
        return [text for text in self.troubles if not any(p.search(text) for p in known)]


@pytest.fixture
def watch(shop: Shop) -> Iterator[Watch]:
    """Every story fails by a console error, a broken content policy or a foreign request."""
    watching = Watch(urlsplit(shop.url).netloc)
    yield watching
    assert watching.left == []


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(new_context: Callable[..., BrowserContext], watch: Watch) -> NewPage:
    """Make a page in a browser of its own: `new_page()`, `new_page(DESKTOP, locale="ru-RU")`."""

    def make(device: dict[str, Any] = PHONE, **more: Any) -> Page:
        options = {"reduced_motion": "reduce", "locale": "uz-UZ", **device, **more}
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        watch.follow(context)
        return context.new_page()

    return make


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A phone in a guest's hand."""
    return new_page()


@pytest.fixture
def push_service() -> Iterator[pushes.PushService]:
    service, server = pushes.start()
    yield service
    server.shutdown()
    server.server_close()


@pytest.fixture
def installed_page(
    browser: Browser,
    browser_type_launch_args: dict[str, Any],
    shop: Shop,
    watch: Watch,
    tmp_path: Path,
) -> Iterator[Page]:
    """A page in a browser with a profile on disk, the only kind that can install an app."""
    context = browser.browser_type.launch_persistent_context(
        str(tmp_path / "profile"), **browser_type_launch_args, **PHONE, base_url=shop.url
    )
    watch.follow(context)
    yield context.pages[0]
    context.close()
