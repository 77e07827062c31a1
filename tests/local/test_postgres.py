"""The embedded PostgreSQL: rights, crashes, leftovers, long paths."""

import os
import signal
from pathlib import Path

import pytest

from app.local import places, postgres, processes
from app.local.trouble import Trouble


@pytest.fixture
def here(folder: Path) -> places.Places:
    return places.prepare(folder)


def test_runs_without_rights_behind_a_private_folder(here: places.Places) -> None:
    server = postgres.start(here, throwaway=True)

    try:
        owner = Path(f"/proc/{server.process.pid}").stat().st_uid
        assert owner == (processes.NOBODY if processes.is_root() else os.geteuid())
        assert here.home.stat().st_mode & 0o777 == 0o700
        assert postgres.query(here, "SHOW listen_addresses") == ""
    finally:
        postgres.stop(server)


def test_database_is_made_once_and_sees_cyrillic(here: places.Places) -> None:
    server = postgres.start(here, throwaway=True)

    try:
        postgres.ensure_database(here)
        postgres.ensure_database(here)
        postgres.check_cyrillic(here)
        assert postgres.query(here, "SELECT lower('ЎҚҒҲ')", database="bozorcha") == "ўқғҳ"
    finally:
        postgres.stop(server)


def test_killed_server_keeps_what_was_committed(here: places.Places) -> None:
    server = postgres.start(here)
    postgres.query(here, "CREATE TABLE kept AS SELECT 7 AS value")

    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    again = postgres.start(here)

    try:
        assert postgres.query(here, "SELECT value FROM kept") == "7"
    finally:
        postgres.stop(again)


def test_server_left_over_from_another_start_is_stopped(here: places.Places) -> None:
    leftover = postgres.start(here, throwaway=True)

    again = postgres.start(here, throwaway=True)

    try:
        assert leftover.process.wait(5) == 0
        assert processes.working_in(here.home / "pg")
        assert postgres.query(here, "SELECT 1") == "1"
    finally:
        postgres.stop(again)


def test_pid_that_now_belongs_to_another_program_is_forgotten(here: places.Places) -> None:
    postgres.stop(postgres.start(here, throwaway=True))
    stale = here.home / "pg" / "postmaster.pid"
    stale.write_text(f"{os.getppid()}\n{here.home / 'pg'}\n")

    server = postgres.start(here, throwaway=True)

    postgres.stop(server)
    assert processes.is_alive(os.getppid())


def test_broken_cluster_is_told_in_one_line(here: places.Places) -> None:
    postgres.stop(postgres.start(here, throwaway=True))
    (here.home / "pg" / "global" / "pg_control").unlink()

    with pytest.raises(Trouble, match=r"^PostgreSQL did not start: .*postgres\.log\)$"):
        postgres.start(here, throwaway=True)


def test_deep_folder_gets_short_sockets(open_folder: Path) -> None:
    deep = open_folder.joinpath(*["a-rather-long-name"] * 6)

    here = places.prepare(deep)

    assert here.sockets != here.home
    assert len(str(here.sockets / places.LONGEST_SOCKET)) <= places.SOCKET_PATH_LIMIT
    assert here.sockets.stat().st_mode & 0o777 == 0o700
    places.forget(deep)
    assert not here.sockets.exists()


@pytest.mark.skipif(not processes.is_root(), reason="only root gives the services another user")
def test_folder_of_somebody_else_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SHARED", tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    squatted = Path(places.elsewhere(data.resolve())).parent
    squatted.mkdir()
    os.chown(squatted, 12345, -1)

    with pytest.raises(Trouble, match="not a folder of ours"):
        places.prepare(data)
