"""What every route owes: declared access, a name, an address of its own."""

import ast
from collections import Counter
from inspect import getsourcefile
from pathlib import Path

import pytest

from app.kernel.viewer import Zone
from tests.conventions import routing, source
from tests.conventions.routing import PARAMETER, routes

# Routes that no session and no CSRF token protects, and why.
MACHINES_MAY_POST = {
    "api.acceptance": "a bearer token with the scope",
    "api.handover": "a bearer token with the scope",
    "api.packing": "a bearer token with the scope",
    "api.token": "the code or the refresh token is the proof",
    "payments.payme": "the provider proves each call itself",
}
# Handlers that answer HTTP methods nobody should use.
WRONG_METHODS = {"payments.payme_not_post"}
CATCH_ALL = "pages.unknown"
# What a module with handlers may import of sqlalchemy beyond the session, and why.
MAY_QUERY = {
    "app/pages/health.py": {"text", "SQLAlchemyError"},  # asks which migration the database has
}


def test_there_are_routes():
    assert len(routes()) > 60


@pytest.mark.parametrize("route", routes(), ids=str)
def test_access_is_declared(route):
    assert route.rule is not None
    assert route.rule.zones


def test_names_are_of_their_slice_and_unique():
    names = Counter(handler.name for _, handler in routing.handlers())

    assert {name: count for name, count in names.items() if count > 1} == {}
    for owner, handler in routing.handlers():
        assert handler.name, handler.paths
        assert handler.name.startswith(f"{owner}."), handler.name
        assert handler.name.count(".") == 1, handler.name


def test_no_two_routes_clash():
    """`/x/{a}` and `/x/{b}` are one address for the router, whatever the parameter is called."""
    addresses = Counter((r.method, PARAMETER.sub("{}", r.path)) for r in routes())

    assert {key: count for key, count in addresses.items() if count > 1} == {}


def test_machines_do_not_post_forms():
    posting = {
        r.name for r in routes() if r.rule and r.rule.machine and r.method not in ("GET", "HEAD")
    }

    assert posting - WRONG_METHODS == set(MACHINES_MAY_POST)


def test_paths_without_locale_are_of_machines_or_scripts():
    bare = routing.registry().bare_paths
    for route in routes():
        if route.rule and route.rule.machine:
            assert route.path.startswith(bare), f"{route} is of machines but wants a locale"


def test_paths_speak_nouns():
    """Lower case words with hyphens; no trailing slash, no locale, no version."""
    for route in routes():
        plain = PARAMETER.sub("", route.path)
        assert plain == plain.lower(), route.path
        assert "_" not in plain, route.path
        assert route.path == "/" or not route.path.endswith("/"), route.path
        assert not route.path.startswith(("/uz", "/ru", "/en")), route.path


def test_a_child_reaches_only_what_is_listed():
    """A new page for children is a decision: it is added here by hand."""
    open_to_children = {
        r.name for r in routes() if r.rule and Zone.KIDS in r.rule.zones and not r.rule.machine
    }

    assert open_to_children == {
        "accounts.language",
        "accounts.leave_kids",
        "accounts.leave_options",
        "approvals.ask",
        "approvals.ask_page",
        "approvals.asked",
        "approvals.asks",
        "approvals.kids_home",
        "approvals.kids_stream",
        "catalog.list",
        "catalog.product",
        "catalog.short",
        "catalog.tree",
        "discovery.search",
        "discovery.suggest",
        "family.child_link",
        "family.child_start",
        "family.code_page",
        "family.leave",
        "family.leave_by_pin",
        "family.waiting",
        "pages.home",
        "pages.offline",
        "privacy.for_children",
        CATCH_ALL,
    }


def test_declared_permissions_are_granted_to_somebody():
    known = routing.registry().permissions
    for route in routes():
        if route.rule and route.rule.permission:
            assert known.get(route.rule.permission), f"{route}: {route.rule.permission}"


def test_granted_permissions_guard_something():
    used = {r.rule.permission for r in routes() if r.rule}

    assert set(routing.registry().permissions) <= used


def test_the_app_serves_exactly_these(built_app):
    served = {
        (method, route.path)
        for route in built_app[0].routes
        for method in route.methods
        if method != "OPTIONS"
    }

    assert {path for _, path in served} == {r.path for r in routes()}
    assert {(r.method, r.path) for r in routes()} <= served


def test_handlers_use_no_more_of_sqlalchemy_than_the_session():
    """The import contract sees whole packages only; this looks at the names and the calls."""
    modules = {Path(getsourcefile(h.fn) or "") for _, h in routing.handlers()}
    for path in sorted(modules):
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
                names = {one.name for one in node.names}
                allowed = MAY_QUERY.get(source.short(path), {"AsyncSession"})
                assert names <= allowed, f"{source.short(path)}:{node.lineno} {names}"
