"""Rules of our own for the code, beside bandit and ruff: each catches what is planted for it.

They are walks over the syntax tree and no patterns of an outside scanner: see
docs/decisions/security-tools.md.
"""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.conventions.source import APP, ROOT, files, short, text, tree

SECRET = re.compile(r"(^|_)(token|secret|signature|mac|hash|code|pin|password|seed)$")
COMPARED = re.compile(r"(^|_)(token|secret|signature|mac|token_hash|code_hash|pin|password)$")
DANGEROUS_CALLS = {"eval", "exec", "compile", "__import__"}
DANGEROUS_MODULES = {
    "pickle", "marshal", "shelve", "dill", "subprocess", "random", "telnetlib", "ftplib", "yaml",
}  # fmt: skip
COOKIE_WRITERS = ("app/kernel/web.py", "app/kernel/request.py")


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_built(node: ast.expr | None) -> bool:
    """Whether a text is put together where it is used, instead of written out."""
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        return True
    if not isinstance(node, ast.Call) or called(node) not in ("format", "join", "replace"):
        return False
    parts = [*node.args, *(word.value for word in node.keywords)]
    return not all(is_constant(part) for part in parts)


def is_constant(node: ast.expr) -> bool:
    """A written value, or a name that says it is one."""
    return isinstance(node, ast.Constant) or getattr(node, "id", "a").isupper()


def built_sql(module: ast.Module) -> Iterator[int]:
    """SQL that is put together: a parameter is the only way for a value into a statement."""
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Call)
            and called(node)
            in ("text", "execute", "fetch", "fetchval", "fetchrow", "literal_column")
            and node.args
            and is_built(node.args[0])
        ):
            yield node.lineno


def made_markup(module: ast.Module) -> Iterator[int]:
    """Markup out of anything but a written text."""
    for node in ast.walk(module):
        is_made = isinstance(node, ast.Call) and called(node) == "Markup" and node.args
        if is_made and not isinstance(node.args[0], ast.Constant):
            yield node.lineno


def dangerous_calls(module: ast.Module) -> Iterator[int]:
    """Code out of data, foreign processes, guessable randomness."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in DANGEROUS_CALLS:
            yield node.lineno
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.split(".")[0] in DANGEROUS_MODULES for name in names):
            yield node.lineno


def foreign_clients(module: ast.Module) -> Iterator[int]:
    """Connections to the world that kernel.http did not make: no limits, private networks."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and called(node) in (
            "AsyncClient",
            "urlopen",
            "ClientSession",
        ):
            yield node.lineno


def own_cookies(module: ast.Module) -> Iterator[int]:
    """Cookies that do not get the attributes of `web.add_cookie`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and called(node) == "set_cookie":
            yield node.lineno
        if isinstance(node, ast.Call) and called(node) == "SimpleCookie":
            yield node.lineno
        if isinstance(node, ast.Constant) and node.value in ("set-cookie", b"set-cookie"):
            yield node.lineno


def plain_comparisons(module: ast.Module) -> Iterator[int]:
    """Secrets compared with ==, whose time tells how much was right: `crypto.same` is for that."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        if any(is_constant(side) for side in (node.left, node.comparators[0])):
            continue
        for side in (node.left, node.comparators[0]):
            named = side.id if isinstance(side, ast.Name) else getattr(side, "attr", "")
            if COMPARED.search(named) and not _touches_column(node):
                yield node.lineno


def _touches_column(node: ast.Compare) -> bool:
    """Part of a statement: PostgreSQL compares hashes by an index."""
    sides = (node.left, node.comparators[0])
    return any(
        isinstance(side, ast.Attribute) and getattr(side.value, "id", "x")[0].isupper()
        for side in sides
    )


def host_of_request(module: ast.Module) -> Iterator[int]:
    """Addresses made from what the caller says the host is, instead of from the settings."""
    for node in ast.walk(module):
        is_address = isinstance(node, ast.Attribute) and node.attr in ("base_url", "url", "url_for")
        if is_address and getattr(node.value, "id", "") in ("request", "connection"):
            yield node.lineno


