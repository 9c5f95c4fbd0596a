"""Deadlines, months, working days: the days when calendars go wrong."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.calendar import (
    PARIS,
    add_months,
    add_working_days,
    at_hour,
    days_left,
    easter,
    end_of_day,
    is_past,
    is_working_day,
    paris_day,
    public_holidays,
    start_of_day,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHS = st.integers(-600, 600)
# Days when the clocks of Paris change, spring and autumn.
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


class TestMonths:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2028, 1, 31), 1, date(2028, 2, 29)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(2024, 2, 29), 36, date(2027, 2, 28)),
            (date(2026, 3, 31), -1, date(2026, 2, 28)),
            (date(2026, 12, 15), 1, date(2027, 1, 15)),
            (date(2026, 1, 15), -1, date(2025, 12, 15)),
            (date(2026, 8, 31), 18, date(2028, 2, 29)),
            (date(2100, 1, 31), 1, date(2100, 2, 28)),
        ],
    )
    def test_a_month_too_short_ends_on_its_last_day(self, day: date, months: int, expected: date) -> None:
        assert add_months(day, months) == expected

    @given(DAYS, MONTHS)
    def test_the_month_is_always_the_one_asked_for(self, day: date, months: int) -> None:
        found = add_months(day, months)
        assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
        assert found.day == min(day.day, monthrange(found.year, found.month)[1])

    @given(DAYS, st.integers(0, 300), st.integers(0, 300))
    def test_later_starts_never_end_earlier(self, day: date, months: int, more: int) -> None:
        assert add_months(day, months) <= add_months(day, months + more)
        assert add_months(day, months) <= add_months(day + timedelta(days=1), months)

    @given(DAYS, st.integers(0, 300))
    def test_there_and_back_loses_at_most_the_end_of_a_month(self, day: date, months: int) -> None:
        back = add_months(add_months(day, months), -months)
        assert back <= day
        assert (day - back).days <= 3
        if day.day <= 28:
            assert back == day


class TestDaysOfParis:
    @given(DAYS)
    def test_a_deadline_runs_to_the_last_second_in_paris_whatever_the_season(self, day: date) -> None:
        assert end_of_day(day).astimezone(PARIS).replace(tzinfo=None) == datetime.combine(day, time(23, 59, 59))
        assert not is_past(day, end_of_day(day))
        assert is_past(day, end_of_day(day) + timedelta(seconds=1))
        assert end_of_day(day) + timedelta(seconds=1) == start_of_day(day + timedelta(days=1))

    @pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
    def test_the_days_when_clocks_change_are_shorter_and_longer(self, day: date, hours: int) -> None:
        assert start_of_day(day + timedelta(days=1)) - start_of_day(day) == timedelta(hours=hours)
        assert end_of_day(day) - start_of_day(day) == timedelta(hours=hours) - timedelta(seconds=1)

    @pytest.mark.parametrize(
        ("day", "utc"), [(date(2026, 3, 28), 6), (SPRING, 5), (date(2026, 10, 24), 5), (AUTUMN, 6), (date(2026, 1, 1), 6)]
    )
    def test_seven_in_the_morning_is_seven_on_the_clock(self, day: date, utc: int) -> None:
        assert at_hour(day, 7) == datetime.combine(day, time(utc), tzinfo=UTC)
        assert at_hour(day, 7).astimezone(PARIS).hour == 7

    @pytest.mark.parametrize(
        ("at", "day"),
        [
            (datetime(2026, 1, 1, 22, 59, 59, tzinfo=UTC), date(2026, 1, 1)),
            (datetime(2026, 1, 1, 23, 0, tzinfo=UTC), date(2026, 1, 2)),
            (datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC), date(2026, 7, 1)),
            (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
            (datetime(2026, 7, 1, 23, 30, tzinfo=ZoneInfo("America/New_York")), date(2026, 7, 2)),
        ],
    )
    def test_the_day_of_an_instant_is_the_one_of_paris(self, at: datetime, day: date) -> None:
        assert paris_day(at) == day

    def test_both_hours_that_happen_twice_in_autumn_are_the_same_day(self) -> None:
        first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30, summer time
        second = first + timedelta(hours=1)  # 2:30 again, winter time
        assert paris_day(first) == paris_day(second) == AUTUMN
        assert not is_past(AUTUMN, second)

    def test_an_instant_without_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            paris_day(datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused

    @given(DAYS, st.integers(0, 86_399))
    def test_every_instant_is_within_its_day(self, utc_day: date, second: int) -> None:
        at = datetime.combine(utc_day, time.min, tzinfo=UTC) + timedelta(seconds=second)
        day = paris_day(at)
        assert start_of_day(day) <= at < start_of_day(day + timedelta(days=1))

    def test_days_left_counts_down_to_nothing_then_below(self) -> None:
        deadline = date(2026, 4, 14)
        assert [days_left(deadline, date(2026, 4, day)) for day in (12, 14, 15)] == [2, 0, -1]


class TestWorkingDays:
    # Easter Mondays published in the official calendars.
    @pytest.mark.parametrize(
        ("year", "monday"),
        [
            (2008, date(2008, 3, 24)),
            (2011, date(2011, 4, 25)),
            (2024, date(2024, 4, 1)),
            (2025, date(2025, 4, 21)),
            (2026, date(2026, 4, 6)),
            (2027, date(2027, 3, 29)),
            (2038, date(2038, 4, 26)),
        ],
    )
    def test_easter_falls_where_the_calendars_say(self, year: int, monday: date) -> None:
        assert easter(year) + timedelta(days=1) == monday
        assert monday in public_holidays(year)

    def test_the_eleven_holidays_of_2026(self) -> None:
        assert sorted(public_holidays(2026)) == [
            date(2026, 1, 1),
            date(2026, 4, 6),
            date(2026, 5, 1),
            date(2026, 5, 8),
            date(2026, 5, 14),
            date(2026, 5, 25),
            date(2026, 7, 14),
            date(2026, 8, 15),
            date(2026, 11, 1),
            date(2026, 11, 11),
            date(2026, 12, 25),
        ]

    def test_two_holidays_may_fall_on_one_day(self) -> None:
        assert len(public_holidays(2008)) == 10  # Ascension on the first of May

    @given(st.integers(1900, 2199))
    def test_easter_is_a_sunday_between_22_march_and_25_april(self, year: int) -> None:
        assert easter(year).weekday() == 6
        assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)

    @pytest.mark.parametrize(
        ("day", "count", "expected"),
        [
            (date(2026, 4, 3), 1, date(2026, 4, 7)),  # Good Friday works, Easter Monday does not
            (date(2026, 4, 30), 1, date(2026, 5, 4)),  # 1 May, then the week-end
            (date(2026, 12, 31), 1, date(2027, 1, 4)),
            (date(2026, 4, 4), 1, date(2026, 4, 7)),
            (date(2026, 3, 10), 10, date(2026, 3, 24)),
            (date(2026, 3, 10), 0, date(2026, 3, 10)),
        ],
    )
    def test_week_ends_and_holidays_are_stepped_over(self, day: date, count: int, expected: date) -> None:
        assert add_working_days(day, count) == expected

    @given(DAYS, st.integers(1, 60))
    def test_as_many_working_days_as_asked_lie_between(self, day: date, count: int) -> None:
        found = add_working_days(day, count)
        between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
        assert sum(map(is_working_day, between)) == count
        assert is_working_day(found)

    def test_one_counts_forward_only(self) -> None:
        with pytest.raises(ValueError, match="forward"):
            add_working_days(date(2026, 1, 1), -1)
