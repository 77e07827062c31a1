"""Which language a reader gets, and the message in it."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from app.kernel import i18n
from app.kernel.i18n import (
    N_,
    Locale,
    get_locale,
    gettext,
    ngettext,
    pgettext,
    pick,
    set_locale,
    use_locale,
)

UZ, UZ_CYRL, RU, EN = Locale
HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n\n'
)
UZ_PO = (
    HEADER.format("nplurals=2; plural=(n != 1);")
    + """
msgid "Buy %(name)s"
msgstr "%(name)s sotib oling"

msgctxt "verb"
msgid "Grab it"
msgstr "Buyurtma bering"

msgid "%(num)s toy"
msgid_plural "%(num)s toys"
msgstr[0] "%(num)s ta oʻyinchoq"
msgstr[1] "%(num)s ta oʻyinchoq"

msgid "<b>All</b> 100%% safe"
msgstr "<b>Hammasi</b> 100%% xavfsiz"

#, fuzzy
msgid "Guess"
msgstr "Taxmin"

msgid "Only Uzbek"
msgstr "Faqat oʻzbekcha"
"""
)
RU_PO = (
    HEADER.format(
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    )
    + """
msgid "Buy %(name)s"
msgstr "Купите %(name)s"

msgctxt "verb"
msgid "Grab it"
msgstr "Заказать"

msgid "%(num)s toy"
msgid_plural "%(num)s toys"
msgstr[0] "%(num)s игрушка"
msgstr[1] "%(num)s игрушки"
msgstr[2] "%(num)s игрушек"

msgid "<b>All</b> 100%% safe"
msgstr "<b>Всё</b> 100%% безопасно"
"""
)


@pytest.fixture(autouse=True)
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A plugin's folder beside our own, taken away afterwards."""
    monkeypatch.setattr(i18n, "_folders", list(i18n._folders))
    for language, text in (("uz", UZ_PO), ("ru", RU_PO)):
        (tmp_path / language).mkdir()
        (tmp_path / language / "toys.po").write_text(text, encoding="utf-8")
    i18n.add_locale_folder(tmp_path)
    with use_locale(UZ):
        yield tmp_path
    i18n._catalogue.cache_clear()
    i18n._in_cyrillic.cache_clear()


@pytest.mark.parametrize(
    ("locale", "buy", "order", "safe"),
    [
        (UZ, "Top sotib oling", "Buyurtma bering", "<b>Hammasi</b> 100% xavfsiz"),
        (UZ_CYRL, "Top сотиб олинг", "Буюртма беринг", "<b>Ҳаммаси</b> 100% хавфсиз"),
        (RU, "Купите Top", "Заказать", "<b>Всё</b> 100% безопасно"),
        (EN, "Buy Top", "Grab it", "<b>All</b> 100% safe"),
    ],
)
def test_messages(locale: Locale, buy: str, order: str, safe: str) -> None:
    with use_locale(locale):
        assert gettext("Buy %(name)s", name="Top") == buy
        assert pgettext("verb", "Grab it") == order
        assert gettext("<b>All</b> 100%% safe") == safe
        assert gettext("Grab it") == "Grab it"


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        (UZ, "1 ta oʻyinchoq|2 ta oʻyinchoq|5 ta oʻyinchoq|11 ta oʻyinchoq|21 ta oʻyinchoq"),
        (UZ_CYRL, "1 та ўйинчоқ|2 та ўйинчоқ|5 та ўйинчоқ|11 та ўйинчоқ|21 та ўйинчоқ"),
        (RU, "1 игрушка|2 игрушки|5 игрушек|11 игрушек|21 игрушка"),
        (EN, "1 toy|2 toys|5 toys|11 toys|21 toys"),
    ],
)
def test_plurals(locale: Locale, texts: str) -> None:
    with use_locale(locale):
        shown = [ngettext("%(num)s toy", "%(num)s toys", n) for n in (1, 2, 5, 11, 21)]

    assert "|".join(shown) == texts


def test_a_number_may_be_shown_in_its_own_way() -> None:
    assert ngettext("%(num)s toy", "%(num)s toys", 1500, num="1 500") == "1 500 ta oʻyinchoq"


def test_an_unfinished_translation_is_shown_in_english() -> None:
    with use_locale(UZ):
        assert gettext("Guess") == "Guess"
    with use_locale(RU):
        assert gettext(N_("Only Uzbek")) == "Only Uzbek"
    with use_locale(UZ_CYRL):
        assert gettext("Guess") == "Guess"
        assert gettext("Only Uzbek") == "Фақат ўзбекча"


