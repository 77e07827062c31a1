"""The commands of `./bozorcha`: reads the words and calls what does the work."""

import asyncio
import errno
import ipaddress
import json
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from app.local import folder as folders
from app.local.attaching import attached
from app.local.trouble import Trouble

# ruff: noqa: PLC0415  each command loads only what it needs: some load the whole product

Command = TypeVar("Command", bound=Callable[..., Any])
T = TypeVar("T")
SPACE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def _path(_context: click.Context, _option: click.Parameter, value: str | None) -> Path | None:
    """A path as seen from where the command was called."""
    return Path(os.environ.get("BOZORCHA_CALLED_FROM", "."), value).resolve() if value else None


def _loopback(_context: click.Context, _option: click.Parameter, value: str) -> str:
    name = "127.0.0.1" if value == "localhost" else value
    try:
        if ipaddress.ip_address(name).is_loopback:
            return name
    except ValueError:
        pass
    raise click.BadParameter("only an address of this machine: the demo is not for a network")


def data_option(command: Command) -> Command:
    help_text = "Folder of the data (default .local)."
    default = str(folders.DEFAULT)
    return click.option("--data", callback=_path, default=default, help=help_text)(command)


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="For programs.")(command)


port_option = click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)


@click.group(invoke_without_command=True)
@click.pass_context
def cli(context: click.Context) -> None:
    """Bozorcha: a family marketplace for children and their parents."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
@port_option
@data_option
@click.option("--host", callback=_loopback, default="127.0.0.1", show_default=True)
@click.option("--seed", type=click.Choice(["demo", "load", "none"]), default="demo")
@click.option("--products", type=click.IntRange(1), help="How many, with --seed load.")
def run(port: int, data: Path, host: str, seed: str, products: int | None) -> None:
    """Start the shop with all it needs, until Ctrl-C."""
    from app.local import running

    _not_in_production()
    running.run(running.Options(host, port, data, seed, products))


@cli.command(context_settings={"ignore_unknown_options": True})
@click.option("--fast", is_flag=True, help="Without checks and browser tests.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def test(fast: bool, pytest_arguments: tuple[str, ...]) -> None:
    """Run the checks and every test; words after -- go to pytest."""
    from app.local import suite

    _exit(suite.test(fast=fast, extra=pytest_arguments))


@cli.command()
def check() -> None:
    """Look at the code: ruff, mypy, import contracts, templates, translations."""
    from app.local import checks

    _exit(checks.check())


@cli.command()
def fix() -> None:
    """Repair and format the code."""
    from app.local import checks

    _exit(checks.fix())


@cli.command()
@data_option
def migrate(data: Path) -> None:
    """Bring the database up to date."""
    with attached(data) as environment:
        _prepare(environment, "none", None)


@cli.command()
@data_option
@click.argument("kind", type=click.Choice(["demo", "load"]), default="demo")
@click.option("--products", type=click.IntRange(1), help="How many, with load.")
def seed(data: Path, kind: str, products: int | None) -> None:
    """Fill the database with the demo shop or a large catalogue."""
    _not_in_production()
    with attached(data) as environment:
        _prepare(environment, kind, products)


@cli.command()
@data_option
@click.argument("queues", nargs=-1, type=click.Choice(["critical", "default", "bulk"]))
def worker(data: Path, queues: tuple[str, ...]) -> None:
    """Work off the queues (all, or those named) until Ctrl-C."""
    from app.local.supervise import Child, Supervisor, quitting_on_signals

    with quitting_on_signals(), attached(data, with_valkey=True) as environment:
        from app.local.running import spawn

        def launch() -> subprocess.Popen[bytes]:
            return spawn("-m", "app.worker", *queues, environment=environment)

        supervisor = Supervisor(programs=[Child("worker", launch)])
        try:
            supervisor.watch()
        finally:
            supervisor.stop()


@cli.command()
@port_option
@data_option
def doctor(port: int, data: Path) -> None:
    """Tell what this machine has and what is missing."""
    from app.local import doctor as looking

    _exit(looking.doctor(data, port))


@cli.command()
@click.option("--out", callback=_path, default=str(folders.ROOT / "gallery"))
@click.option("--only", help="Only screens with this word in their name.")
def gallery(out: Path, only: str | None) -> None:
    """Take pictures of every main screen."""
    import importlib

    _not_in_production()
    importlib.import_module("app.local.gallery").main(out, only)


@cli.group()
def demo() -> None:
    """What people who try the shop need: accounts, codes, messages, keys, orders."""
    _not_in_production()


@demo.command()
@data_option
@json_option
def accounts(data: Path, as_json: bool) -> None:
    """Who can sign in."""
    from app.local import cast

    click.echo(_json(cast.accounts()) if as_json else cast.table(), nl=as_json)


@demo.command()
@click.argument("phone")
@data_option
@json_option
def code(phone: str, data: Path, as_json: bool) -> None:
    """The last one-time code sent to PHONE, and what the person's authenticator app shows."""
    from app.local import cast
    from app.local import demo as shown

    found = _on(data, lambda: shown.code(phone))
    app = cast.authenticator_code(phone)
    words = found + (f"\nauthenticator {app}" if app else "")
    click.echo(_json({"phone": phone, "code": found, "authenticator": app}) if as_json else words)


