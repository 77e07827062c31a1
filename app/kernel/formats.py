"""Money, numbers, days, times and phones as people write them in each of the four languages.

CLDR is followed where it is right; where it is not (soʻm with two decimals, `UZS` for сум, missing
Uzbek units of time, the order of an Uzbek date) the patterns are ours.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import phonenumbers
from babel.numbers import format_decimal

from app.kernel import clock
from app.kernel.i18n import Locale, get_locale, plural_form
from app.kernel.money import MINOR_UNITS, RUB, USD, UZS, Money
from app.kernel.translit import to_cyrillic

NBSP = "\u00a0"
MINUS = "\u2212"
SOM = {Locale.UZ: "soʻm", Locale.UZ_CYRL: "сўм", Locale.RU: "сум", Locale.EN: "soʻm"}
SIGNS = {USD: "$", RUB: "₽"}

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86_400, 604_800  # seconds
# Plural forms in the order of `plural_form`; Uzbek words do not change after a number.
_UNITS: dict[int, dict[Locale, tuple[str, ...]]] = {
    _MINUTE: {
        Locale.UZ: ("daqiqa",),
        Locale.RU: ("минута", "минуты", "минут"),
        Locale.EN: ("minute", "minutes"),
    },
    _HOUR: {
        Locale.UZ: ("soat",),
        Locale.RU: ("час", "часа", "часов"),
        Locale.EN: ("hour", "hours"),
    },
    _DAY: {
        Locale.UZ: ("kun",),
        Locale.RU: ("день", "дня", "дней"),
        Locale.EN: ("day", "days"),
    },
}
# just now, past, future
_RELATIVE = {
    Locale.UZ: ("hozirgina", "{} oldin", "{}dan keyin"),
    Locale.UZ_CYRL: ("ҳозиргина", "{} олдин", "{}дан кейин"),
    Locale.RU: ("только что", "{} назад", "через {}"),
    Locale.EN: ("just now", "{} ago", "in {}"),
}
_DATES = {  # long, day
    Locale.UZ: ("{year}-yil {day}-{month}", "{day}-{month}"),
    Locale.UZ_CYRL: ("{year} йил {day} {month}", "{day} {month}"),
    Locale.RU: ("{day} {month} {year}", "{day} {month}"),
    Locale.EN: ("{day} {month} {year}", "{day} {month}"),
}


class MoneyParts(NamedTuple):
    """A price taken apart so that a template can set the unit smaller."""

    number: str
    unit: str
    unit_first: bool


def money_parts(money: Money, locale: Locale | None = None) -> MoneyParts:
    """Whole units, with the minor ones only when there are any."""
    locale = locale or get_locale()
    whole, minor = divmod(abs(money.amount), MINOR_UNITS[money.currency])
    number = f"{whole:,}".replace(",", NBSP)
    if minor:
        number += f"{'.' if locale is Locale.EN else ','}{minor:02}"
    if money.amount < 0:
        number = MINUS + number
    unit = SOM[locale] if money.currency == UZS else SIGNS[money.currency]
    return MoneyParts(number, unit, money.currency == USD and locale is Locale.EN)


def format_money(money: Money, locale: Locale | None = None) -> str:
    """`45 000 soʻm`, with no-break spaces inside."""
    number, unit, unit_first = money_parts(money, locale)
    if not unit_first:
        return f"{number}{NBSP}{unit}"
    return MINUS + unit + number[1:] if number.startswith(MINUS) else unit + number


def format_number(number: float | Decimal, locale: Locale | None = None) -> str:
    """Grouped digits and the language's own decimal mark; at most three decimals."""
    return format_decimal(number, locale=(locale or get_locale()).babel).replace("-", MINUS)


def format_date(day: date, style: str = "long", locale: Locale | None = None) -> str:
    """The day in words. Styles: long `2026-yil 5-sentabr`, day `5-sentabr`, weekday
    `shanba, 5-sentabr`, short `05.09.2026`. A moment is taken to Asia/Tashkent first.
    """
    locale = locale or get_locale()
    if isinstance(day, datetime):
        day = _local(day).date()
    if style == "short":
        return f"{day:%d.%m.%Y}"
    pattern = _DATES[locale][0 if style == "long" else 1]
    text = pattern.format(year=day.year, day=day.day, month=_month(day, locale))
    return f"{_weekday(day, locale)}, {text}" if style == "weekday" else text