def told_secrets(module: ast.Module) -> Iterator[int]:
    """Secrets as fields of log lines."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        tells = any(word.arg and SECRET.search(word.arg) for word in node.keywords)
        if tells and getattr(node.func.value, "id", "") in ("log", "logger", "logging"):
            yield node.lineno


Rule = Callable[[ast.Module], Iterator[int]]

# What a rule allows, file by file, and why.
ALLOWED: dict[str, dict[str, str]] = {
    "built_sql": {
        "app/accounts/loading.py": "expressions that slices wrote, none from a request",
        "app/local/": "development: names of databases and roles of its own",
        "app/discovery/vocabulary.py": "names of languages from a constant",
        "app/staff/tiles.py": "expressions that slices wrote, none from a request",
    },
    "made_markup": {
        "app/kernel/i18n.py": "messages of our own; what is filled in is escaped",
        "app/accounts/totp.py": "a drawing that the library made of our own text",
        "app/family/child_links.py": "a drawing that the library made of our own text",
    },
    "dangerous_calls": {
        "app/local/": "development: services as processes, a demo shop at random",
        "app/cli.py": "the one command starts processes",
    },
    "foreign_clients": {"app/kernel/http.py": "where they are made"},
    "own_cookies": dict.fromkeys(COOKIE_WRITERS, "where cookies are made"),
    "plain_comparisons": {"app/family/pin.py": "looks for patterns inside a new PIN"},
    "host_of_request": {"app/kernel/http.py": "a request that goes out"},
    "told_secrets": {"app/audit/chain.py": "the signed head of a day, which is meant to leave"},
}

RULES: list[tuple[Rule, str]] = [
    (built_sql, "await session.execute(text(f'select {name}'))"),
    (made_markup, "html = Markup(name)"),
    (dangerous_calls, "import pickle"),
    (dangerous_calls, "from random import choice"),
    (dangerous_calls, "eval(name)"),
    (foreign_clients, "httpx.AsyncClient()"),
    (own_cookies, "answer.set_cookie('a', 'b')"),
    (plain_comparisons, "if sent == token: pass"),
    (plain_comparisons, "if row.code_hash != sent: pass"),
    (host_of_request, "link = str(request.base_url) + 'reset'"),
    (told_secrets, "log.info('signed_in', token=token)"),
]


@pytest.mark.parametrize(("rule", "planted"), RULES, ids=[f"{r.__name__}: {p}" for r, p in RULES])
def test_a_rule_catches_what_it_is_for(rule: Rule, planted: str) -> None:
    assert list(rule(ast.parse(planted)))


@pytest.mark.parametrize("rule", dict.fromkeys(rule for rule, _ in RULES), ids=lambda r: r.__name__)
def test_the_code_keeps_to_the_rule(rule: Rule) -> None:
    allowed = tuple(ALLOWED[rule.__name__])
    broken = [
        f"{short(path)}:{line}"
        for path in files("app", ".py")
        if not short(path).startswith(allowed or ("-",))
        for line in rule(tree(path))
    ]

    assert broken == [], rule.__doc__


def test_exceptions_are_still_needed() -> None:
    rules = {rule.__name__: rule for rule, _ in RULES}
    idle = [
        f"{name}: {place}"
        for name, places in ALLOWED.items()
        for place in places
        if not any(
            list(rules[name](tree(path)))
            for path in files("app", ".py")
            if short(path).startswith(place)
        )
    ]

    assert idle == []


def test_no_template_switches_escaping_off() -> None:
    loose = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b")
    broken = [short(path) for path in files("templates", ".html") if loose.search(text(path))]

    assert broken == []


def bare(pattern: str) -> str:
    """A pattern without what is escaped and what stands in sets of characters."""
    return re.sub(r"\[[^\]]*\]", "a", re.sub(r"\\.", "a", pattern))


def test_no_regular_expression_repeats_a_repetition() -> None:
    """`(a+)+` and its like take exponential time on a text made for it (I12)."""
    nested = re.compile(r"\([^()]*[+*][^()]*\)[+*{]")
    apart = "app/kernel/translit.py"  # what repeats there shares no character with its neighbour
    broken = [
        f"{short(path)}:{node.lineno}"
        for path in files("app", ".py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and short(path) != apart
        and called(node) in ("compile", "match", "fullmatch", "search", "sub", "findall", "split")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and nested.search(bare(node.args[0].value))
    ]

    assert broken == []
    assert nested.search(r"^(a+)+$")


def test_there_is_code_to_read() -> None:
    assert len(list(APP.rglob("*.py"))) > 200
    assert (ROOT / "templates").is_dir()
