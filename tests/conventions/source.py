"""The files of the repository, as the conventions read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
SKIPPED = {".venv", ".git", "node_modules", "__pycache__", "build", ".local"}


def files(folder: str, *endings: str) -> Iterator[Path]:
    """Files under a folder of the repository, sorted; without what is built or installed."""
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix in endings and path.is_file() and not SKIPPED & set(path.parts):
            yield path


def short(path: Path) -> str:
    """The name of a file as the lists of exceptions write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


def lines(path: Path) -> int:
    return text(path).count("\n")


@cache
def tracked() -> tuple[Path, ...]:
    """What belongs to the repository: known to git or about to be, else every file there is."""
    try:
        asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return tuple(p for p in ROOT.rglob("*") if p.is_file() and not SKIPPED & set(p.parts))
    return tuple(p for name in done.stdout.split("\0") if name and (p := ROOT / name).is_file())
