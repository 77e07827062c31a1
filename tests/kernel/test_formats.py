"""Money, days, times and phones in the four languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from app.kernel import formats
from app.kernel.i18n import Locale, use_locale
from app.kernel.money import RUB, USD, Money

UZ, UZ_CYRL, RU, EN = Locale
NOW = datetime(2026, 9, 5, 9, 5, tzinfo=UTC)  # 14:05 in Tashkent, a Saturday


@pytest.fixture(autouse=True)
def saturday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def plain(text: str) -> str:
    return text.replace(formats.NBSP, "_")


@pytest.mark.parametrize(
    ("locale", "som", "tiyin", "dollars", "roubles"),
    [
        (UZ, "45_000_soʻm", "−1_234_567,05_soʻm", "12,50_$", "1_200_₽"),
        (UZ_CYRL, "45_000_сўм", "−1_234_567,05_сўм", "12,50_$", "1_200_₽"),
        (RU, "45_000_сум", "−1_234_567,05_сум", "12,50_$", "1_200_₽"),
        (EN, "45_000_soʻm", "−1_234_567.05_soʻm", "$12.50", "1_200_₽"),
    ],
)
def test_money(locale: Locale, som: str, tiyin: str, dollars: str, roubles: str) -> None:
    assert plain(formats.format_money(Money.som(45_000), locale)) == som
    assert plain(formats.format_money(Money.uzs(-123_456_705), locale)) == tiyin
    assert plain(formats.format_money(Money(1250, USD), locale)) == dollars
    assert plain(formats.format_money(Money(120_000, RUB), locale)) == roubles


def test_small_and_negative_money() -> None:
    assert plain(formats.format_money(Money.zero(), UZ)) == "0_soʻm"
    assert plain(formats.format_money(Money.uzs(5), RU)) == "0,05_сум"
    assert formats.format_money(Money(-1250, USD), EN) == "−$12.50"


def test_money_in_parts() -> None:
    assert formats.money_parts(Money.som(999), RU) == ("999", "сум", False)
    assert formats.money_parts(Money(500, USD), EN) == ("5", "$", True)


@given(st.integers(-(10**15), 10**15), st.sampled_from(list(Locale)))
def test_no_digit_of_money_is_lost_and_no_line_breaks_it(tiyin: int, locale: Locale) -> None:
    text = formats.format_money(Money.uzs(tiyin), locale)

    digits = "".join(char for char in text if char.isdigit())
    assert int(digits) == (abs(tiyin) if tiyin % 100 else abs(tiyin) // 100)
    assert " " not in text


@pytest.mark.parametrize(
    ("locale", "million", "decimal"),
    [
        (UZ, "1_234_567", "4,5"),
        (UZ_CYRL, "1_234_567", "4,5"),
        (RU, "1_234_567", "4,5"),
        (EN, "1,234,567", "4.5"),
    ],
)
def test_numbers(locale: Locale, million: str, decimal: str) -> None:
    assert plain(formats.format_number(1_234_567, locale)) == million
    assert (
        formats.format_number(Decimal("4.5"), locale)
        == formats.format_number(4.5, locale)
        == decimal
    )
    assert formats.format_number(-3, locale) == "−3"


@pytest.mark.parametrize(
    ("locale", "long", "day", "weekday"),
    [
        (UZ, "2026-yil 5-sentabr", "5-sentabr", "shanba, 5-sentabr"),
        (UZ_CYRL, "2026 йил 5 сентябрь", "5 сентябрь", "шанба, 5 сентябрь"),
        (RU, "5 сентября 2026", "5 сентября", "суббота, 5 сентября"),
        (EN, "5 September 2026", "5 September", "Saturday, 5 September"),
    ],
)
def test_dates(locale: Locale, long: str, day: str, weekday: str) -> None:
    assert formats.format_date(date(2026, 9, 5), locale=locale) == long
    assert formats.format_date(date(2026, 9, 5), "day", locale) == day
    assert formats.format_date(date(2026, 9, 5), "weekday", locale) == weekday
    assert formats.format_date(date(2026, 9, 5), "short", locale) == "05.09.2026"
    assert formats.format_datetime(NOW, locale=locale) == f"{long}, 14:05"


@pytest.mark.parametrize(
    ("locale", "months"),
    [
        (UZ, "yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr"),
        (
            UZ_CYRL,
            "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        ),
        (RU, "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
        (
            EN,
            "January February March April May June July August September October November December",
        ),
    ],
)
def test_months(locale: Locale, months: str) -> None:
    shown = [formats.format_date(date(2026, month, 1), "day", locale) for month in range(1, 13)]

    assert [text.replace("-", " ").split()[1] for text in shown] == months.split()


@pytest.mark.parametrize(
    ("locale", "days"),
    [
        (UZ, "dushanba seshanba chorshanba payshanba juma shanba yakshanba"),
        (UZ_CYRL, "душанба сешанба чоршанба пайшанба жума шанба якшанба"),
        (RU, "понедельник вторник среда четверг пятница суббота воскресенье"),
        (EN, "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    ],
)
def test_weekdays(locale: Locale, days: str) -> None:
    shown = [formats.format_date(date(2026, 9, day), "weekday", locale) for day in range(7, 14)]

    assert [text.partition(",")[0] for text in shown] == days.split()


def test_the_day_is_that_of_tashkent() -> None:
    evening = datetime(2026, 9, 5, 19, 30, tzinfo=UTC)

    assert formats.format_datetime(evening, "day", UZ) == "6-sentabr, 00:30"


def test_a_moment_must_have_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.format_time(datetime(2026, 9, 5))


SECONDS = [5, 60, 4 * 60, 21 * 60, 2 * 3600, 2 * 86_400, 8 * 86_400, 400 * 86_400]


@pytest.mark.parametrize(
    ("locale", "past"),
    [
        (
            UZ,
            "hozirgina|1 daqiqa oldin|4 daqiqa oldin|21 daqiqa oldin|2 soat oldin|2 kun oldin|28-avgust|2025-yil 1-avgust",
        ),
        (
            UZ_CYRL,
            "ҳозиргина|1 дақиқа олдин|4 дақиқа олдин|21 дақиқа олдин|2 соат олдин|2 кун олдин|28 август|2025 йил 1 август",
        ),
        (
            RU,
            "только что|1 минуту назад|4 минуты назад|21 минуту назад|2 часа назад|2 дня назад|28 августа|1 августа 2025",
        ),
        (
            EN,
            "just now|1 minute ago|4 minutes ago|21 minutes ago|2 hours ago|2 days ago|28 August|1 August 2025",
        ),
    ],
)
def test_how_long_ago(locale: Locale, past: str) -> None:
    shown = [formats.relative_time(NOW - timedelta(seconds=passed), locale) for passed in SECONDS]

    assert "|".join(shown) == past


@pytest.mark.parametrize(
    ("locale", "future"),
    [
        (UZ, "3 soatdan keyin"),
        (UZ_CYRL, "3 соатдан кейин"),
        (RU, "через 3 часа"),
        (EN, "in 3 hours"),
    ],
)
def test_how_soon(locale: Locale, future: str) -> None:
    assert formats.relative_time(NOW + timedelta(hours=3, minutes=40), locale) == future


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        (UZ, "0 daqiqa|1 daqiqa|1 soat|2 soat 15 daqiqa|1 kun 1 soat"),
        (UZ_CYRL, "0 дақиқа|1 дақиқа|1 соат|2 соат 15 дақиқа|1 кун 1 соат"),
        (RU, "0 минут|1 минута|1 час|2 часа 15 минут|1 день 1 час"),
        (EN, "0 minutes|1 minute|1 hour|2 hours 15 minutes|1 day 1 hour"),
    ],
)
def test_durations(locale: Locale, texts: str) -> None:
    shown = [formats.duration(seconds, locale) for seconds in (-5, 1, 3541, 8100, 90_061)]

    assert "|".join(shown) == texts
    assert formats.duration_left(NOW + timedelta(seconds=8100), locale) == texts.split("|")[3]


@pytest.mark.parametrize(
    ("phone", "shown", "masked"),
    [
        ("+998901234567", "+998 90 123 45 67", "+998 90 ••• •• 67"),
        ("+998712345678", "+998 71 234 56 78", "+998 71 ••• •• 78"),
        ("not a phone", "not a phone", "not a phone"),
    ],
)
def test_phones(phone: str, shown: str, masked: str) -> None:
    assert formats.format_phone(phone) == shown
    assert formats.mask_phone(phone) == masked


def test_filters_speak_the_reader_s_language() -> None:
    env = Environment(autoescape=True)
    env.filters |= formats.filters()
    template = env.from_string(
        "{{ price|money }} {{ now|date('day') }} {{ now|ago }} {{ phone|phone }}"
    )

    with use_locale(RU):
        text = template.render(price=Money.som(1500), now=NOW, phone="+998901234567")

    assert plain(text) == "1_500_сум 5 сентября только что +998 90 123 45 67"
