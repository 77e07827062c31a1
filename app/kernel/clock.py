"""The only clock, so that tests can set it and the shop's day is the same everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TASHKENT = ZoneInfo("Asia/Tashkent")


class _Clock:
    shift = timedelta(0)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC) + _Clock.shift  # noqa: TID251


def now_ms() -> int:
    """The present moment in Unix milliseconds."""
    return int(now().timestamp() * 1000)


def local_day(moment: datetime | None = None) -> date:
    """The shop's calendar day; limits turn over at 00:00 Asia/Tashkent."""
    return (moment or now()).astimezone(TASHKENT).date()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move the clock for the length of a test."""
    before = _Clock.shift
    _Clock.shift = before + by
    try:
        yield
    finally:
        _Clock.shift = before
