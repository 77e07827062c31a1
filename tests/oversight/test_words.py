"""Everything that is noted anywhere has words for people."""

import ast

import pytest

from app.oversight import words
from tests.conventions.source import files, short, tree

# Actions that are put together where they are noted; their words stand in the table all the same.
MADE_UP = {
    "app/family/rules.py": {"consent.given", "consent.withdrawn"},
    "app/privacy/deleting.py": {"user.erase", "child.erase"},
    "app/staff/closing.py": {"account.close", "account.ask_deletion"},
    "app/staff/giving.py": {"staff_role.give", "staff_role.take"},
}


def calls():
    """Each call of the trail's `record`: file, action, kind, names of details."""
    for path in files("app", ".py"):
        if "app.audit.record import record" not in path.read_text("utf-8"):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
                action, kind = (getattr(arg, "value", None) for arg in node.args[2:4])
                yield short(path), action, kind, [k.arg for k in node.keywords if k.arg]


def test_there_is_much_to_note():
    assert len(list(calls())) > 20


def test_every_action_has_words():
    plain = {action for _, action, _, _ in calls() if isinstance(action, str)}
    made = {file for file, action, _, _ in calls() if not isinstance(action, str)}

    assert plain - set(words.ACTIONS) == set()
    assert made - set(MADE_UP) == set()
    assert set().union(*MADE_UP.values()) - set(words.ACTIONS) == set()


def test_no_words_without_an_action():
    known = {action for _, action, _, _ in calls()} | set().union(*MADE_UP.values())
    assert set(words.ACTIONS) - known == set()


def test_every_kind_and_every_detail_has_words():
    kinds = {kind for _, _, kind, _ in calls() if isinstance(kind, str)}
    details = {name for _, _, _, names in calls() for name in names} - {"before", "after"}

    assert kinds - set(words.KINDS) == set()
    assert details - set(words.VALUES) == set()


@pytest.mark.parametrize("table", [words.ACTIONS, words.KINDS, words.ROLES, words.ZONES])
def test_an_unknown_word_is_shown_readably(table):
    assert words.name_of(table, "some_thing.was_done") == "some thing: was done"
