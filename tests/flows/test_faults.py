"""Processes die at the worst moment; nothing is lost, nothing happens twice."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.local import folder as folders
from app.local import places, postgres
from tests.local.conftest import wait_until_nothing_runs

FROM_OUTSIDE = ("DATABASE_URL", "REDIS_URL", "BOZORCHA_ENV")
SOM = 45_000
WAIT_SECONDS = 100  # more than the lease of a task whose worker was killed in the middle

pytestmark = pytest.mark.timeout(300)  # one whole start, on a machine that may be busy


@dataclass
class Copy:
    """A running copy of the shop with a way to its database and to its processes."""

    folder: Path
    port: int
    supervisor: int

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status and body; status 0 while nobody listens."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            line.close()

    def query(self, sql: str) -> str:
        return postgres.query(places.prepare(self.folder), sql, database="bozorcha")

    def command(self, *words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *words, "--json", "--data", str(self.folder)],
            cwd=folders.ROOT,
            env=bare_environment(),
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
        return json.loads(done.stdout)

    def has_new(self, word: str, old: int) -> bool:
        """Whether the supervisor started another one in the place of the old."""
        return any(word in command(pid) and pid != old for pid in children(self.supervisor))

    def process(self, *words: str) -> int:
        """The supervisor's child whose command line holds these words."""
        found = [pid for pid in children(self.supervisor) if all(w in command(pid) for w in words)]
        assert len(found) == 1, (words, found)
        return found[0]


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(entry.read_bytes().rpartition(b")")[2].split()[1]) == parent:
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in FROM_OUTSIDE}


def until(holds: Callable[[], bool], seconds: float = WAIT_SECONDS) -> float:
    """Wait for the condition; gives the seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it never came to that"
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("shop")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    words = ["run", "--port", str(port), "--data", str(folder), "--seed", "demo"]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *words],
        cwd=folders.ROOT,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready ")
        yield Copy(folder, port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        wait_until_nothing_runs(folder, 10)
        places.forget(folder)


@dataclass
class Payme:
    """The bank's side of one order."""

    copy: Copy
    key: str

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        login = base64.b64encode(f"Paycom:{self.key}".encode()).decode()
        status, answer = self.copy.ask(
            "POST",
            "/payments/payme",
            body.encode(),
            **{"Authorization": f"Basic {login}", "Content-Type": "text/json"},
        )
        assert status == 200, (status, answer)
        found: dict[str, Any] = json.loads(answer)
        assert "result" in found, found
        return found["result"]  # type: ignore[no-any-return]

    def start(self, number: str) -> str:
        """Create the transaction of the order; gives its id."""
        transaction = f"{time.time_ns():024x}"
        self.call(
            "CreateTransaction",
            id=transaction,
            time=int(time.time() * 1000),
            amount=SOM * 100,
            account={"order_id": number},
        )
        return transaction

    def perform(self, transaction: str) -> None:
        assert self.call("PerformTransaction", id=transaction)["state"] == 2


@pytest.fixture(scope="module")
def orders(copy: Copy) -> Iterator[str]:
    """Numbers of fresh orders that wait for their payment."""
    numbers = copy.command("demo", "orders", "--count", "5", "--amount", str(SOM))
    assert len(set(numbers)) == 5
    return iter(numbers)


@pytest.fixture(scope="module")
def payme(copy: Copy) -> Payme:
    return Payme(copy, copy.command("demo", "keys")["payme_key"])


def state(copy: Copy, number: str) -> str:
    return copy.query(f"""select state from "order" where number = '{number}'""")


def traces(copy: Copy, number: str) -> dict[str, int]:
    """How often each thing happened that may happen once for a paid order."""
    order = f"""(select id from "order" where number = '{number}')"""
    counts = {
        "paid": f"select count(*) from event where name = 'orders.OrderPaid' "
        f"and payload->>'order_id' = {order}::text",
        "captured": f"select count(*) from event where name = 'payments.PaymentCaptured' "
        f"and payload->>'subject_id' = {order}::text",
        "taken": f"select count(*) from stock_hold where subject_id = {order} and state = 'taken'",
        "postings": "select count(*) from ledger_posting p join payment_transaction t "
        "on p.key = 'capture:' || t.id join payment_intent i on i.id = t.intent_id "
        f"where i.reference = '{number}'",
    }
    return {name: int(copy.query(sql)) for name, sql in counts.items()}


def test_a_silent_valkey_stops_neither_pages_nor_the_bank(
    copy: Copy, orders: Iterator[str], payme: Payme
) -> None:
    number = next(orders)
    valkey = copy.process("valkey-server")
    os.kill(valkey, signal.SIGSTOP)
    try:
        assert copy.ask("GET", "/uz/")[0] == 200
        assert copy.ask("GET", "/uz/search?q=kitob")[0] == 200
        assert copy.ask("GET", "/health/ready")[0] in (200, 503)
        payme.perform(payme.start(number))
        assert state(copy, number) == "awaiting_payment"
    finally:
        os.kill(valkey, signal.SIGKILL)  # it comes back with nothing in it

    until(lambda: state(copy, number) == "paid")
    assert traces(copy, number) == {"paid": 1, "captured": 1, "taken": 1, "postings": 1}
    assert copy.process("valkey-server") != valkey


def test_a_critical_worker_killed_after_the_callback_loses_and_doubles_nothing(
    copy: Copy, orders: Iterator[str], payme: Payme
) -> None:
    numbers = [next(orders) for _ in range(3)]
    transactions = [payme.start(number) for number in numbers]
    worker = copy.process("app.worker", "critical")

    for transaction in transactions:
        payme.perform(transaction)
    os.kill(worker, signal.SIGKILL)

    until(lambda: all(state(copy, number) == "paid" for number in numbers))
    for number, transaction in zip(numbers, transactions, strict=True):
        payme.perform(transaction)  # the bank repeats itself
        assert traces(copy, number) == {"paid": 1, "captured": 1, "taken": 1, "postings": 1}
    assert copy.process("app.worker", "critical") != worker


def test_a_killed_web_is_back_within_seconds(copy: Copy) -> None:
    web = copy.process("granian")
    os.kill(web, signal.SIGKILL)

    until(lambda: copy.has_new("granian", web), 20)
    assert until(lambda: copy.ask("GET", "/uz/")[0] == 200, 30) < 30


def test_a_killed_server_inside_of_web_is_back_as_well(copy: Copy) -> None:
    inner = children(copy.process("granian"))
    assert inner
    for pid in inner:
        os.kill(pid, signal.SIGKILL)

    until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in inner), 20)
    until(lambda: copy.ask("GET", "/uz/")[0] == 200, 30)
