"""`python -m bench.lighthouse`: Lighthouse on a phone's screen, when Node and Chromium are there.

Runs the four pages a first visit meets, writes the reports to `reports/lighthouse/` and prints
the four scores with LCP, CLS and TBT.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from app import slices
from app.kernel import config
from app.kernel.services import build
from app.local import folder as folders
from app.local import places
from bench.copy import Copy, Failed, running
from bench.pages import Page, find

OUT = folders.ROOT / "reports" / "lighthouse"
PROGRAM = "lighthouse@13"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
AUDITS = {
    "LCP ms": "largest-contentful-paint",
    "CLS": "cumulative-layout-shift",
    "TBT ms": "total-blocking-time",
}
FLAGS = "--headless=new --no-sandbox --disable-dev-shm-usage"
PAGE_SECONDS = 240


def main() -> None:
    """Print a line a page; ends with one line when the machine lacks a part."""
    chosen = _options()
    runner, browser = shutil.which("npx"), _browser()
    if not (runner and browser):
        sys.exit("bench: lighthouse needs npx (Node) and Chromium (CHROME_PATH)")
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bozorcha-bench-") as name:
        folder = Path(name)
        try:
            with running(folder, chosen.port, seed="demo", products=0) as copy:
                for page in asyncio.run(_pages(copy)):
                    print(_line(page, _run(runner, browser, copy, page)), flush=True)
        except Failed as failure:
            sys.exit(f"bench: {failure}")
        finally:
            places.forget(folder)


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    options.add_argument("--port", type=int, default=8091)
    return options.parse_args()


def _browser() -> str | None:
    named = os.environ.get("CHROME_PATH")
    return named or shutil.which("chromium") or shutil.which("google-chrome")


async def _pages(copy: Copy) -> list[Page]:
    os.environ.update(copy.environment)
    services = build(config.load(), slices.registry())
    try:
        return (await find(services, copy))[1]
    finally:
        await services.close()


def _run(runner: str, browser: str, copy: Copy, page: Page) -> dict[str, Any]:
    """The report of one page; raises Failed with what the program said."""
    path = OUT / f"{page.name.replace(' ', '-')}.json"
    path.unlink(missing_ok=True)
    done = subprocess.run(
        [
            *(runner, "--yes", PROGRAM, copy.url + page.path, "--quiet", "--output=json"),
            *(f"--output-path={path}", f"--chrome-flags={FLAGS}"),
            *("--form-factor=mobile", f"--only-categories={','.join(CATEGORIES)}"),
            f"--extra-headers={json.dumps(page.headers)}",
        ],
        cwd=OUT,
        env={**os.environ, "CHROME_PATH": browser},
        capture_output=True,
        text=True,
        timeout=PAGE_SECONDS,
        check=False,
    )
    if not path.exists():
        raise Failed(f"lighthouse on {page.name}: {(done.stderr or done.stdout)[-500:]}")
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def _line(page: Page, report: dict[str, Any]) -> str:
    scores = [
        f"{name} {round((report['categories'][name]['score'] or 0) * 100)}" for name in CATEGORIES
    ]
    figures = [
        f"{name} {report['audits'][audit].get('numericValue', 0):.4g}"
        for name, audit in AUDITS.items()
    ]
    return f"{page.name:<12} {', '.join(scores)}; {', '.join(figures)}"


if __name__ == "__main__":
    main()
