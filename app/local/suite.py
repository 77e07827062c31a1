"""`./bozorcha test`: the checks, then every test, on services of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.local import checks, chromium, processes
from app.local.folder import ROOT
from app.local.supervise import quitting_on_signals, say
from app.local.testing import TestServices, test_services

REPORTS = ROOT / "reports"
WORKERS = "2"  # the continuous integration machine has two cores
NO_TESTS = 5  # pytest's exit code when nothing was collected


@dataclass
class Outcome:
    """What one pytest process came to."""

    name: str
    code: int
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0

    @property
    def good(self) -> bool:
        return self.code == 0 and not self.failed


def test(*, fast: bool, extra: Sequence[str]) -> bool:
    """Run everything and print `N passed, N failed` last; `fast` leaves out checks and browser.

    Tests and browser tests are two processes: Playwright's own event loop would make the
    async tests that come after it fail.
    """
    browser = "" if fast else chromium.ensure()
    checked = None if fast else checks.check()
    outcomes: list[Outcome] = []
    with quitting_on_signals(), test_services() as services:
        environment = _environment(services, browser)
        outcomes.append(_pytest("rules", ["tests", "--ignore=tests/browser", *extra], environment))
        if not fast:
            outcomes.append(_pytest("browser", ["tests/browser", *extra], environment))
    return _report(outcomes, checked=checked, wanted=1 if fast else 2)


def _environment(services: TestServices, browser: str) -> dict[str, str]:
    environment = {
        **os.environ,
        "TEST_DATABASE_URL": services.database_url,
        "TEST_REDIS_URL": services.redis_url,
    }
    # what a developer has set for a running copy must not reach the tests
    for name in ("DATABASE_URL", "DATABASE_DIRECT_URL", "REDIS_URL", "BOZORCHA_ENV"):
        environment.pop(name, None)
    return environment | ({"CHROMIUM": browser} if browser else {})


def _pytest(name: str, arguments: Sequence[str], environment: dict[str, str]) -> Outcome:
    REPORTS.mkdir(exist_ok=True)
    junit = REPORTS / f"{name}.xml"
    junit.unlink(missing_ok=True)
    say(f"tests: {name}")
    began = time.monotonic()
    process = processes.spawn(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", WORKERS, f"--junitxml={junit}"),
            *arguments,
        ],
        env=environment,
        cwd=ROOT,
        output=sys.stdout.fileno(),
        when_orphaned=signal.SIGTERM,
    )
    try:
        code = process.wait()
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            processes.stop(process, signal.SIGINT, signal.SIGTERM, seconds_each=3)
    return _outcome(name, 0 if code == NO_TESTS else code, junit, time.monotonic() - began)


def _outcome(name: str, code: int, junit: Path, seconds: float) -> Outcome:
    outcome = Outcome(name, code, seconds=seconds)
    if not junit.exists():
        return outcome
    for suite in ET.parse(junit).getroot().iter("testsuite"):  # noqa: S314  pytest has just written it
        count = {
            key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")
        }
        outcome.failed += count["failures"] + count["errors"]
        outcome.skipped += count["skipped"]
        outcome.passed += count["tests"] - outcome.failed - outcome.skipped
    return outcome


def _report(outcomes: Sequence[Outcome], *, checked: bool | None, wanted: int) -> bool:
    """Write reports/summary.txt and print the last line; gives whether all is good."""
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    whole = len(outcomes) == wanted and all(outcome.good for outcome in outcomes)
    lines = [
        f"{o.name}: {o.passed} passed, {o.failed} failed, {o.skipped} skipped, {o.seconds:.0f} s"
        + ("" if o.good or o.failed else f", ended with code {o.code}")
        for o in outcomes
    ]
    if checked is not None:
        lines.append("checks: " + ("good" if checked else "PROBLEM, see above"))
    if len(outcomes) < wanted:
        lines.append("stopped before the end")
    total = f"{passed} passed, {failed} failed"
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / "summary.txt").write_text("\n".join([*lines, total, ""]), encoding="utf-8")
    print("\n".join([*lines, total]), flush=True)
    return whole and checked is not False
