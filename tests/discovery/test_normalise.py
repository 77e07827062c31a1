"""Every spelling of a word is found, and PostgreSQL folds exactly as Python does."""

import asyncio
import sys
import time
from collections.abc import Iterator

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.discovery.normalise import FOLD_SQL, QUERY_WORDS, fold, keyboard, tokens
from app.local.testing import TestServices

TRICKY = "abcdehikotsuwyz АЕЁЙЦЧШЪЬЮЯабеёйкотхцчшщъыьэюяўқғҳӣşçöğıİéßæ'’ʻʼ´`\u0306\u0301\u030a-.,+%_12½№ﬁ①"
TEXTS = st.lists(
    st.text(st.sampled_from(TRICKY))
    | st.text(st.characters(exclude_characters="\x00", codec="utf-8")),
    max_size=50,
)


class Database:
    """A PostgreSQL that knows our `fold`."""

    def __init__(self, url: str) -> None:
        self.runner = asyncio.Runner()
        self.connection = self.runner.run(self.connect(url))

    async def connect(self, url: str) -> asyncpg.Connection:
        connection = await asyncpg.connect(url)
        await connection.execute("set search_path to pg_temp, public")
        await connection.execute(FOLD_SQL.read_text(encoding="utf-8"))
        return connection

    def fetch(self, sql: str, *values: object) -> list[asyncpg.Record]:
        return self.runner.run(self.connection.fetch(sql, *values))

    def fold(self, texts: list[str]) -> list[str]:
        sql = "select pg_temp.fold(t) from unnest($1::text[]) with ordinality as given(t, n) order by n"
        return [row[0] for row in self.fetch(sql, texts)]


@pytest.fixture(scope="module")
def database(embedded: TestServices) -> Iterator[Database]:
    database = Database(embedded.database_url)
    yield database
    database.runner.run(database.connection.close())
    database.runner.close()


def test_python_and_postgres_agree_on_every_character(database: Database) -> None:
    codes = [*range(1, 0xD800), *range(0xE000, 0x10000), *range(0x10000, sys.maxunicode, 101)]
    characters = [chr(code) for code in codes]
    words = [f"a{character}ye{character}tsa" for character in characters]

    differing = [
        (hex(ord(character)), fold(word), folded)
        for character, word, folded in zip(characters, words, database.fold(words), strict=True)
        if fold(word) != folded
    ]

    assert differing == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_python_and_postgres_agree_on_any_text(database: Database, texts: list[str]) -> None:
    assert database.fold(texts) == [fold(text) for text in texts]


def test_the_function_can_fill_a_generated_column(database: Database) -> None:
    database.fetch(
        "create temp table thing (title text, key tsvector generated always as (to_tsvector('simple', pg_temp.fold(title))) stored)"
    )
    database.fetch("insert into thing values ('Yogʻoch o‘yinchoq'), ('Китоб')")

    found = database.fetch(
        "select title from thing where key @@ plainto_tsquery('simple', pg_temp.fold('ёғоч ўйинчоқ'))"
    )

    assert [row[0] for row in found] == ["Yogʻoch o‘yinchoq"]
    assert database.fetch("select pg_temp.fold(null) is null")[0][0]


def test_a_long_text_is_folded_quickly_in_both(database: Database) -> None:
    for text in (
        "tsa" * 15_000,
        "by" * 20_000,
        "b\u0301\u0316\u0301 " * 10_000,
        "a" + "\u0301\u0316" * 20_000,
        "y" * 40_000,
        "ы̆" * 20_000,
        "'" * 40_000,
    ):
        start = time.perf_counter()
        assert database.fold([text]) == [fold(text)]
        assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "spellings",
    [
        (
            "oʻyinchoq",
            "o'yinchoq",
            "o`yinchoq",
            "o’yinchoq",
            "oyinchoq",
            "öyinçoq",
            "ўйинчоқ",
            "OʻYINCHOQ",
            "ЎЙИНЧОҚ",
        ),
        ("gʻisht", "g'isht", "ğişt", "ғишт"),
        ("maʼno", "ma'no", "mano", "маъно"),
        ("shahar", "şahar", "шаҳар"),
        ("yer", "Yer", "er", "ер"),
        ("Yevropa", "Европа"),
        ("kitob", "китоб"),
        ("igrushka", "игрушка"),
        ("igry", "игры"),
        ("ryba", "рыба"),
        ("krasnyy", "krasniy", "красный"),
        ("litsey", "лицей"),
        ("sirk", "tsirk", "цирк"),
        ("zhiraf", "jiraf", "жираф"),
        ("xalq", "халқ"),
        ("obyekt", "объект"),
        ("poyezd", "poezd", "поезд"),
        ("Й", "й", "и\u0306", "y"),
        ("ketsa", "кетса"),
        ("Café №1", "cafe no1"),
        ("３ yosh ①", "3 ёш 1"),
    ],
)
def test_spellings_of_one_word_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


def test_different_words_keep_different_keys() -> None:
    assert (
        len({fold(word) for word in ("soʻm", "som", "qor", "kor", "хор", "ҳор", "шар", "сар")}) == 7
    )


@given(st.text())
def test_a_key_is_ascii_words_with_single_spaces(text: str) -> None:
    key = fold(text)

    assert key.isascii()
    assert key == " ".join(key.split())
    assert key.replace(" ", "").isalnum() or not key
    assert key == key.lower()


def test_what_the_database_cannot_store_folds_to_a_gap() -> None:
    assert fold("ab\x00cd\ud800ef") == "ab cd ef"


def test_a_query_is_cut_before_it_is_read() -> None:
    assert tokens("Oʻyinchoq mashina, 3+ yosh") == ["oyinchoq", "mashina", "3", "yosh"]
    assert len(tokens("a b c d e f g h i j k")) == QUERY_WORDS
    assert tokens("x" * 300) == ["x" * 100]
    assert tokens(" ' - ") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("rybuf", "книга"), ("vzx", "мяч"), ("ktuj", "лего"), ("дупщ", "lego"), ("ИфкишУ", "BarbiE")],
)
def test_the_other_keyboard(typed: str, meant: str) -> None:
    assert keyboard(typed) == meant


@given(st.text(st.sampled_from("йцукенгшщзхъфывапролджэячсмитьбюё ")))
def test_the_other_keyboard_and_back(text: str) -> None:
    assert keyboard(keyboard(text)) == text
