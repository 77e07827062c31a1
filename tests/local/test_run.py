"""`./bozorcha run`, whole: ready, second start, kill -9, clean stop."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.local import folder as folders
from app.local.folder import ROOT
from tests.local.conftest import processes_of, wait_until_nothing_runs

FROM_OUTSIDE = ("DATABASE_URL", "REDIS_URL", "BOZORCHA_ENV")
STOP_SECONDS = 10

Start = Callable[[], subprocess.Popen[str]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(folder: Path, port: int) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run() -> subprocess.Popen[str]:
        words = ["run", "--port", str(port), "--data", str(folder), "--seed", "none"]
        copy = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name not in FROM_OUTSIDE},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        started.append(copy)
        return copy

    yield run
    for copy in started:
        copy.kill()
        copy.wait()
    wait_until_nothing_runs(folder, 10)


def status(port: int, path: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", path)
        return line.getresponse().status
    except OSError:
        return 0
    finally:
        line.close()


@pytest.mark.timeout(300)  # two whole starts, on a machine that may be busy
def test_serves_comes_back_after_kill_and_stops_clean(
    folder: Path, port: int, start: Start
) -> None:
    copy = start()
    assert copy.stdout is not None
    assert copy.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
    assert status(port, "/health/ready") == 200
    running = folders.running(folder)
    assert running is not None
    assert (running.pid, running.port) == (copy.pid, port)

    copy.kill()
    copy.wait()
    assert wait_until_nothing_runs(folder, STOP_SECONDS) == []

    again = start()
    assert again.stdout is not None
    assert again.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
    assert status(port, "/uz/") == 200
    assert len(processes_of(folder)) >= 5  # two services, web, two workers
    asked = time.monotonic()
    again.send_signal(signal.SIGTERM)
    assert again.wait(STOP_SECONDS + 5) == 0
    assert time.monotonic() - asked < STOP_SECONDS
    assert again.stdout.read() == ""
    assert processes_of(folder) == []
    assert folders.running(folder) is None
