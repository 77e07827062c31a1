"""`./bozorcha check` and `fix`: every look at the code that needs no running product."""

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

from app.local.folder import ROOT

# From medium severity on. What ruff's S303, S608 and S704 look for as well is left to them: their
# exceptions stand beside the lines. Development (app/local) starts processes and writes to /tmp.
BANDIT = ("-q", "-r", "app", "-ll", "-x", "app/local", "-s", "B303,B608,B704")
CODE = ("app", "tests", "migrations", "bench", "bozorcha")


def check() -> bool:
    """Run every step, one line each, and show what the failing ones said."""
    results = [_step(name, argv) for name, argv in _steps()]
    return all(results)


def fix() -> bool:
    """Let ruff repair and format what it can."""
    ruff = _tool("ruff")
    repaired = _step("ruff check --fix", [ruff, "check", "--fix", *_code()])
    return _step("ruff format", [ruff, "format", *_code()]) and repaired


def _steps() -> list[tuple[str, list[str]]]:
    ruff = _tool("ruff")
    steps = [
        ("ruff check", [ruff, "check", *_code()]),
        ("ruff format --check", [ruff, "format", "--check", *_code()]),
        ("mypy --strict", [_tool("mypy"), "--strict", "app"]),
        ("import contracts", [_tool("lint-imports"), "--no-cache"]),
        ("bandit", [_tool("bandit"), *BANDIT]),
        ("secrets", [sys.executable, "-m", "app.local.secrets_scan"]),
        ("bill of materials", [sys.executable, "-m", "app.local.materials"]),
    ]
    if (ROOT / "templates").exists():
        steps.append(("templates", [_tool("djlint"), "templates", "--lint", "--quiet"]))
    if importlib.util.find_spec("app.local.translations"):
        steps.append(("translations", [sys.executable, "-m", "app.local.translations"]))
    return steps


def _step(name: str, argv: list[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        argv,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = done.returncode == 0
    print(f"{'ok     ' if passed else 'PROBLEM'} {name:<20} {time.monotonic() - began:5.1f} s")
    if not passed:
        print(done.stdout.rstrip())
    sys.stdout.flush()
    return passed


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _code() -> list[str]:
    return [name for name in CODE if (ROOT / name).exists()]