def format_time(moment: datetime) -> str:
    """Hours and minutes in Asia/Tashkent, 24-hour."""
    return f"{_local(moment):%H:%M}"


def format_datetime(moment: datetime, style: str = "long", locale: Locale | None = None) -> str:
    return f"{format_date(moment, style, locale)}, {format_time(moment)}"


def duration(seconds: int, locale: Locale | None = None) -> str:
    """The one or two largest of days, hours and minutes: `2 soat 15 daqiqa`.

    A begun minute counts as a whole one, so a countdown ends at `0 daqiqa` and not before.
    """
    locale = locale or get_locale()
    left = -(-max(seconds, 0) // _MINUTE) * _MINUTE
    parts = []
    for unit in (_DAY, _HOUR, _MINUTE):
        count, left = divmod(left, unit)
        if count:
            parts.append(_count(count, unit, locale))
    return " ".join(parts[:2]) or _count(0, _MINUTE, locale)


def duration_left(until: datetime, locale: Locale | None = None) -> str:
    """How long it still is until a moment; see `duration`."""
    return duration(int((_local(until) - clock.now()) / timedelta(seconds=1)), locale)


def relative_time(moment: datetime, locale: Locale | None = None) -> str:
    """`4 daqiqa oldin`, `2 soatdan keyin`; a week away or more, the day itself."""
    locale = locale or get_locale()
    passed = int((clock.now() - _local(moment)) / timedelta(seconds=1))
    if abs(passed) >= _WEEK:
        same_year = _local(moment).year == clock.local_day().year
        return format_date(moment, "day" if same_year else "long", locale)
    now, past, future = _RELATIVE[locale]
    if abs(passed) < _MINUTE:
        return now
    unit = next(unit for unit in (_DAY, _HOUR, _MINUTE) if abs(passed) >= unit)
    text = _count(abs(passed) // unit, unit, locale, accusative=True)
    return (past if passed > 0 else future).format(text)


def format_phone(phone: str) -> str:
    """`+998901234567` as `+998 90 123 45 67`; what is no phone number stays as it is."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask_phone(phone: str) -> str:
    """The phone with its middle hidden, `+998 90 ••• •• 67`: enough to know one's own."""
    shown = format_phone(phone)
    digits = [place for place, char in enumerate(shown) if char.isdigit()]
    hidden = set(digits[5:-2])
    return "".join("•" if place in hidden else char for place, char in enumerate(shown))


def filters() -> Mapping[str, Callable[..., Any]]:
    """The functions that templates may use as filters."""
    return {
        "money": format_money,
        "money_parts": money_parts,
        "number": format_number,
        "date": format_date,
        "time": format_time,
        "datetime": format_datetime,
        "ago": relative_time,
        "duration": duration,
        "left": duration_left,
        "phone": format_phone,
        "masked_phone": mask_phone,
    }


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(clock.TASHKENT)


def _month(day: date, locale: Locale) -> str:
    if locale is Locale.UZ_CYRL:
        return to_cyrillic(_month(day, Locale.UZ))
    name: str = locale.babel.months["format"]["wide"][day.month]
    return name


def _weekday(day: date, locale: Locale) -> str:
    name: str = locale.babel.days["format"]["wide"][day.weekday()]
    return name


def _count(count: int, unit: int, locale: Locale, *, accusative: bool = False) -> str:
    if locale is Locale.UZ_CYRL:
        return to_cyrillic(_count(count, unit, Locale.UZ))
    forms = _UNITS[unit][locale]
    form = forms[min(plural_form(locale, count), len(forms) - 1)]
    if accusative and form == "минута":  # 1 минуту назад; the other nouns do not change
        form = "минуту"
    return f"{count} {form}"
