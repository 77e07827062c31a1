"""Child processes that cannot outlive the one who started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

# The kernel's own user without rights ("nobody"); it exists without a line in /etc/passwd.
NOBODY = 65534
PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 10_000_000

_libc = ctypes.CDLL(None)


def is_root() -> bool:
    return os.geteuid() == 0


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: int | IO[bytes],
    unprivileged: bool = False,
    when_orphaned: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a child in its own process group that gets `when_orphaned` if we die.

    Must be called from the main thread: Linux ties the signal to the thread that forked.
    `unprivileged` drops to nobody when we are root and changes nothing otherwise.
    """
    parent = os.getpid()

    def bind_to_parent() -> None:
        if sys.platform == "linux":
            _libc.prctl(PR_SET_PDEATHSIG, int(when_orphaned))
            if os.getppid() != parent:  # we died between fork and prctl
                os._exit(1)

    nobody = NOBODY if unprivileged and is_root() else None
    return subprocess.Popen(
        [str(part) for part in argv],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=bind_to_parent,  # noqa: PLW1509
        user=nobody,
        group=nobody,
        extra_groups=[] if nobody is not None else None,
    )


def stop(
    process: subprocess.Popen[bytes], *signals: signal.Signals, seconds_each: float = 3
) -> None:
    """End a child by the first signal it obeys, then by SIGKILL to its whole group."""
    for number in signals:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds_each)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child's group, grandchildren included, and reap the child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; one that grew too long is begun anew."""
    too_long = path.exists() and path.stat().st_size > LOG_LIMIT_BYTES
    return path.open("wb" if too_long else "ab")


def wait_until_gone(pids: Sequence[int], seconds: float) -> list[int]:
    """Wait for processes that are not our children; gives those still alive at the end."""
    deadline = time.monotonic() + seconds
    left = list(pids)
    while left and time.monotonic() < deadline:
        left = [pid for pid in left if is_alive(pid)]
        time.sleep(0.02)
    return left


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def working_in(folder: Path) -> list[int]:
    """Process ids whose working directory is the folder (Linux; elsewhere none is seen)."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                found.append(int(link.parent.name))
    return [pid for pid in found if is_alive(pid)]


def stop_together(
    endings: Sequence[tuple[subprocess.Popen[bytes], signal.Signals]], *, seconds: float
) -> None:
    """Ask each by its signal to end, wait for all at once, kill the groups of the rest."""
    for process, number in endings:
        if process.poll() is None:
            process.send_signal(number)
    deadline = time.monotonic() + seconds
    for process, _ in endings:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.01, deadline - time.monotonic()))
        kill_group(process)