@demo.command()
@data_option
@json_option
def outbox(data: Path, as_json: bool) -> None:
    """The messages that were sent, newest first."""
    from app.local import demo as shown

    messages = _on(data, shown.outbox)
    click.echo(_json(messages) if as_json else shown.outbox_text(messages))


@demo.command()
@data_option
@json_option
def keys(data: Path, as_json: bool) -> None:
    """The secrets that a payment provider's sandbox would hold."""
    from app.local import demo as shown

    found = shown.keys(data)
    lines = [f"{name} {value}" for name, value in found.items()]
    click.echo(_json(found) if as_json else "\n".join(lines))


@demo.command()
@click.option("--count", type=click.IntRange(1, 10_000), default=1, show_default=True)
@click.option("--amount", type=click.IntRange(1), required=True, help="In soʻm, exactly.")
@data_option
@json_option
def orders(count: int, amount: int, data: Path, as_json: bool) -> None:
    """Make fresh orders that can be paid."""
    from app.local import demo as shown

    made = _on(data, lambda: shown.orders(count, amount), with_valkey=True)
    click.echo(_json(made) if as_json else "\n".join(str(order) for order in made))


@cli.group()
def audit() -> None:
    """The chain of the audit trail: does it hold, and its signed heads."""


@audit.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on.")
@click.option("--head", help="A head that was kept elsewhere: it has to be in the chain.")
@data_option
@json_option
def verify(since: datetime | None, head: str | None, data: Path, as_json: bool) -> None:
    """Recompute every seal; names the first broken, missing or cut off row, exit code 1."""
    from app.local import auditing

    report = _on(data, lambda: auditing.check(head, since.date() if since else None))
    click.echo(_json(asdict(report)) if as_json else auditing.words(report))
    _exit(report.fault is None)


@audit.command()
@data_option
def heads(data: Path) -> None:
    """The signed head of each day that is over, as JSON, to be kept elsewhere."""
    from app.local import auditing

    click.echo(_json(_on(data, auditing.heads)))


def _on(data: Path, work: Callable[[], Coroutine[Any, Any, T]], *, with_valkey: bool = False) -> T:
    """Do the work on the folder's database, or the one that the environment names."""
    with attached(data, with_valkey=with_valkey) as environment:
        os.environ.update(environment)
        return asyncio.run(work())


def _prepare(environment: dict[str, str], kind: str, products: int | None) -> None:
    from app.local import running

    running.prepare(environment, kind, products)


def _not_in_production() -> None:
    if os.environ.get("BOZORCHA_ENV") == "production":
        raise Trouble("refused in production: BOZORCHA_ENV says so; see the Procfile")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _exit(good: bool) -> None:
    sys.exit(0 if good else 1)


def main() -> None:
    """Run the command; what a person can mend is said in one line, exit code 1."""
    try:
        cli(prog_name="./bozorcha")
    except Trouble as trouble:
        sys.exit(f"bozorcha: {trouble}")
    except OSError as error:
        if error.errno not in SPACE_ERRORS:
            raise
        remedy = "make room there or choose another folder with --data DIR"
        sys.exit(f"bozorcha: {error.filename or 'the disk'}: {error.strerror}; {remedy}")


if __name__ == "__main__":
    main()
