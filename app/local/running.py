"""`./bozorcha run`: services, migrations, demo data, web and workers, in that order."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.local import cast, places, postgres, processes, valkey
from app.local import folder as folders
from app.local.supervise import Child, Supervisor, quitting_on_signals, say
from app.local.trouble import Trouble

READY_SECONDS = 180
START_TRIES = 3
WEB = (
    *("granian", "--interface", "asgi", "--workers", "1", "--loop", "uvloop", "--http", "1"),
    # a sender of slow headers is cut off after 5 s; open event streams do not delay a stop
    *("--http1-header-read-timeout", "5000", "--workers-kill-timeout", "3"),
    *("--no-access-log", "--log-level", "warning"),
)
WORKERS = {"worker-critical": ("critical",), "worker": ("default", "bulk")}


@dataclass(frozen=True)
class Options:
    """`host` is a loopback address; `folder` holds all that the copy keeps."""

    host: str
    port: int
    folder: Path
    seed: str
    products: int | None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def public_url(self) -> str:
        return f"http://localhost:{self.port}"  # passkeys accept this name without https


def run(options: Options) -> None:
    """Run the product until a signal; returns after a clean stop.

    Raises Trouble for a busy port, a folder in use, a failed migration or a web process that
    does not come up; nothing is left running then.
    """
    _refuse_busy_port(options)
    with quitting_on_signals(), contextlib.ExitStack() as stack:
        stack.enter_context(folders.held(options.folder))
        supervisor = Supervisor()
        stack.callback(say, "stopped")
        stack.callback(supervisor.stop)
        environment = _start_services(options, supervisor)
        prepare(environment, options.seed, options.products)
        say("starting web and workers")
        supervisor.programs.append(_web(options, environment))
        _wait_until_ready(options, supervisor)
        supervisor.programs += [_worker(*one, environment) for one in WORKERS.items()]
        supervisor.look()
        stack.enter_context(folders.announced(options.folder, _about(options, environment)))
        _welcome(options)
        supervisor.watch()


def _refuse_busy_port(options: Options) -> None:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            raise Trouble(
                f"port {options.port} cannot be used ({error.strerror}): "
                "choose another one with --port N"
            ) from error


def _start_services(options: Options, supervisor: Supervisor) -> dict[str, str]:
    """Start what the environment does not bring; gives the environment of all children."""
    database_url = os.environ.get("DATABASE_URL", "")
    redis_url = os.environ.get("REDIS_URL", "")
    if not (database_url and redis_url):
        here = places.prepare(options.folder)
    if not database_url:
        say("starting PostgreSQL")
        _keep(supervisor, "postgres", lambda: postgres.start(here).process, signal.SIGINT)
        postgres.check_cyrillic(here)
        postgres.ensure_database(here)
        database_url = postgres.address(here, driver="+asyncpg")
    if not redis_url:
        say("starting Valkey")
        _keep(supervisor, "valkey", lambda: valkey.start(here).process)
        redis_url = valkey.address(here)
    return folders.environment(
        options.folder, database_url=database_url, redis_url=redis_url, url=options.public_url
    )


def _keep(
    supervisor: Supervisor,
    name: str,
    launch: Callable[[], subprocess.Popen[bytes]],
    ending: signal.Signals = signal.SIGTERM,
) -> None:
    """Start a service now, letting Trouble out, and have it kept from here on."""
    child = Child(name, launch, ending)
    supervisor.services.append(child)
    child.start()


def prepare(environment: Mapping[str, str], seed: str, products: int | None) -> None:
    """Migrate and seed the environment's database in a process of its own."""
    say("bringing the database up to date")
    arguments = ["--seed", seed]
    if products is not None:
        arguments += ["--products", str(products)]
    process = spawn("-m", "app.local.preparing", *arguments, environment=environment)
    try:
        if process.wait():
            raise Trouble("the database could not be prepared, the reason is above")
    finally:
        processes.kill_group(process)  # what it has not committed is rolled back


def _web(options: Options, environment: Mapping[str, str]) -> Child:
    address = ("--host", options.host, "--port", str(options.port), "app.main:app")

    def launch() -> subprocess.Popen[bytes]:
        # granian ends its own worker processes when it gets SIGTERM, not when it is killed
        return spawn(*("-m", *WEB, *address), environment=environment, when_orphaned=signal.SIGTERM)

    return Child("web", launch)


def _worker(name: str, queues: Sequence[str], environment: Mapping[str, str]) -> Child:
    return Child(name, lambda: spawn("-m", "app.worker", *queues, environment=environment))


def spawn(
    *arguments: str,
    environment: Mapping[str, str],
    when_orphaned: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a Python child in the repository; what it says goes to standard error."""
    return processes.spawn(
        [sys.executable, *arguments],
        env=environment,
        cwd=folders.ROOT,
        output=sys.stderr.fileno(),
        when_orphaned=when_orphaned,
    )


def _wait_until_ready(options: Options, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + READY_SECONDS

    def settled() -> bool:
        failed = any(child.failures >= START_TRIES for child in supervisor.programs)
        return failed or time.monotonic() > deadline or _answers(options)

    supervisor.watch(settled)
    if not _answers(options):
        raise Trouble("the shop does not come up, the reason is above")


def _answers(options: Options) -> bool:
    line = http.client.HTTPConnection(options.host, options.port, timeout=3)
    try:
        line.request("GET", "/health/ready")
        return line.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _about(options: Options, environment: Mapping[str, str]) -> folders.Running:
    return folders.Running(
        pid=os.getpid(),
        port=options.port,
        url=options.public_url,
        database_url=environment["DATABASE_URL"],
        redis_url=environment["REDIS_URL"],
    )


def _welcome(options: Options) -> None:
    say(f"the shop is open at {options.public_url}")
    if options.seed == "demo":
        sys.stderr.write(cast.table())
    say(f"messages: {options.public_url}/dev/mailbox or ./bozorcha demo outbox")
    sys.stdout.write(f"ready {options.url}\n")
    sys.stdout.flush()
