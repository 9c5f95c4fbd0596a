"""Deadlines, months and working days, in the civil time of Paris.

A deadline is a day: it runs until 23:59:59 of that day in Paris, whatever the season.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
# fmt: off
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)
# fmt: on


def month_and_year(day: date) -> str:
    """The month of a day in French: « mars 2026 »."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def paris_day(at: datetime) -> date:
    """The civil day in Paris of an instant.

    Raises:
        ValueError: when the instant carries no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(PARIS).date()


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later (or earlier), or the last day of a shorter month (31 January + 1 = 28 or 29 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_day(day: date) -> datetime:
    """The last second of a day in Paris (23:59:59), in UTC: what a deadline means."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=PARIS).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The first instant of a day in Paris, in UTC."""
    return datetime.combine(day, time.min, tzinfo=PARIS).astimezone(UTC)


def at_hour(day: date, hour: int) -> datetime:
    """That hour of a day on the clocks of Paris, in UTC: 7 stays 7 on the days when clocks change."""
    return datetime.combine(day, time(hour), tzinfo=PARIS).astimezone(UTC)


def is_past(deadline: date, at: datetime) -> bool:
    """True once the last second of the deadline's day has gone."""
    return at > end_of_day(deadline)


def days_left(deadline: date, on: date) -> int:
    """Whole days from ``on`` to the deadline: 0 on the day itself, negative once late."""
    return (deadline - on).days


def in_words(day: date, *, weekday: bool = False, year: bool = True) -> str:
    """A day as written in a French sentence: « 2 avril 2026 », « jeudi 2 avril 2026 », « 2 avril »; the first is « 1er »."""
    parts = [_DAYS[day.weekday()]] if weekday else []
    parts += ["1er" if day.day == 1 else str(day.day), _MONTHS[day.month - 1]]
    return " ".join([*parts, str(day.year)] if year else parts)


def easter(year: int) -> date:
    """Easter Sunday, Gregorian calendar (Meeus/Jones/Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of metropolitan France (article L3133-1 of the labour code)."""
    sunday = easter(year)
    movable = {sunday + timedelta(days=n) for n in (1, 39, 50)}
    fixed = {date(year, m, d) for m, d in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))}
    return frozenset(movable | fixed)


def is_working_day(day: date) -> bool:
    """Monday to Friday, public holidays excepted (*jour ouvré*)."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``; ``day`` itself is never counted.

    Raises:
        ValueError: when ``count`` is negative.
    """
    if count < 0:
        raise ValueError("working days are counted forward")
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
