"""Files stay small, names stay plain, and a few calls stay where they belong."""

import ast
import re
from pathlib import Path

import pytest

from tests.conventions import source
from tests.conventions.source import files, lines, short, text, tree

PYTHON, FUNCTION, TEMPLATE, CSS, JS, TEST = 300, 40, 150, 250, 150, 400
KERNEL_FILES = 36

# File: (lines allowed, why, since). An entry that is no longer needed fails the test.
LONGER: dict[str, tuple[int, str, str]] = {}
# `file:function`: (lines allowed, why, since).
LONGER_FUNCTIONS: dict[str, tuple[int, str, str]] = {}

BUDGETS = [
    ("app", (".py",), PYTHON),
    ("migrations", (".py",), None),  # one migration is one change, however many tables it names
    ("templates", (".html",), TEMPLATE),
    ("static/css", (".css",), CSS),
    ("static/js", (".js",), JS),
    ("tests", (".py",), TEST),
]

BAD_MODULES = re.compile(r"(^|_)(utils?|helpers?|common|misc|base|stuff|shared)$")
BAD_NAMES = re.compile(r"(Manager|Helper|Util|Utils|Processor|Handler|Service|Data|Info|Base)$")
NAMES_KEPT = {
    "app/kernel/db.py:Base": "the declarative base",
    "app/shipping/addresses.py:AddressData": "the copy of an address inside an order, not a row",
}
DOMAIN_WORDS = re.compile(
    r"(?<![a-z])(products?|variants?|offers?|carts?|checkouts?|payme|refunds?|coupons?|wishlists?)"
    r"(?![a-z])",
    re.IGNORECASE,
)
DOMAIN_WORDS_KEPT = {
    "app/kernel/config.py": "names of the provider's settings",
    "app/kernel/security.py": "the provider's page is a form target",
    "app/kernel/request.py": "names of the settings that the database's policies read",
}
COMMITS = {"app/kernel/db.py", "app/kernel/request.py"}
# Everything else runs in the request's own transaction, a child's in the child's role.
OPENS_A_TRANSACTION = {
    "app/approvals/routes/kids.py": "a stream outlives its request: each look is a transaction",
    "app/approvals/routes/parent.py": "a stream outlives its request: each look is a transaction",
    "app/family/routes/kids.py": "the PIN: a child's role can read no household",
    "app/family/routes/phones.py": "a stream outlives its request: each look is a transaction",
    "app/accounts/routes/passkeys.py": "the passkey of a guardian, from a child's device",
    "app/pages/health.py": "asks whether the database answers at all",
    "app/staff/routes/view.py": "ends a support view, whose own transaction can write nothing",
    "app/privacy/routes/data.py": "who took a copy is noted, and a read may not write",
}


def over(folder: str, endings: tuple[str, ...], budget: int) -> dict[str, int]:
    found = {short(path): lines(path) for path in files(folder, *endings)}
    return {name: count for name, count in found.items() if count > LONGER.get(name, (budget,))[0]}


@pytest.mark.parametrize(("folder", "endings", "budget"), BUDGETS, ids=str)
def test_files_are_small(folder, endings, budget):
    assert list(files(folder, *endings))
    if budget is not None:
        assert over(folder, endings, budget) == {}


def test_functions_are_small():
    found = {}
    for path in files("app", ".py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                name = f"{short(path)}:{node.name}"
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > LONGER_FUNCTIONS.get(name, (FUNCTION,))[0]:
                    found[name] = length

    assert found == {}


def test_exceptions_are_still_needed():
    for name, (allowed, why, since) in LONGER.items():
        path = source.ROOT / name
        budget = next(b for folder, ends, b in BUDGETS if b and name.startswith(folder))
        assert budget < lines(path) <= allowed, f"{name} no longer needs its exception"
        assert why
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", since)


def test_the_kernel_is_small_and_speaks_of_nothing_in_the_shop():
    kernel = list(files("app/kernel", ".py"))
    found = {
        f"{short(path)}:{number}": line.strip()
        for path in kernel
        for number, line in enumerate(text(path).splitlines(), start=1)
        if DOMAIN_WORDS.search(line) and short(path) not in DOMAIN_WORDS_KEPT
    }

    assert len(kernel) < KERNEL_FILES
    assert found == {}


def test_no_module_is_a_bin():
    for folder in ("app", "tests"):
        for path in files(folder, ".py"):
            assert not BAD_MODULES.search(path.stem), short(path)


def test_names_say_what_a_thing_is():
    found = {
        f"{short(path)}:{node.name}"
        for path in files("app", ".py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and BAD_NAMES.search(node.name)
    }

    assert found - set(NAMES_KEPT) == set()
    assert set(NAMES_KEPT) - found == set(), "an exception that nobody needs"


def test_only_the_kernel_commits():
    assert _callers("commit") <= COMMITS


def test_only_one_clock():
    """Migrations and the tools of development may ask the machine, the product may not."""
    pattern = re.compile(
        r"datetime\.(now|utcnow|today)\(|date\.today\(|(?<![.\w])time\.time\(|time_ns\("
    )
    found = {short(p) for p in _product() if pattern.search(text(p))}

    assert found <= {"app/kernel/clock.py"}


def test_nothing_prints():
    """`app/cli.py` and `app/local` talk to a person at a terminal."""
    quiet = (p for p in _product() if short(p) != "app/slices.py")
    assert _callers("print", quiet) == set()


def test_transactions_are_opened_by_few_handlers():
    """`services.db.begin(` in a handler is a way around the child's role: each has its reason."""
    found = {
        short(path)
        for path in _handlers()
        if re.search(r"\bdb\.(begin|session|engine|lookups)\b", text(path))
    }

    assert found - set(OPENS_A_TRANSACTION) == set()
    assert set(OPENS_A_TRANSACTION) - found == set(), "an exception that nobody needs"


def test_classes_of_handlers_are_not_used():
    for path in _handlers():
        assert not re.search(r"\(Controller\)", text(path)), short(path)


def test_public_functions_say_what_they_do():
    """Rules are read by their first line; handlers are read by their route."""
    silent = {
        short(path)
        for path in _product()
        if ast.get_docstring(tree(path)) is None and text(path).strip()
    }

    assert silent == set()


def _product() -> list[Path]:
    return [
        path
        for path in files("app", ".py")
        if not short(path).startswith(("app/local/", "app/cli.py"))
    ]


def _handlers() -> list[Path]:
    return [
        path
        for path in files("app", ".py")
        if "/routes" in short(path) or short(path).startswith("app/pages/")
    ]


def _callers(name: str, paths: list[Path] | None = None) -> set[str]:
    """Files that call a function or method of this name; strings and comments do not count."""
    return {
        short(path)
        for path in (paths if paths is not None else _product())
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and name == (getattr(node.func, "attr", None) or getattr(node.func, "id", None))
    }
