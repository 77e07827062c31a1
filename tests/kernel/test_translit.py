"""Uzbek Latin in Cyrillic letters, as a reader of Cyrillic would write it."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.discovery.normalise import fold
from app.kernel.translit import EXCEPTIONS, to_cyrillic

SYLLABLES = re.findall(
    r"\S+", "ba boʻ gʻa sha choʻ qi xa ho ya yo yu ye oʻ gul man tin kor maʼ sanʼ lik lar ni da ngi"
)
WORDS = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=5).map("".join)
TEXTS = st.text(st.sampled_from("abdefghijklmnopqrstuvxyzʻʼ OSHCE-.,!0159%()<>{}&@/:"))


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("oʻyinchoq", "ўйинчоқ"),
        ("Gʻildirak togʻ", "Ғилдирак тоғ"),
        ("shahar choy", "шаҳар чой"),
        ("Yangi yoz yulduz", "Янги ёз юлдуз"),
        ("Yer, poyezd, kuyov", "Ер, поезд, куёв"),
        ("ekran, aeroport", "экран, аэропорт"),
        ("yoʻl, yoʻq, roʻyxat", "йўл, йўқ, рўйхат"),
        ("maʼno, taʼlim, eʼlon", "маъно, таълим, эълон"),
        ("yangi, Mangʻit", "янги, Манғит"),
        ("Isʼhoq, asʼhob", "Исҳоқ, асҳоб"),
        ("xabar, har", "хабар, ҳар"),
        ("litsey, politsiya, protsessor", "лицей, полиция, процессор"),
        ("ketsa, oʻtsin, soatsiz, aytsangiz", "кетса, ўтсин, соатсиз, айтсангиз"),
        ("OʻZBEKISTON, YETKAZISH, CHOY", "ЎЗБЕКИСТОН, ЕТКАЗИШ, ЧОЙ"),
        ("sentabr, Oktabr, DEKABR", "сентябрь, Октябрь, ДЕКАБРЬ"),
        ("5-sentabrda, iyuldan", "5-сентабрда, июлдан"),
        ("kompyuter, Kompyuterlar", "компьютер, Компьютерлар"),
        ("aksiya, sirkka, konsert", "акция, циркка, концерт"),
        ("obyekt, rayonda, mayonez", "объект, районда, майонез"),
        ("parol, parolni", "пароль, паролни"),
        ("Bozorcha", "Бозорча"),
        ("o'yin, o`yin, o‘yin, o’yin", "ўйин, ўйин, ўйин, ўйин"),
        ("'salom' “dunyo”", "'салом' “дунё”"),
    ],
)
def test_words(latin: str, cyrillic: str) -> None:
    assert to_cyrillic(latin) == cyrillic


@pytest.mark.parametrize(
    "text",
    [
        "Click", "Payme", "Telegram", "SMS", "PIN", "QR", "USD", "e-mail", "Wi-Fi", "iPhone", "LEGO", "Uzcard",
        "%(count)s", "%(amount)d", "100%%", "{name}", "&nbsp;",
        '<a href="/savat" class="tugma">', "</strong>", "<br>",
        "https://bozorcha.uz/savat?bola=1", "www.bozorcha.uz/yordam", "bozorcha.uz", "ona@bozorcha.uz", "@bozorcha_uz",
        "Шаҳар", "45 000", "👍", "", "a" * 100,
    ],
)  # fmt: skip
def test_what_is_not_uzbek_stays(text: str) -> None:
    assert to_cyrillic(text) == text


def test_kept_parts_stand_inside_converted_text() -> None:
    latin = 'Salom, %(name)s! <a href="/aloqa">Yozing</a>: ona@bozorcha.uz. Click yoki SMS-xabar, Telegramda.'

    assert to_cyrillic(latin) == (
        'Салом, %(name)s! <a href="/aloqa">Ёзинг</a>: ona@bozorcha.uz. Click ёки SMS-хабар, Telegramда.'
    )


def test_capitals_tell_a_name_from_a_word() -> None:
    assert to_cyrillic("IT it") == "IT ит"


@given(WORDS)
def test_no_latin_letter_is_left_in_an_uzbek_word(word: str) -> None:
    assert not re.search("[a-zA-Zʻ]", to_cyrillic(word))


@given(WORDS)
def test_both_scripts_are_one_word_to_a_search(word: str) -> None:
    assert fold(to_cyrillic(word)) == fold(word)


@given(TEXTS)
def test_the_second_time_changes_nothing(text: str) -> None:
    once = to_cyrillic(text)

    assert to_cyrillic(once) == once


@given(TEXTS)
def test_placeholders_and_tags_survive_any_neighbours(text: str) -> None:
    kept = to_cyrillic(f"{text} %(name)s <b>")

    assert kept.endswith("%(name)s <b>") or "<" in text
    assert "%(name)s" in kept


def test_every_exception_says_something() -> None:
    for line in EXCEPTIONS.read_text(encoding="utf-8").splitlines():
        latin, mark, cyrillic = line.partition("#")[0].partition("=")
        if mark:
            word = latin.strip().removesuffix("*")
            assert to_cyrillic(word).lower() in (cyrillic.strip().lower(), word.lower())


def test_a_long_hostile_text_takes_linear_time() -> None:
    for text in (
        "a." * 50_000,
        "a-" * 50_000,
        "<a" * 50_000,
        "%(" * 50_000,
        "oʻ" * 50_000,
        "{" * 100_000,
        "a@" * 50_000,
    ):
        start = time.perf_counter()
        to_cyrillic(text)
        assert time.perf_counter() - start < 1, text[:4]
