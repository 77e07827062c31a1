"""One cluster a run, one template database with the cast, one fresh database a test."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app import main, slices
from app.kernel import clock, crypto
from app.kernel.config import Environment, Settings
from app.kernel.db import Database
from app.kernel.i18n import Locale, set_locale
from app.kernel.ids import new_id
from app.kernel.runner import run_due
from app.kernel.services import Services, build
from app.local.testing import TestServices, test_services
from tests import cast as people

TEMPLATE = "bozorcha_template"
BASE_URL = "http://localhost:8000"
VAPID_KEY = "2BGPyHoFZTWmbhBWaUcPCMVZcPPNWPO7dHhCUVtXD_Y"  # of the tests only


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def embedded() -> Iterator[TestServices]:
    """The run's PostgreSQL and Valkey: given by `./bozorcha test`, or started here."""
    with ExitStack() as stack:
        if url := os.environ.get("TEST_DATABASE_URL"):
            yield TestServices(url, os.environ["TEST_REDIS_URL"])
        else:
            yield stack.enter_context(test_services())


@pytest.fixture(scope="session")
async def template(embedded: TestServices) -> str:
    """The migrated database with the cast, made by whichever worker comes first."""
    admin = await asyncpg.connect(embedded.database_url)
    try:
        await admin.execute("select pg_advisory_lock(4711)")
        known = await admin.fetchval("select 1 from pg_database where datname = $1", TEMPLATE)
        if known is None:
            building = f"{TEMPLATE}_building"
            await admin.execute(f"drop database if exists {building}")
            await admin.execute(f"create database {building}")
            url = database_url(embedded, building)
            await _migrate(url)
            await _build_cast(make_settings(url, embedded.redis_url))
            await admin.execute(f"alter database {building} rename to {TEMPLATE}")
            await admin.execute(f"alter database {TEMPLATE} allow_connections false")
        await admin.execute("select pg_advisory_unlock(4711)")
    finally:
        await admin.close()
    return TEMPLATE


async def _migrate(url: str) -> None:
    engine = create_async_engine(url)
    config = Config(toml_file="pyproject.toml")

    def upgrade(connection: Any) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with engine.connect() as connection:
        await connection.run_sync(upgrade)
        await connection.commit()
    await engine.dispose()


async def _build_cast(settings: Settings) -> None:
    database = Database(settings, slices.registry())
    async with database.begin() as session:
        await people.build(session, settings)
    await database.close()


def database_url(embedded: TestServices, name: str) -> str:
    url = make_url(embedded.database_url).set(drivername="postgresql+asyncpg", database=name)
    return url.render_as_string(hide_password=False)


def make_settings(url: str, redis_url: str, **more: Any) -> Settings:
    values = {
        "BOZORCHA_ENV": Environment.TEST,
        "database_url": url,
        "redis_url": redis_url,
        "secret_key": SecretStr("s" * 40),
        "pin_pepper": SecretStr("p" * 40),
    }
    return Settings(**values | more)


@pytest.fixture
async def settings(embedded: TestServices, template: str) -> AsyncIterator[Settings]:
    """A database of this test alone, and a Valkey number of this worker, emptied.

    The test begins in Uzbek: requests inside this process leave their language behind.
    """
    set_locale(Locale.UZ)
    name = f"test_{new_id().hex}"
    admin = await asyncpg.connect(embedded.database_url)
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    redis_url = embedded.redis_url.split("?")[0] + f"?db={worker}"
    try:
        yield make_settings(
            database_url(embedded, name),
            redis_url,
            base_url=BASE_URL,
            payme_merchant_id="5e730e8e0b852a417aa49ceb",
            payme_key=SecretStr("k" * 36),
            vapid_private_key=SecretStr(VAPID_KEY),
        )
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    built = build(settings, slices.registry())
    await built.redis.flushdb()
    yield built
    await built.close()


@pytest.fixture
async def session(services: Services) -> AsyncIterator[AsyncSession]:
    """A session as the owner; what a test writes for other connections it commits itself."""
    async with services.db.session() as opened:
        yield opened


class Swap:
    """Lets one framework and one static server, which are slow to build, serve every test."""

    current: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.current(scope, receive, send)


@pytest.fixture(scope="session")
def built_app() -> tuple[Any, Swap, Any]:
    settings = make_settings("", "", vapid_private_key=SecretStr(VAPID_KEY), base_url=BASE_URL)
    framework, swap = main.framework(settings, slices.registry()), Swap()
    return framework, swap, main.static(framework, swap)


@pytest.fixture
def app(services: Services, built_app: tuple[Any, Swap, Any]) -> Any:
    framework, swap, static = built_app
    swap.current = main.scoped(framework, services)
    return static


@pytest.fixture
async def new_client(app: Any) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """Makes browsers: each has its own cookies."""
    opened: list[httpx.AsyncClient] = []

    def make() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=BASE_URL, timeout=30)
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture
def client(new_client: Callable[[], httpx.AsyncClient]) -> httpx.AsyncClient:
    return new_client()


@pytest.fixture
def cast() -> Any:
    """The named people and things: `cast.dilnoza`, `cast.lola`, `cast.planetarium` …"""
    return people


@pytest.fixture
def sign_in(services: Services) -> Callable[..., Awaitable[httpx.AsyncClient]]:
    """Give a client the session of a person (or of a child's device), and its CSRF header.

    Whoever has a second factor has passed it; `has_passed=False` stops before that step. With
    `confirmed_at` the person showed then that it is them, by a passkey unless `confirmed_by`.
    """
    from app.accounts.models import Session

    async def enter(
        client: httpx.AsyncClient,
        person: people.Person | people.Kid,
        *,
        has_passed: bool = True,
        **more: Any,
    ) -> httpx.AsyncClient:
        token, secret = crypto.new_token(), crypto.new_token()
        is_child = isinstance(person, people.Kid)
        if "confirmed_at" in more:
            more.setdefault("confirmed_by", "passkey")
        if has_passed and not is_child:
            more.setdefault("factor_at", clock.now())
        row = Session(
            token_hash=crypto.token_hash(token),
            csrf_secret=secret,
            user_id=None if is_child else person.id,
            child_id=person.id if is_child else None,
            zone="kids" if is_child else "shop",
            expires_at=clock.now() + timedelta(days=30),
            **more,
        )
        async with services.db.begin() as opened:
            opened.add(row)
        client.cookies.set("session", token, domain="localhost.local")
        client.headers["x-csrf-token"] = secret
        return client

    return enter


@pytest.fixture
def run_tasks(services: Services) -> Callable[[], Awaitable[int]]:
    """Run everything that is due, as the workers would."""

    async def run() -> int:
        return await run_due(services)

    return run
