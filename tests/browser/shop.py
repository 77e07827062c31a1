"""A whole running shop for one pytest worker: its own database, web and worker processes."""

import asyncio
import http.client
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

import asyncpg
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from app import slices
from app.delivery.models import Message
from app.kernel.config import Settings
from app.kernel.db import Database
from app.local import processes
from app.local.demo import CODE
from app.local.folder import ROOT, environment
from app.local.running import WEB
from app.local.testing import TestServices

Found = TypeVar("Found")
READY_SECONDS = 180
HOST = "127.0.0.1"


class Backstage:
    """The shop's database from behind, in a thread of its own: Playwright has this one's loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._runner = asyncio.Runner()
        self._database = Database(settings, slices.registry())

    def do(self, work: Callable[[AsyncSession], Awaitable[Found]]) -> Found:
        """Run `work` in one transaction of the owner and give what it gives."""

        async def inside() -> Found:
            async with self._database.begin() as session:
                return await work(session)

        return self._thread.submit(self._runner.run, inside()).result()

    def close(self) -> None:
        self._thread.submit(self._runner.run, self._database.close()).result()
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


@dataclass(frozen=True)
class Shop:
    """The running shop; `url` is what browsers open."""

    url: str
    backstage: Backstage

    def messages(self, recipient: str) -> list[Message]:
        """Everything sent to a phone or push endpoint, newest first."""

        async def read(session: AsyncSession) -> list[Message]:
            statement = select(Message).where(Message.recipient == recipient)
            return list(await session.scalars(statement.order_by(Message.created_at.desc())))

        return self.backstage.do(read)

    def code(self, phone: str, *, besides: str = "") -> str:
        """The last one-time code of a phone; waits until there is one other than `besides`."""

        def look() -> str | None:
            for message in self.messages(phone):
                found = CODE.search(str(message.data.get("code") or message.body))
                if message.kind == "code" and found:
                    return found[0] if found[0] != besides else None
            return None

        return until(look, f"a code for {phone}")


def until(look: Callable[[], Found | None], what: str, seconds: float = 30) -> Found:
    """Look again and again until something is there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"no sign of {what} in {seconds} s")


@contextmanager
def open_shop(services: TestServices, worker: str, folder: Path) -> Iterator[Shop]:
    """Migrate and seed a database of this worker, start the processes, stop them at the end."""
    name = f"browser_{worker}"
    with ThreadPoolExecutor(max_workers=1) as aside:  # Playwright has this thread's loop
        aside.submit(asyncio.run, _fresh_database(services, name)).result()
    known = _environment(services, name, int(worker.removeprefix("gw")), folder)
    with (folder / "shop.log").open("ab") as log:
        _prepare(known, log)
        running = _start(known, log)
        try:
            _wait_until_ready(known["BASE_URL"], running, folder / "shop.log")
            backstage = Backstage(_settings(known))
            try:
                yield Shop(known["BASE_URL"], backstage)
            finally:
                backstage.close()
        finally:
            ends = [(process, signal.SIGTERM) for process in running]
            processes.stop_together(ends, seconds=5)


async def _fresh_database(services: TestServices, name: str) -> None:
    admin = await asyncpg.connect(services.database_url)
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.execute(f"create database {name}")
    await admin.close()


def _environment(services: TestServices, name: str, number: int, folder: Path) -> dict[str, str]:
    database = make_url(services.database_url).set(drivername="postgresql+asyncpg", database=name)
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    return environment(
        folder,
        database_url=database.render_as_string(hide_password=False),
        redis_url=services.redis_url.split("?")[0] + f"?db={8 + number % 8}",
        url=f"http://localhost:{port}",
    )


def _settings(known: dict[str, str]) -> Settings:
    wanted: dict[str, Any] = {key.lower(): value for key, value in known.items()}
    aliases = {"BOZORCHA_ENV": "development", "BOZORCHA_DATA_DIR": known["BOZORCHA_DATA_DIR"]}
    return Settings(**{k: v for k, v in wanted.items() if k in Settings.model_fields}, **aliases)


def _prepare(known: dict[str, str], log: IO[bytes]) -> None:
    argv = [sys.executable, "-m", "app.local.preparing", "--seed", "demo"]
    done = processes.spawn(argv, env=known, cwd=ROOT, output=log)
    assert done.wait() == 0, Path(log.name).read_text("utf-8")[-4000:]


def _start(known: dict[str, str], log: IO[bytes]) -> list[subprocess.Popen[bytes]]:
    port = known["BASE_URL"].rpartition(":")[2]
    web = [*WEB, "--host", HOST, "--port", port, "app.main:app"]
    worker = ["app.worker", "critical", "default", "bulk"]
    return [
        processes.spawn(
            [sys.executable, "-m", *words],
            env=known,
            cwd=ROOT,
            output=log,
            when_orphaned=signal.SIGTERM,
        )
        for words in (web, worker)
    ]


def _wait_until_ready(url: str, running: list[subprocess.Popen[bytes]], log: Path) -> None:
    port = int(url.rpartition(":")[2])

    def answers() -> bool | None:
        died = [process for process in running if process.poll() is not None]
        assert not died, log.read_text("utf-8")[-4000:]
        line = http.client.HTTPConnection(HOST, port, timeout=3)
        try:
            line.request("GET", "/health/ready")
            return line.getresponse().status == http.HTTPStatus.OK or None
        except OSError:
            return None
        finally:
            line.close()

    until(answers, f"a shop at {url}", READY_SECONDS)


def new_phone() -> str:
    """A phone number that nobody has."""
    return f"+99891{secrets.randbelow(9_000_000) + 1_000_000}"
