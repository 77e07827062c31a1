"""The figures as a table, as JSON, and beside those of the last kept run."""

import json
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("kept.json")
Figures = dict[str, Any]


def table(figures: Figures) -> str:
    """All figures for a terminal; with a kept run, CPU and speed as ratios to it."""
    return "\n".join([*_loads(figures), "", *_weights(figures), "", *_start(figures)])


def compare(figures: Figures) -> str:
    """This run divided by the kept one; below 1.00x is cheaper. Empty without a kept run."""
    if not KEPT.exists():
        return ""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    old = {(row["page"], row["connections"]): row for row in kept["loads"]}
    lines = [
        f"against the kept run ({kept['products']:,} products), new / old:",
        f"{'page':<14}{'conn':>5}{'CPU':>9}{'p50':>9}{'p99':>9}{'req/s':>9}",
    ]
    for row in figures["loads"]:
        before = old.get((row["page"], row["connections"]))
        if before:
            ratios = [_ratio(row[n], before[n]) for n in ("cpu_ms", "p50", "p99", "per_second")]
            named = "".join(f"{ratio:>9}" for ratio in ratios)
            lines.append(f"{row['page']:<14}{row['connections']:>5}{named}")
    return "\n".join(lines)


def keep(figures: Figures) -> None:
    """Make this the run that later ones are compared with."""
    KEPT.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _loads(figures: Figures) -> list[str]:
    told = f"{figures['products']:,} products, {figures['cores']} cores, one web process"
    names = f"{'conn':>5}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"
    costs = f"{'CPU':>8}{'web':>8}{'pg':>8}{'SQL':>5}"
    return [
        f"{told}, {figures['client']}; CPU in ms per request",
        f"{'page':<14}{names}{costs}",
        *(
            f"{row['page']:<14}{row['connections']:>5}{row['per_second']:>9.0f}"
            f"{row['p50']:>9.1f}{row['p95']:>9.1f}{row['p99']:>9.1f}{row['cpu_ms']:>8.2f}"
            f"{row['web_ms']:>8.2f}{row['postgres_ms']:>8.2f}{row['statements']:>5}"
            for row in figures["loads"]
        ),
    ]


def _weights(figures: Figures) -> list[str]:
    kinds = ("html", "html_plain", "css", "js", "font", "total", "requests")
    return [
        "first visit in bytes, brotli, without pictures",
        f"{'page':<14}" + "".join(f"{kind:>11}" for kind in kinds),
        *(
            f"{row['page']:<14}" + "".join(f"{row[kind]:>11}" for kind in kinds)
            for row in figures["weights"]
        ),
    ]


def _start(figures: Figures) -> list[str]:
    start, memory = figures["start"], figures["memory_mb"]
    ready, first = start["ready_seconds"], start["first_page_ms"]
    sizes = [f"{part} {size:.0f} MB" for part, size in memory.items()]
    return [
        f"start to ready {ready:.1f} s, then the first page {first:.0f} ms",
        f"memory after the loads: {', '.join(sizes)}",
    ]


def _ratio(new: float, old: float) -> str:
    return f"{new / old:.2f}x" if old else "-"
