"""`python -m bench`: fill a shop of its own, load its main pages, print what they cost.

Everything stays on loopback and is bounded in count and time. The figures go to
`reports/bench.json`; `--keep` makes them the run that later ones are compared with.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app import slices
from app.kernel import config
from app.kernel.services import build
from app.local import folder as folders
from app.local import places
from bench import report
from bench.copy import Copy, Failed, running, unlimited
from bench.load import press
from bench.pages import Page, find
from bench.statements import count
from bench.weight import weigh

OUT = folders.ROOT / "reports" / "bench.json"
MAX_SECONDS = 60  # of one load


def main() -> None:
    """Measure, print, write; ends with one line when the copy cannot be measured."""
    chosen = _options()
    with ExitStack() as stack:
        folder = Path(chosen.data or stack.enter_context(_open_folder()))
        folder.mkdir(parents=True, exist_ok=True)
        if not chosen.data:
            stack.callback(places.forget, folder)
        try:
            figures = _measure(chosen, folder)
        except Failed as failure:
            sys.exit(f"bench: {failure}")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(report.table(figures))
    if compared := report.compare(figures):
        print(f"\n{compared}")
    if chosen.keep:
        report.keep(figures)


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("--products", type=int, default=100_000)
    options.add_argument("--seconds", type=float, default=8, help="of one load, 60 at most")
    options.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    options.add_argument("--port", type=int, default=8090)
    options.add_argument("--data", help="keep the filled shop here and use it again")
    options.add_argument("--keep", action="store_true", help="compare later runs with this one")
    return options.parse_args()


def _open_folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="bozorcha-bench-")


def _measure(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Fill the shop with one start, then measure a second one, which finds everything ready."""
    _say(f"filling a shop with {chosen.products:,} products")
    with running(folder, chosen.port, seed="load", products=chosen.products):
        pass
    with running(folder, chosen.port, seed="none", products=0) as copy:
        loaded, weighed, statements = asyncio.run(_look(copy))
        loads = [row for page in loaded for row in _load(copy, page, statements, chosen)]
        return {
            "products": chosen.products,
            "cores": os.cpu_count(),
            "client": "wrk" if shutil.which("wrk") else "own client",
            "loads": loads,
            "weights": [
                {**asdict(found), "total": found.total}
                for found in (weigh(copy, page) for page in weighed)
            ],
            "start": {
                "ready_seconds": copy.ready_seconds,
                "first_page_ms": copy.first_page_ms,
            },
            "memory_mb": {part: copy.memory_mb(part) for part in ("web", "postgres", "valkey")},
        }


async def _look(copy: Copy) -> tuple[list[Page], list[Page], dict[str, int]]:
    os.environ.update(copy.environment)
    services = build(config.load(), slices.registry())
    try:
        loaded, weighed = await find(services, copy)
        return loaded, weighed, await count(services, loaded)
    finally:
        await services.close()


def _load(
    copy: Copy, page: Page, statements: dict[str, int], chosen: argparse.Namespace
) -> list[dict[str, Any]]:
    """Warm the page up, then one row a number of connections."""
    seconds = min(chosen.seconds, MAX_SECONDS)
    with unlimited(copy):
        press(copy.url + page.path, 2, max(1, seconds / 4), page.headers)
        return [_row(copy, page, statements, number, seconds) for number in chosen.connections]


def _row(
    copy: Copy, page: Page, statements: dict[str, int], connections: int, seconds: float
) -> dict[str, Any]:
    _say(f"{page.name}, {connections} connections")
    before = {part: copy.cpu_seconds(part) for part in ("web", "postgres", "valkey")}
    found = press(copy.url + page.path, connections, seconds, page.headers)
    spent = {part: (copy.cpu_seconds(part) - then) * 1000 for part, then in before.items()}
    return {
        "page": page.name,
        "connections": connections,
        "per_second": found.count / found.seconds,
        "p50": found.p50,
        "p95": found.p95,
        "p99": found.p99,
        "cpu_ms": sum(spent.values()) / found.count,
        "web_ms": spent["web"] / found.count,
        "postgres_ms": spent["postgres"] / found.count,
        "statements": statements[page.name],
    }


def _say(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    main()
