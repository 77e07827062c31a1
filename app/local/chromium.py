"""Finds a Chromium for the browser tests, installing one when the machine has none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from app.local.processes import is_root
from app.local.supervise import say
from app.local.trouble import Trouble

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a browser that is here already: CHROMIUM, the system's, or Playwright's."""
    given = os.environ.get("CHROMIUM")
    if given:
        return shutil.which(given)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    return _playwrights_own()


def ensure() -> str:
    """Find a browser or install one by apt, then by Playwright; raises Trouble if all fail."""
    found = find()
    for install in (_by_apt, _by_playwright):
        if not found:
            install()
            found = find()
    if found:
        return found
    raise Trouble("no Chromium: install it (apt-get install chromium) or set CHROMIUM=/path/to/it")


def _by_apt() -> None:
    apt = shutil.which("apt-get")
    sudo = shutil.which("sudo")
    if not apt or not (is_root() or sudo):
        return
    before = [] if is_root() else [sudo or "sudo", "-n"]
    say("installing Chromium by apt-get")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update", "-qq"), ("install", "-y", "-qq", "chromium")):
        quietly([*before, apt, *words], environment)


def _by_playwright() -> None:
    say("installing Chromium by Playwright")
    quietly([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def quietly(argv: list[str], environment: dict[str, str]) -> None:
    """Run a step whose failure shows later; its words go to standard error only then."""
    done = subprocess.run(
        argv,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        say(f"{' '.join(argv[:3])} did not succeed: {lines[-1] if lines else 'no message'}")


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  a test tool, slow to load

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None
