"""The time line of a residence: everything in its place, nothing over anything else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.calendar import add_months
from palier.web.sites.timeline import WIDTH, Mark, Span, draw

TODAY = date(2026, 3, 10)
MONTHS = [add_months(date(2024, 10, 1), n) for n in range(18)]
days = st.dates(date(2023, 1, 1), date(2027, 12, 31))
spans = st.lists(
    st.builds(
        lambda name, starts, lasts: Span(name, starts, None if lasts is None else starts + timedelta(lasts)),
        st.text(min_size=1, max_size=40),
        days,
        st.none() | st.integers(0, 700),
    ),
    max_size=12,
)


def drawn(counts=None, **given_):
    counts = counts or [4] * 18
    given_ = {"expected": 6.0, "marks": [], "spans": [], "today": TODAY} | given_
    return draw(list(zip(MONTHS, counts, strict=True)), **given_)


def test_a_month_above_what_is_expected_is_told_apart_and_the_running_month_is_not_judged() -> None:
    line = drawn([4] * 5 + [9] * 12 + [9])
    assert [bar.kind for bar in line.bars] == ["plain"] * 5 + ["high"] * 12 + ["partial"]
    assert line.expected_y is not None
    high = line.bars[5]
    assert high.y < line.expected_y < line.bars[0].y


def test_nothing_is_expected_of_a_residence_without_reference() -> None:
    line = drawn([9] * 18, expected=None)
    assert line.expected_y is None
    assert {bar.kind for bar in line.bars} == {"plain", "partial"}


def test_what_is_planned_is_told_apart_from_what_was_done() -> None:
    line = drawn(spans=[Span("Médiation", date(2025, 5, 1), date(2025, 9, 1)), Span("Éclairage", date(2026, 4, 1), None)])
    assert [(band.span.name, band.planned) for band in line.bands] == [("Médiation", False), ("Éclairage", True)]


def test_a_line_without_a_month_is_refused() -> None:
    with pytest.raises(ValueError, match="months"):
        draw([], expected=None, marks=[], spans=[], today=TODAY)


@given(st.lists(st.integers(0, 500), min_size=18, max_size=18), st.none() | st.floats(0, 400))
def test_bars_stand_on_the_floor_in_the_order_of_months(counts: list[int], expected: float | None) -> None:
    line = drawn(counts, expected=expected)
    for bar in line.bars:
        assert bar.y + bar.height == pytest.approx(line.floor, abs=0.11)
        assert line.left <= bar.x <= bar.x + bar.width <= WIDTH
        assert bar.height >= 0
    assert [bar.x for bar in line.bars] == sorted(bar.x for bar in line.bars)


@given(spans)
def test_two_bands_of_a_row_are_never_one_over_the_other(given_: list[Span]) -> None:
    line = drawn(spans=given_)
    for one in line.bands:
        assert line.left <= one.x <= one.x + one.width <= WIDTH + 8
        assert one.y + 26 <= line.height
        for other in line.bands:
            if one is not other and one.y == other.y:
                assert one.x + one.width <= other.x or other.x + other.width <= one.x


@given(st.lists(st.tuples(days, st.floats(0, 100), st.floats(0, 20)), max_size=8))
def test_a_share_stands_between_the_bounds_of_its_interval(given_: list[tuple[date, float, float]]) -> None:
    marks = [Mark(on, value, max(value - half, 0), min(value + half, 100), 30) for on, value, half in given_]
    for dot in drawn(marks=marks).dots:
        assert dot.high_y <= dot.y <= dot.low_y
        assert drawn().left <= dot.x <= WIDTH
