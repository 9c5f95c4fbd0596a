"""When a quarter is published, what a landlord brings, where it stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from palier.comparison.rules import Period, Standing, knows, last_ended, may_publish, metres, own_part, standing
from palier.disclosure.quantiles import Quartiles
from palier.sources.rules.coverage import Figure
from palier.sources.rules.intake import Origin
from palier.sources.rules.vocabulary import Direction


def figure(residence: int, value: str, of: int | None = 100, *, stale: bool = False, indicator: str = "vacancy") -> Figure:
    denominator = None if of is None else Decimal(of)
    day = date(2025, 12, 31)
    return Figure(residence, indicator, day, day, None, denominator, Decimal(value), Origin.FILE, stale)


@pytest.mark.parametrize(
    ("on", "starts_on"),
    [
        (date(2026, 1, 1), date(2025, 10, 1)),
        (date(2026, 3, 31), date(2025, 10, 1)),
        (date(2026, 4, 1), date(2026, 1, 1)),
        (date(2024, 2, 29), date(2023, 10, 1)),
    ],
)
def test_the_last_quarter_that_is_over(on: date, starts_on: date) -> None:
    assert last_ended(on) == Period(starts_on)


def test_a_quarter_is_published_from_the_day_after_its_last() -> None:
    quarter = Period(date(2025, 10, 1))
    assert quarter.ends_on == date(2025, 12, 31)
    assert quarter.label == "4e trimestre 2025"
    assert Period(date(2026, 1, 1)).label == "1er trimestre 2026"
    assert not may_publish(quarter, date(2025, 12, 31))
    assert may_publish(quarter, date(2026, 1, 1))


def test_open_data_are_not_compared() -> None:
    assert knows("vacancy")
    assert knows("priority_sites")
    assert not knows("iris_income")


def test_residences_weigh_what_was_counted() -> None:
    part = own_part([figure(1, "10", 100), figure(2, "2", 300)], {1: 100, 2: 300}, {1: "a", 2: "b"})
    assert part is not None
    assert part.value == pytest.approx(4.0)
    assert part.homes == {"a": 100, "b": 300}


def test_steps_of_a_scale_weigh_homes() -> None:
    part = own_part([figure(1, "1", None, indicator="grade"), figure(2, "5", None, indicator="grade")], {1: 30, 2: 10}, {})
    assert part is not None
    assert part.value == pytest.approx(2.0)


def test_a_figure_of_under_half_the_homes_does_not_count() -> None:
    homes = {1: 100, 2: 101}
    assert own_part([figure(1, "10")], homes, {}) is None
    assert own_part([figure(2, "10")], homes, {}) is not None
    assert own_part([figure(2, "10", stale=True)], homes, {}) is None
    assert own_part([], {}, {}) is None


@pytest.mark.parametrize(
    ("value", "worse", "better"),
    [
        (1.0, Standing.BEST_QUARTER, Standing.WORST_QUARTER),
        (2.0, Standing.BEST_QUARTER, Standing.WORSE_HALF),
        (3.0, Standing.BETTER_HALF, Standing.WORSE_HALF),
        (4.0, Standing.BETTER_HALF, Standing.BETTER_HALF),
        (5.0, Standing.WORSE_HALF, Standing.BETTER_HALF),
        (7.0, Standing.WORST_QUARTER, Standing.BEST_QUARTER),
    ],
)
def test_where_a_figure_stands(value: float, worse: Standing, better: Standing) -> None:
    published = Quartiles(2.0, 4.0, 6.0)
    assert standing(value, published, Direction.MORE_IS_WORSE) is worse
    assert standing(value, published, Direction.MORE_IS_BETTER) is better


def test_metres() -> None:
    assert metres((2.0, 48.0), (2.0, 48.001)) == pytest.approx(111.2, abs=0.1)
