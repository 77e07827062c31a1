"""Every message is translated into Uzbek and Russian, and the check that says so is right."""

from pathlib import Path

import pytest

from app.local import translations

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

{entries}
"""
GREETING = 'msgid "Hello, %(name)s"\nmsgstr "{}"\n'


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def write_po(root: Path, language: str, name: str, entries: str) -> None:
    text = PO.format(plurals=translations.PLURALS[language], entries=entries)
    write(root, f"locales/{language}/{name}.po", text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one finished message."""
    write(tmp_path, "app/cart/pages.py", "title = _('Hello, %(name)s', name=name)")
    write_po(tmp_path, "uz", "cart", GREETING.format("Salom, %(name)s"))
    write_po(tmp_path, "ru", "cart", GREETING.format("Привет, %(name)s"))
    return tmp_path


def test_our_own_messages_are_all_translated() -> None:
    errors = translations.check().errors

    assert not errors, "\n".join(errors)


def test_a_finished_project_has_nothing_to_say(root: Path) -> None:
    assert translations.check(root) == translations.Report()


@pytest.mark.parametrize(
    ("path", "code", "msgid"),
    [
        ("app/cart/rules.py", "error = N_('Sold out')", "Sold out"),
        ("app/cart/rules.py", "pgettext('verb', 'Order')", "Order"),
        ("app/cart/rules.py", "ngettext('%(num)s toy', '%(num)s toys', 2)", "%(num)s toy"),
        ("templates/cart/cart.html", "<p>{{ _('Empty') }}</p>", "Empty"),
        (
            "templates/cart/cart.html",
            "{% trans %}Free <b>today</b>{% endtrans %}",
            "Free <b>today</b>",
        ),
    ],
)
def test_a_missing_message_is_an_error_in_both_languages(
    root: Path, path: str, code: str, msgid: str
) -> None:
    write(root, path, code)

    assert translations.check(root).errors == [
        f"{path}:1: no {language} translation of {msgid!r}" for language in ("uz", "ru")
    ]


@pytest.mark.parametrize(
    ("language", "entry", "fault"),
    [
        ("ru", GREETING.format("Привет"), "other placeholders"),
        ("ru", GREETING.format("Привет, %(nmae)s"), "other placeholders"),
        ("ru", GREETING.format("<b>Привет</b>, %(name)s"), "other placeholders or tags"),
        ("ru", GREETING.format("Скидка 5%, %(name)s"), "a bare %"),
        ("ru", GREETING.format("Пpивет, %(name)s"), "mixed Latin and Cyrillic"),
        ("uz", GREETING.format("Yo'l, %(name)s"), "wrong apostrophe"),
        ("uz", GREETING.format("Toʻg‘ri, %(name)s"), "wrong apostrophe"),
        ("uz", "#, fuzzy\n" + GREETING.format("Salom, %(name)s"), "fuzzy"),
        ("uz", GREETING.format(""), "no uz translation"),
        ("uz", "nonsense", "misformatted"),
    ],
)
def test_a_bad_translation_is_an_error(root: Path, language: str, entry: str, fault: str) -> None:
    write_po(root, language, "cart", entry)

    assert any(fault in error for error in translations.check(root).errors)


def test_one_message_translated_in_two_ways_is_an_error(root: Path) -> None:
    write_po(root, "ru", "orders", GREETING.format("Здравствуйте, %(name)s"))

    [error] = translations.check(root).errors

    assert (
        error
        == "locales/ru/cart.po, locales/ru/orders.po: 'Hello, %(name)s' is translated differently"
    )


def test_plural_forms_are_complete(root: Path) -> None:
    write(root, "app/cart/toys.py", "ngettext('One toy', '%(num)s toys', n)")
    plural = 'msgid "One toy"\nmsgid_plural "%(num)s toys"\n'
    write_po(
        root,
        "uz",
        "toys",
        plural + 'msgstr[0] "Bitta oʻyinchoq"\nmsgstr[1] "%(num)s ta oʻyinchoq"\n',
    )
    good = 'msgstr[0] "%(num)s игрушка"\nmsgstr[1] "%(num)s игрушки"\nmsgstr[2] "%(num)s игрушек"\n'
    write_po(root, "ru", "toys", plural + good)
    assert translations.check(root).errors == []

    write_po(
        root, "ru", "toys", plural + good.replace("%(num)s игрушка", "Одна игрушка")
    )  # wrong for 21
    assert "other placeholders" in translations.check(root).errors[0]

    write_po(root, "ru", "toys", 'msgid "One toy"\nmsgstr "Игрушка"\n')
    assert translations.check(root).errors == ["locales/ru/toys.po: 'One toy' needs plural forms"]


def test_a_catalogue_without_its_plural_rule_is_an_error(root: Path) -> None:
    write(root, "locales/ru/cart.po", GREETING.format("Привет, %(name)s"))

    assert "Plural-Forms" in translations.check(root).errors[0]


def test_a_message_with_a_bare_percent_sign_is_an_error(root: Path) -> None:
    write(root, "app/cart/rules.py", "_('Save 5% today')")

    assert any("bare %" in error for error in translations.check(root).errors)


def test_an_unused_translation_is_only_a_warning(root: Path) -> None:
    write_po(root, "uz", "old", 'msgid "Bye"\nmsgstr "Xayr"\n')

    assert translations.check(root) == translations.Report([], ["locales/uz/old.po: unused 'Bye'"])


def test_the_skeleton_holds_what_a_slice_lacks(root: Path) -> None:
    write(
        root,
        "templates/cart/cart.html",
        "{{ _('Empty') }} {{ ngettext('One toy', '%(num)s toys', 3) }}",
    )
    write(root, "app/orders/pages.py", "_('Elsewhere')")

    assert translations.skeleton("cart", "ru", root) == (
        '#: templates/cart/cart.html\nmsgid "Empty"\nmsgstr ""\n\n'
        "#: templates/cart/cart.html\n#, python-format\n"
        'msgid "One toy"\nmsgid_plural "%(num)s toys"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n'
    )
    assert translations.skeleton("orders", "uz", root).startswith(
        'msgid ""\nmsgstr ""\n"Language: uz'
    )
