"""A form is typed, keeps what was written, and says everything that is wrong at once."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from app.kernel.errors import BadRequest, Invalid
from app.kernel.forms import MAX_FIELD_LENGTH, FormModel, check_text, convert
from app.kernel.i18n import Locale, set_locale


class Sample(FormModel):
    name: Annotated[str, Field(max_length=5)]
    age: Annotated[int, Field(ge=1, le=120)] = 7
    tags: list[str] = []
    pin: str = ""


@pytest.fixture(autouse=True)
def english() -> None:
    set_locale(Locale.EN)


def test_good_values_become_a_typed_whole():
    form = convert({"name": "  Lola ", "age": "6"}, Sample)

    assert form.data == Sample(name="Lola", age=6)
    assert form.errors == {}
    assert form.valid.age == 6


def test_every_fault_is_told_at_once_and_values_are_kept():
    form = convert({"name": "Lolaxon", "age": "many"}, Sample)

    assert form.data is None
    assert form.errors == {
        "name": "This is too long: 5 characters at most.",
        "age": "Please type a whole number.",
    }
    assert form.value("name") == "Lolaxon"
    with pytest.raises(Invalid):
        _ = form.valid


def test_bounds_are_named():
    assert convert({"name": "x", "age": "0"}, Sample).errors["age"].endswith("1.")
    assert convert({"name": "x", "age": "121"}, Sample).errors["age"].endswith("120.")


@pytest.mark.parametrize("empty", [{}, {"name": ""}])
def test_nothing_typed_is_missing(empty):
    assert convert(empty, Sample).errors == {"name": "Please fill this in."}


def test_secrets_and_the_token_are_never_shown_again():
    form = convert({"name": "toolong", "pin": "739146", "_csrf_token": "t"}, Sample)

    assert set(form.values) == {"name"}


def test_a_rule_of_ours_makes_a_form_wrong():
    form = convert({"name": "Lola"}, Sample)
    form.fail("name", "Taken.")

    assert (form.data, form.errors) == (None, {"name": "Taken."})


@pytest.mark.parametrize("number", ["9" * 5000, "1e3", "١٢", "0x10", "-0", "NaN", "1_0", " 7 "])
def test_odd_numbers_are_numbers_or_errors(number):
    form = convert({"name": "x", "age": number}, Sample)

    assert (form.data is None) == ("age" in form.errors)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * (MAX_FIELD_LENGTH + 1)])
def test_what_the_database_cannot_keep_is_refused(text):
    with pytest.raises(BadRequest):
        check_text(text)


@given(st.dictionaries(st.sampled_from(["name", "age", "tags", "pin", "more"]), st.text()))
def test_no_text_breaks_it(values):
    form = convert(values, Sample)

    assert (form.data is None) == bool(form.errors)
