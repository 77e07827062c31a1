"""Cursors are ours or nothing; a page knows whether there is more."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.paging import decode, encode, make

VALUES = st.lists(st.one_of(st.integers(), st.text(), st.floats(allow_nan=False)), max_size=4)


@given(VALUES)
def test_a_cursor_gives_back_its_values(values):
    cursor = encode(values)

    if len(cursor) <= 400:
        assert decode(cursor, len(values)) == (values or None if not cursor else values)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?#")


@given(st.text())
def test_any_other_text_is_no_cursor_and_no_fault(text):
    found = decode(text, 2)

    assert found is None or len(found) == 2


@pytest.mark.parametrize(
    "cursor",
    [
        None,
        "",
        "x" * 401,
        "not base64 ☂",
        base64.urlsafe_b64encode(b'{"a": 1}').decode(),
        base64.urlsafe_b64encode(b"[1]").decode(),
        base64.urlsafe_b64encode(b"[" * 200).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_broken_cursors_are_none(cursor):
    assert decode(cursor, 2) is None


def test_the_last_page_has_no_next():
    page = make([1, 2, 3], lambda row: [row], size=3)

    assert (list(page.rows), page.next) == ([1, 2, 3], None)


def test_a_row_too_many_is_the_sign_of_more():
    page = make([1, 2, 3, 4], lambda row: [row, "x"], size=3)

    assert list(page.rows) == [1, 2, 3]
    assert decode(page.next, 2) == [3, "x"]
