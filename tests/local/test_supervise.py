"""Children come back when they die and never outlive their supervisor."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.local import processes
from app.local.attaching import attached
from app.local.folder import ROOT
from app.local.supervise import Child, Supervisor
from tests.local.conftest import processes_of, wait_until_nothing_runs

HOLD_SERVICES = """
import pathlib, signal, sys
from app.local.attaching import attached
with attached(pathlib.Path(sys.argv[1]), with_valkey=True):
    print("up", flush=True)
    signal.pause()
"""


def sleeper() -> subprocess.Popen[bytes]:
    return processes.spawn(
        ["sleep", "600"], env=dict(os.environ), cwd=ROOT, output=subprocess.DEVNULL
    )


def test_dead_child_is_started_again(capsys: pytest.CaptureFixture[str]) -> None:
    child = Child("sleeper", sleeper)
    supervisor = Supervisor(programs=[child])
    supervisor.look()
    assert child.process is not None
    first = child.process.pid

    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 5
    supervisor.watch(
        lambda: (
            (child.process is not None and child.process.pid != first)
            or time.monotonic() > deadline
        )
    )

    assert child.process.pid != first
    processes.kill_group(child.process)
    assert capsys.readouterr().err == (
        "bozorcha: sleeper ended with signal 9, starting again in 0.2 s\n"
    )


def test_child_that_keeps_dying_waits_longer_each_time() -> None:
    child = Child("sleeper", sleeper)
    supervisor = Supervisor(programs=[child])
    waits = []

    for _ in range(3):
        child.due = 0
        supervisor.look()
        assert child.process is not None
        processes.kill_group(child.process)
        supervisor.look()
        waits.append(child.due - time.monotonic())

    assert waits[0] < waits[1] < waits[2]


def test_stubborn_child_is_killed_with_its_children() -> None:
    stubborn = processes.spawn(
        ["sh", "-c", "trap '' TERM; sleep 600 & echo $!; wait; wait"],
        env=dict(os.environ),
        cwd=ROOT,
        output=subprocess.PIPE,
    )
    assert stubborn.stdout is not None
    grandchild = int(stubborn.stdout.readline())

    processes.stop(stubborn, signal.SIGTERM, seconds_each=0.2)

    assert stubborn.returncode == -signal.SIGKILL
    assert processes.wait_until_gone([grandchild], 2) == []


def test_killed_starter_leaves_no_service_and_the_next_start_works(folder: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", HOLD_SERVICES, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == "up\n"
    assert len(processes_of(folder)) > 2

    starter.kill()
    starter.wait()

    assert wait_until_nothing_runs(folder, 5) == []
    with attached(folder) as environment:
        assert str(folder) == environment["BOZORCHA_DATA_DIR"]
