"""What may not be in the repository: traces of a machine, promises, unpinned things."""

import base64
import hashlib
import json
import re
import tomllib
from pathlib import Path

import pytest

from app.local.licences import packages
from tests.conventions.source import ROOT, short, tracked

TEXTS = {
    ".css",
    ".html",
    ".ini",
    ".js",
    ".json",
    ".jinja",
    ".md",
    ".po",
    ".py",
    ".sh",
    ".sql",
    ".svg",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
    ".lock",
    "",
}
# The brackets keep this file from finding itself.
PLACES = re.compile(r"/wor[k]/|/hom[e]/[a-z]|/User[s]/[A-Za-z]|/roo[t]/")
PROMISES = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b")
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
LARGEST_BYTES = 600_000
LOCK = ROOT / "requirements.lock"


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXTS and "vendor" not in path.parts]


def found(pattern: re.Pattern[str], paths: list[Path] | None = None) -> dict[str, str]:
    return {
        f"{short(path)}:{number}": line.strip()[:120]
        for path in (texts() if paths is None else paths)
        for number, line in enumerate(_read(path).splitlines(), start=1)
        if pattern.search(line)
    }


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def test_there_are_texts_to_read():
    names = {short(path) for path in texts()}

    assert {"pyproject.toml", "app/main.py", "bozorcha", "requirements.lock"} <= names


def test_no_place_of_one_machine():
    assert found(PLACES) == {}


def test_no_promises_in_the_code():
    assert found(PROMISES) == {}


def test_every_text_is_utf8_and_ends_in_a_line():
    for path in texts():
        text = _read(path)
        assert not text or text.endswith("\n") or path.suffix == ".svg", short(path)
        assert "\r" not in text, short(path)


def test_nothing_large_and_nothing_secret():
    for path in tracked():
        assert path.stat().st_size < LARGEST_BYTES, short(path)
        assert path.suffix not in (".pem", ".key", ".p12", ".sqlite", ".dump"), short(path)
        assert path.name not in (".env", "id_rsa", ".pypirc", ".netrc"), short(path)


def test_the_lock_names_versions_and_hashes_and_no_address():
    """The machine that installs decides from where; hashes decide what."""
    lines = [line for line in _read(LOCK).splitlines() if line and not line.startswith("#")]
    pins = [line for line in lines if not line.startswith((" ", "\t"))]

    assert not ADDRESS.search(_read(LOCK))
    assert not any("index-url" in line or "find-links" in line for line in lines)
    assert len(pins) > 50
    for line in pins:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+( ; .+)? \\", line), line
    for line in lines:
        assert line in pins or re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), line


def test_every_dependency_is_locked():
    project = tomllib.loads(_read(ROOT / "pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[\[<>=]", line)[0].lower().replace("_", "-") for line in wanted}
    locked = {
        line.split("==")[0].split("[")[0] for line in _read(LOCK).splitlines() if "==" in line
    }

    assert names - locked == set()


def test_no_lock_of_another_tool_carries_addresses():
    """A lock with download addresses would tie everybody to one machine's mirror."""
    for path in tracked():
        if path.name in (
            "uv.lock",
            "package-lock.json",
            "poetry.lock",
            "yarn.lock",
            "Pipfile.lock",
        ):
            assert not ADDRESS.search(_read(path)), short(path)


def test_vendored_files_are_what_they_were():
    folder = ROOT / "static/vendor"
    listed = json.loads(_read(folder / "vendored.json"))
    on_disk = {path.name for path in folder.iterdir() if path.suffix in (".js", ".css")}

    assert {one["file"] for one in listed} == on_disk
    for one in listed:
        digest = hashlib.sha384((folder / one["file"]).read_bytes()).digest()
        assert one["sha384"] == "sha384-" + base64.b64encode(digest).decode(), one["file"]
        assert (folder / one["licence_file"]).is_file()


@pytest.mark.parametrize("folder", ["art", "fonts", "icons", "vendor"])
def test_what_others_made_has_its_licence_beside_it(folder):
    names = {path.name for path in (ROOT / "static" / folder).iterdir()}

    assert any(name.startswith(("LICENSE", "OFL")) for name in names)


def test_third_parties_are_named():
    """Each locked package that a shop runs with, and each folder of pictures and fonts."""
    told = _read(ROOT / "THIRD_PARTY.md")
    for package in packages():
        row = f"| {package.name} | {package.version} | {package.licence} |"
        assert row in told, f"{package.name}: run python -m app.local.licences"
    for one in json.loads(_read(ROOT / "static/vendor/vendored.json")):
        assert f"{one['package']} {one['version']}" in told


def test_documents_link_to_what_is_there():
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
    pictures = {"docs/pictures"}
    for path in tracked():
        if path.suffix == ".md":
            for target in link.findall(_read(path)):
                place = (path.parent / target).resolve()
                known = place.exists() or short(place.parent) in pictures
                assert known, f"{short(path)} links to {target}"
