"""What the command says when it cannot do what it is asked."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.local.folder import ROOT


def bozorcha(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_alone_it_lists_its_commands() -> None:
    done = bozorcha()

    assert done.returncode == 0
    for name in ("run", "test", "check", "fix", "migrate", "seed", "worker", "doctor", "demo"):
        assert f"\n  {name} " in done.stdout


def test_busy_port_is_one_line_and_nothing_is_started(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        done = bozorcha("run", "--port", port, "--data", str(folder))

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"port {port} cannot be used" in done.stderr
    assert list(folder.iterdir()) == []


def test_folder_that_cannot_be_written_is_one_line() -> None:
    done = bozorcha("run", "--port", "8149", "--data", "/sys/bozorcha")  # refused to root as well

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "/sys/bozorcha" in done.stderr
    assert "--data DIR" in done.stderr


@pytest.mark.parametrize(
    "words", [("demo", "keys"), ("demo", "code", "+998901234501"), ("run",), ("seed",)]
)
def test_demo_is_refused_in_production(words: tuple[str, ...]) -> None:
    done = bozorcha(*words, BOZORCHA_ENV="production")

    assert done.returncode == 1
    assert done.stdout == ""
    assert "refused in production" in done.stderr


def test_only_this_machine_is_listened_to() -> None:
    done = bozorcha("run", "--host", "0.0.0.0")

    assert done.returncode == 2
    assert "only an address of this machine" in done.stderr
