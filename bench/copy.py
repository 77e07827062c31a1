"""A copy of the shop of its own: started on loopback, asked what it costs, stopped again."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from app.local import folder as folders

TICKS = os.sysconf("SC_CLK_TCK")  # of a second, the unit of CPU time in /proc
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
START_SECONDS = 1800  # the first start fills the catalogue
STOP_SECONDS = 15
FORGET_SECONDS = 0.2  # fewer requests of one page than any limit fit in between
PARTS = {"web": b"granian", "postgres": b"postgres", "valkey": b"valkey-server"}


class Failed(Exception):
    """The copy did not do what the measurement needs."""


@dataclass(frozen=True)
class Copy:
    """A running copy: where it is, what it holds, how long its start took."""

    url: str
    folder: Path
    environment: dict[str, str]
    supervisor: int
    ready_seconds: float
    first_page_ms: float

    def cpu_seconds(self, part: str) -> float:
        """CPU time of a part (web, postgres, valkey) with all its processes, since its start."""
        return sum(_ticks(pid) for pid in self._processes(part)) / TICKS

    def memory_mb(self, part: str) -> float:
        """Memory of a part, each process's share of what is common counted once."""
        return sum(_pss_kb(pid) for pid in self._processes(part)) / 1024

    def _processes(self, part: str) -> list[int]:
        children = _children()
        tops = [p for p in children.get(self.supervisor, []) if PARTS[part] in _command(p)]
        found: list[int] = []
        while tops:
            pid = tops.pop()
            found.append(pid)
            tops += children.get(pid, [])
        return found


@contextmanager
def running(folder: Path, port: int, *, seed: str, products: int) -> Iterator[Copy]:
    """Run `./bozorcha run` on the folder while the block runs; raises Failed when it does not."""
    words = ["run", "--port", str(port), "--data", str(folder), "--seed", seed]
    words += ["--products", str(products)] if seed == "load" else []
    began = time.monotonic()
    with (folder / "bench.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            cwd=folders.ROOT,
            env=_bare_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        yield _ready(process, folder, port, began)
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()
        process.wait()


@contextmanager
def unlimited(copy: Copy) -> Iterator[None]:
    """Forget the rate limits again and again: one address asks for more than a person may."""
    ended = threading.Event()

    def forget() -> None:
        with redis.Redis.from_url(copy.environment["REDIS_URL"]) as line:
            while not ended.wait(FORGET_SECONDS):
                line.flushdb()

    thread = threading.Thread(target=forget)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _ready(process: subprocess.Popen[bytes], folder: Path, port: int, began: float) -> Copy:
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    if not line.startswith("ready "):
        raise Failed(f"the copy did not start, see {folder / 'bench.log'}")
    ready_seconds = time.monotonic() - began
    first_page_ms = _first_page(line.split()[1])
    copy = folders.running(folder)
    if copy is None:
        raise Failed("the copy does not say where it is")
    environment = folders.environment(
        folder, database_url=copy.database_url, redis_url=copy.redis_url, url=copy.url
    )
    url = f"http://127.0.0.1:{port}"
    return Copy(url, folder, environment, copy.pid, ready_seconds, first_page_ms)


def _first_page(url: str) -> float:
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(f"{url}/uz/", timeout=60) as answer:
            answer.read()
    except urllib.error.URLError as error:
        raise Failed(f"the first page failed: {error}") from error
    return (time.perf_counter() - began) * 1000


def _bare_environment() -> dict[str, str]:
    """Ours without what would lead the copy to another database."""
    foreign = {"DATABASE_URL", "DATABASE_DIRECT_URL", "REDIS_URL", "BOZORCHA_ENV", "BASE_URL"}
    return {name: value for name, value in os.environ.items() if name not in foreign}


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
            found.setdefault(parent, []).append(int(entry.name))
    return found


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _ticks(pid: int) -> int:
    """User and system time of a process and of its children that have ended (proc(5))."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return sum(int(value) for value in fields[11:15])
    return 0


def _pss_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
