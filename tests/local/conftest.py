"""Folders for the embedded services that leave nothing behind."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local import places
from app.local.processes import is_alive, working_in


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; pytest's own lies behind a 0700 folder, so root's services go elsewhere."""
    data = tmp_path / "data"
    data.mkdir()
    yield data
    places.forget(data)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A data folder that everyone may pass through."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        data = Path(name)
        data.chmod(0o711)
        yield data


def processes_of(folder: Path) -> list[int]:
    """All that runs for the folder: services by where they work, programs by what they are told."""
    note = folder / "services-live-in"
    home = Path(note.read_text().strip()) if note.exists() else folder.resolve() / "services"
    found = [*working_in(home), *working_in(home / "pg")]
    told = f"BOZORCHA_DATA_DIR={folder}".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if told in entry.read_bytes().split(b"\0") and int(entry.parent.name) != os.getpid():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return [pid for pid in found if is_alive(pid)]


def wait_until_nothing_runs(folder: Path, seconds: float) -> list[int]:
    """Wait for the folder's processes to end; gives those that did not."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
