"""The import contracts of pyproject.toml hold, and each of them catches what it is for."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conventions import source

CONTRACTS = {
    "Slices form layers",
    "Inside a slice: wiring over handlers over tables",
    "A slice's edges are private",
    "Rules know nothing of HTTP",
    "Handlers write no SQL",
}
# contract broken, file that breaks it, the line that does
PLANTED = [
    ("Slices form layers", "app/catalog/visible.py", "import app.orders.placing"),
    ("Slices form layers", "app/payments/intents.py", "import app.discovery.normalise"),
    ("Slices form layers", "app/newcomer.py", '"""Nobody placed this package."""'),
    (
        "Inside a slice: wiring over handlers over tables",
        "app/cart/models.py",
        "import app.cart.slice",
    ),
    ("A slice's edges are private", "app/approvals/deciding.py", "import app.orders.tasks"),
    ("A slice's edges are private", "app/approvals/queries.py", "import app.orders.routes.buyer"),
    (
        "A slice's edges are private",
        "app/approvals/asking.py",
        "import app.orders.subscribers",
    ),
    ("Rules know nothing of HTTP", "app/orders/placing.py", "from litestar import Request"),
    ("Handlers write no SQL", "app/cart/routes/shop.py", "import app.cart.models"),
    ("Handlers write no SQL", "app/cart/routes/shop.py", "import app.catalog.models.product"),
]


def lint(folder: Path) -> tuple[int, str]:
    """Run the tool on the `app` of this folder; without a cache."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"}
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def verdicts(output: str) -> dict[str, bool]:
    """Contract name to whether it was kept, as the tool prints them."""
    found = {}
    for line in output.splitlines():
        for word, kept in ((" KEPT", True), (" BROKEN", False)):
            name, sign, _ = line.partition(word)
            if sign and name in CONTRACTS:
                found[name] = kept
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layers")
    ignored = shutil.ignore_patterns("__pycache__", "*.json", "*.sql")
    shutil.copytree(source.APP, folder / "app", ignore=ignored)
    shutil.copy(source.ROOT / "pyproject.toml", folder)
    return folder


def test_the_contracts_are_these():
    settings = tomllib.loads(source.text(source.ROOT / "pyproject.toml"))["tool"]["importlinter"]

    assert {one["name"] for one in settings["contracts"]} == CONTRACTS


def test_all_contracts_are_kept(copy):
    code, output = lint(copy)

    assert verdicts(output) == dict.fromkeys(CONTRACTS, True), output
    assert code == 0


@pytest.mark.parametrize(("contract", "file", "line"), PLANTED, ids=str)
def test_a_planted_violation_is_caught(copy, contract, file, line):
    place = copy / file
    before = place.read_text("utf-8") if place.exists() else None
    place.write_text((before or "") + f"\n{line}\n", "utf-8")
    try:
        code, output = lint(copy)
    finally:
        if before is None:
            place.unlink()
        else:
            place.write_text(before, "utf-8")

    assert code != 0, output
    if verdicts(output):
        assert verdicts(output)[contract] is False, output
    else:  # an unplaced package stops the tool before it judges
        assert Path(file).stem in output, output
