"""The data folder of one running copy: its lock, its secrets and what it serves."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from app.local.trouble import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT = ROOT / ".local"
LOCK_WAIT_SECONDS = 15  # a copy that was just told to stop needs up to 10


@dataclass(frozen=True)
class Running:
    """What a running copy tells other commands through `run.json`."""

    pid: int
    port: int
    url: str
    database_url: str
    redis_url: str


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder for this process, making it when it is absent.

    Waits up to 15 seconds for a copy that is stopping; raises Trouble when it stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    with (folder / "lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if running(folder) or time.monotonic() > deadline:
                    raise Trouble(_who_holds(folder)) from error
                time.sleep(0.1)
        (folder / "run.json").unlink(missing_ok=True)  # of a copy that was killed
        yield


def running(folder: Path) -> Running | None:
    """The copy that runs on this folder now, if any."""
    try:
        found = Running(**json.loads((folder / "run.json").read_text(encoding="utf-8")))
        with (folder / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return found
    except (OSError, ValueError, TypeError):
        return None
    return None


@contextmanager
def announced(folder: Path, copy: Running) -> Iterator[None]:
    """Tell other commands of this copy while the block runs."""
    write_private(folder / "run.json", json.dumps(asdict(copy)))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            (folder / "run.json").unlink(missing_ok=True)


def environment(folder: Path, *, database_url: str, redis_url: str, url: str) -> dict[str, str]:
    """The whole environment of a development process: ours, the addresses, the secrets."""
    own = {
        "BOZORCHA_ENV": "development",
        "BOZORCHA_DATA_DIR": str(folder),
        "BASE_URL": url,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PYTHONUNBUFFERED": "1",
    }
    return {**development_secrets(folder), **os.environ, **own}


def write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    making = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    making.replace(path)


def development_secrets(folder: Path) -> dict[str, str]:
    """The secrets of a copy, made once for its folder and kept in `secrets.json`, mode 0600."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secrets.json"
    known: dict[str, str] = {}
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
    fresh = {name: make() for name, make in _MAKERS.items() if name not in known}
    if fresh:
        write_private(path, json.dumps(known | fresh, indent=2))
    return known | fresh


def _vapid_key() -> str:
    """A P-256 private key as RFC 8292 tools write it: 32 raw bytes in base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


_MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "PIN_PEPPER": lambda: secrets.token_urlsafe(48),
    "PAYME_KEY": lambda: secrets.token_urlsafe(27),
    "PAYME_MERCHANT_ID": lambda: secrets.token_hex(12),  # the form of a real one
    "VAPID_PRIVATE_KEY": _vapid_key,
}


def _who_holds(folder: Path) -> str:
    copy = running(folder)
    if copy:
        return (
            f"a copy already runs on {folder}: {copy.url} (process {copy.pid}); "
            "stop it or choose another folder with --data DIR"
        )
    return f"another command uses {folder}: wait for it or choose another folder with --data DIR"
