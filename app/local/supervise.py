"""Keeps the children of `./bozorcha run` alive until it is told to stop."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from app.local import processes
from app.local.trouble import Trouble

LOOK_SECONDS = 0.1
DELAYS_SECONDS = (0.2, 0.5, 1, 2, 5, 10, 30)
CALM_SECONDS = 60  # a child that lived so long starts its delays anew
STOP_SECONDS = 4.5  # programs, then services: together under the promised 10


class Quit(Exception):
    """We were told to stop by a signal."""


def say(line: str) -> None:
    """One line of progress; standard output stays for what other programs read."""
    sys.stderr.write(f"bozorcha: {line}\n")
    sys.stderr.flush()


@contextmanager
def quitting_on_signals() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into Quit; later ones change nothing."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup stays in force
        numbers.append(signal.SIGHUP)

    def quit_now(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise Quit

    for number in numbers:
        signal.signal(number, quit_now)
    with contextlib.suppress(Quit):
        yield


@dataclass
class Child:
    """One kept process: how it is started, how it is asked to end, how it has fared."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    ending: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    failures: int = 0
    due: float = 0

    def start(self) -> None:
        """Start it; what the launch raises comes through."""
        self.started = time.monotonic()
        self.process = self.launch()


@dataclass
class Supervisor:
    """Children in the order of their start; the services come before the programs."""

    services: list[Child] = field(default_factory=list)
    programs: list[Child] = field(default_factory=list)

    def look(self) -> None:
        """Start again what has ended, later each time it fails soon."""
        for child in (*self.services, *self.programs):
            now = time.monotonic()
            if child.process is not None and child.process.poll() is not None:
                _mourn(child, now)
            if child.process is None and now >= child.due:
                _launch(child)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until the condition holds."""
        while not until():
            self.look()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End the programs, then the services, at most 4.5 seconds each."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for group in (self.programs, self.services):
            endings = [(child.process, child.ending) for child in group if child.process]
            processes.stop_together(endings, seconds=STOP_SECONDS)


def _launch(child: Child) -> None:
    try:
        child.start()
    except Trouble as trouble:
        _delay(child)
        say(f"{child.name}: {trouble}")


def _mourn(child: Child, now: float) -> None:
    assert child.process is not None
    processes.kill_group(child.process)
    code = child.process.returncode
    child.process = None
    if now - child.started > CALM_SECONDS:
        child.failures = 0
    seconds = _delay(child)
    reason = f"signal {-code}" if code < 0 else f"code {code}"
    say(f"{child.name} ended with {reason}, starting again in {seconds} s")


def _delay(child: Child) -> float:
    seconds = DELAYS_SECONDS[min(child.failures, len(DELAYS_SECONDS) - 1)]
    child.failures += 1
    child.due = time.monotonic() + seconds
    return seconds