def test_fifteen_hundred_messages_load_at_once(catalogues: Path) -> None:
    lines = "".join(
        f'\nmsgid "Message {n} of %(name)s"\nmsgstr "{n}-xabar: %(name)s"\n' for n in range(1500)
    )
    for language, header in (("uz", UZ_PO), ("ru", RU_PO)):
        (catalogues / language / "many.po").write_text(header + lines, encoding="utf-8")
    i18n._catalogue.cache_clear()

    start = time.perf_counter()
    i18n.load()

    assert time.perf_counter() - start < 0.4  # two languages; 0.05 s when nothing else runs
    assert gettext("Message 7 of %(name)s", name="Lola") == "7-xabar: Lola"


@pytest.mark.parametrize(
    ("cookie", "profile", "accept", "locale"),
    [
        (None, None, None, UZ),
        (None, None, "", UZ),
        ("ru", None, "en", RU),
        ("ru", "en", "uz", EN),
        ("xx", "", "ru-RU,ru;q=0.9", RU),
        (None, None, "en;q=0.5, ru;q=0.8", RU),
        (None, None, "kk-KZ, en-US;q=0.5", EN),
        (None, None, "uz-Cyrl-UZ", UZ_CYRL),
        (None, None, "uz_Cyrl, ru", UZ_CYRL),
        (None, None, "uz-Latn-UZ", UZ),
        (None, None, "ru;q=0, fr", UZ),
        (None, None, "ru;q=x, *;q=0.1", UZ),
        (None, None, "fr," * 10_000 + "ru", UZ),
    ],
)
def test_negotiation(
    cookie: str | None, profile: str | None, accept: str | None, locale: Locale
) -> None:
    assert i18n.negotiate(cookie, profile, accept) is locale


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ru/cart", (RU, "/cart")),
        ("/uz-cyrl/a/b", (UZ_CYRL, "/a/b")),
        ("/en", (EN, "/")),
        ("/en/", (EN, "/")),
        ("/russia", (None, "/russia")),
        ("/", (None, "/")),
        ("ru/cart", (None, "ru/cart")),
        ("//ru/cart", (None, "//ru/cart")),
    ],
)
def test_the_locale_in_a_path(path: str, expected: tuple[Locale | None, str]) -> None:
    assert i18n.split_locale(path) == expected


def test_html_languages_and_own_names() -> None:
    assert [locale.html_lang for locale in Locale] == ["uz-Latn", "uz-Cyrl", "ru", "en"]
    assert [locale.label for locale in Locale] == ["Oʻzbekcha", "Ўзбекча", "Русский", "English"]
    assert [str(locale.babel) for locale in Locale] == [
        "uz_Latn_UZ",
        "uz_Cyrl_UZ",
        "ru_RU",
        "en_GB",
    ]


def test_two_requests_speak_at_the_same_time() -> None:
    async def request(locale: Locale) -> str:
        set_locale(locale)
        await asyncio.sleep(0)
        return gettext("Buy %(name)s", name="x")

    async def both() -> list[str]:
        return await asyncio.gather(request(RU), request(EN))

    assert asyncio.run(both()) == ["Купите x", "Buy x"]
    assert get_locale() is UZ


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        ({"uz": "Kitob", "ru": "Книга", "en": "Book"}, ["Kitob", "Китоб", "Книга", "Book"]),
        ({"uz": "Kitob", "uz-cyrl": "Китобча"}, ["Kitob", "Китобча", "Kitob", "Kitob"]),
        ({"ru": "Книга", "en": "Book"}, ["Книга", "Книга", "Книга", "Book"]),
        ({"uz": "", "en": "Book"}, ["Book", "Book", "Book", "Book"]),
        ({"uz-cyrl": "Китоб"}, ["Китоб", "Китоб", "Китоб", "Китоб"]),
        ({}, ["", "", "", ""]),
        (None, ["", "", "", ""]),
    ],
)
def test_the_best_of_several_languages(texts: dict[str, str] | None, shown: list[str]) -> None:
    assert [pick(texts, locale) for locale in Locale] == shown


def test_templates_translate_and_escape() -> None:
    env = Environment(autoescape=True)
    i18n.install(env)
    template = env.from_string(
        "{{ _('Buy %(name)s', name=name) }}|{{ ngettext('%(num)s toy', '%(num)s toys', 3) }}|{{ pgettext('verb', 'Grab it') }}"
        "|{% trans name=name %}Buy {{ name }}{% endtrans %}|{{ _('<b>All</b> 100%% safe') }}|{{ title|t }}"
    )

    with use_locale(RU):
        text = template.render(name="<i>", title={"ru": "<Книга>"})

    assert text == (
        "Купите &lt;i&gt;|3 игрушки|Заказать|Купите &lt;i&gt;|<b>Всё</b> 100% безопасно|&lt;Книга&gt;"
    )
