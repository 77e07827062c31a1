"""The data folder: secrets, the lock, what a running copy announces."""

import base64
from pathlib import Path

import pytest

from app.local import folder as folders
from app.local.trouble import Trouble

COPY = folders.Running(
    pid=1, port=8000, url="http://localhost:8000", database_url="d", redis_url="r"
)


def test_secrets_are_made_once_and_only_ours_to_read(folder: Path) -> None:
    first = folders.development_secrets(folder)

    again = folders.development_secrets(folder)

    assert again == first
    assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(first["SECRET_KEY"]) >= 32
    assert len(base64.urlsafe_b64decode(first["VAPID_PRIVATE_KEY"] + "=")) == 32


def test_new_kind_of_secret_joins_the_old_ones(folder: Path) -> None:
    folder.joinpath("secrets.json").write_text('{"SECRET_KEY": "kept"}')

    known = folders.development_secrets(folder)

    assert known["SECRET_KEY"] == "kept"
    assert known["PIN_PEPPER"]


def test_folder_in_use_names_the_copy_that_uses_it(folder: Path) -> None:
    with folders.held(folder), folders.announced(folder, COPY):
        with pytest.raises(Trouble, match=r"already runs .* http://localhost:8000 \(process 1\)"):
            folders.held(folder).__enter__()

        assert folders.running(folder) == COPY
    assert folders.running(folder) is None


def test_announcement_of_a_killed_copy_counts_for_nothing(folder: Path) -> None:
    with folders.held(folder):
        pass
    (folder / "run.json").write_text(
        '{"pid": 1, "port": 1, "url": "u", "database_url": "d", "redis_url": "r"}'
    )

    assert folders.running(folder) is None
