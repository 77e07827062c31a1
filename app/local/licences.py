"""Whose work the product stands on: writes THIRD_PARTY.md, `python -m app.local.licences`.

Names and licences come from what is installed, versions from there too, which is what the hashes
of requirements.lock allow.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
CLASSIFIER = "License :: OSI Approved :: "
# Licences whose metadata names none or tells a whole text; read in the package itself.
KNOWN = {"rich-click": "MIT License"}

NOTE = """# Third-party work

Bozorcha is Apache-2.0 ([LICENSE](LICENSE)). It stands on the work below, each under its own
licence.
Written by `python -m app.local.licences` from what is installed; a test misses no package.

"""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    licence: str


def packages() -> list[Package]:
    """Everything a shop runs with, found from the project's own dependencies; tests left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    found: dict[str, Package] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        one = wanted.pop()
        name, extras = plain(one.name), frozenset(one.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue  # for another system or Python
        metadata: Message = installed.metadata  # type: ignore[assignment]
        found[name] = Package(name, installed.version, licence(name, metadata))
        wanted += needs(installed.requires or [], extras)
    return sorted(found.values(), key=lambda package: package.name)


def needs(lines: list[str], extras: frozenset[str]) -> Iterator[Requirement]:
    """The requirements that hold on this system, with these extras."""
    for line in lines:
        one = Requirement(line)
        tries = [{"extra": extra} for extra in (extras or {""})]
        if one.marker is None or any(one.marker.evaluate(known) for known in tries):
            yield one


def licence(name: str, metadata: Message) -> str:
    """The expression of the metadata, else its classifier, else a short licence field."""
    if name in KNOWN:
        return KNOWN[name]
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classes = [str(c) for c in metadata.get_all("Classifier") or []]
    named = [c.removeprefix(CLASSIFIER) for c in classes if c.startswith(CLASSIFIER)]
    if named:
        return ", ".join(named)
    told = str(metadata.get("License") or "").strip()
    return told if told and "\n" not in told and len(told) < 60 else "see the package"


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def page() -> str:
    lines = ["## Python packages", "", "| Package | Version | Licence |", "|---|---|---|"]
    lines += [f"| {one.name} | {one.version} | {one.licence} |" for one in packages()]
    return NOTE + "\n".join(lines) + "\n\n" + "\n".join(_front_end()) + OTHERS


def _front_end() -> Iterator[str]:
    yield "## In the browser"
    yield ""
    yield "Copied into `static/vendor`, unchanged; hashes in `vendored.json` are checked by a test."
    yield ""
    folder = ROOT / "static" / "vendor"
    for one in json.loads((folder / "vendored.json").read_text("utf-8")):
        text = f"static/vendor/{one['licence_file']}"
        yield f"- {one['package']} {one['version']}: {one['licence']} ([text]({text}))"
    yield ""


OTHERS = """
## Fonts, icons, pictures

- Nunito, copyright 2014 The Nunito Project Authors: SIL Open Font License 1.1
  ([text](static/fonts/OFL-nunito.txt)). Subset to the letters of our languages.
- Tabler Icons, copyright 2020-2026 Paweł Kuna: MIT ([text](static/icons/LICENSE-tabler.txt)).
- Fluent Emoji (flat), copyright Microsoft Corporation: MIT
  ([text](static/art/LICENSE-fluent-emoji.txt)). The drawn things of the demo shop.
- The pomegranate, the patterns in `static/brand` and all texts of the demo shop are our own.

## Services that run beside it

PostgreSQL (PostgreSQL License) and Valkey (BSD-3-Clause) come as Python packages for development;
a real shop installs its own.
"""


def main() -> None:
    (ROOT / "THIRD_PARTY.md").write_text(page(), "utf-8")
    sys.stdout.write("THIRD_PARTY.md\n")


if __name__ == "__main__":
    main()
