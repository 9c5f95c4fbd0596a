"""Shares: their interval, the margin of a sample, the size that a margin asks for."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.estimates.proportions import Z90, answers_needed, around, effective, margin, share, to_invite, wilson


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [  # Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872, table I, score method without continuity correction
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_share_is_within_its_bounds_and_more_answers_narrow_them(count: int, of: int) -> None:
    count = min(count, of)
    low, high = wilson(count, of)
    assert 0 <= low <= count / of + 1e-12
    assert count / of - 1e-12 <= high <= 1
    wider_low, wider_high = low, high
    low, high = wilson(4 * count, 4 * of)
    assert high - low < wider_high - wider_low


def test_nobody_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(0, 0) is None
    assert margin(0) == 1.0


@pytest.mark.parametrize(("count", "of"), [(-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(count, of)
    with pytest.raises(ValueError, match="no share"):
        share(count, of)


def test_when_everybody_answered_nothing_is_in_doubt() -> None:
    told = share(3, 4, population=4)
    assert told is not None
    assert (told.low, told.high, told.size) == (0.75, 0.75, inf)


def test_more_answers_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="5 answers for 4 people"):
        effective(5, 4)


def test_a_design_effect_widens_and_a_finite_population_narrows() -> None:
    plain, clustered, small = share(60, 100), share(60, 100, effect=2), share(60, 100, population=150)
    assert plain is not None
    assert clustered is not None
    assert small is not None
    assert small.margin < plain.margin < clustered.margin
    assert (clustered.low, clustered.high) == pytest.approx(wilson(30, 50))


@pytest.mark.parametrize("satisfied", [0.5, 0.72, 0.9])
def test_in_a_finite_population_the_interval_holds_the_truth_as_often_as_it_says(satisfied: float) -> None:
    homes, asked = 80, 40
    yes = round(homes * satisfied)
    drawn = np.random.default_rng(20).hypergeometric(yes, homes - yes, asked, size=20_000)
    bounds = {int(count): share(int(count), asked, population=homes, z=Z90) for count in np.unique(drawn)}
    held = np.mean([bounds[int(count)].low <= yes / homes <= bounds[int(count)].high for count in drawn])
    assert 0.87 <= held <= 0.97  # counts are whole: the interval holds in steps, never much less often than 9 in 10


@pytest.mark.parametrize(
    ("population", "published"),
    [  # Krejcie, R. V. and Morgan, D. W. (1970), Educational and Psychological Measurement 30, 607-610, table 1, to the nearest
        *[(10, 10), (15, 14), (20, 19), (25, 24), (30, 28), (35, 32), (40, 36), (45, 40), (50, 44), (60, 52), (70, 59)],
        *[(80, 66), (90, 73), (100, 80), (110, 86), (120, 92), (130, 97), (140, 103), (220, 140), (250, 152), (500, 217)],
        *[(1200, 291), (1300, 297), (1400, 302), (1500, 306), (2800, 338), (9000, 368)],
    ],
)
def test_the_published_table_of_sizes_is_kept_or_raised_by_one_so_that_the_margin_holds(
    population: int, published: int
) -> None:
    needed = answers_needed(0.05, population)
    assert needed in (published, published + 1)
    assert margin(needed, population) <= 0.05 < margin(needed - 1, population)


@pytest.mark.parametrize(
    ("answers", "points"),
    [  # BVA Group (2017), table of margins joined to its surveys: results of 5, 10, 20, 30, 40 and 50 %, 95 % taken as z = 2
        (100, [4.4, 6.0, 8.0, 9.2, 9.8, 10.0]),
        (200, [3.1, 4.2, 5.7, 6.5, 6.9, 7.1]),
        (300, [2.5, 3.5, 4.6, 5.3, 5.7, 5.8]),
        (400, [2.2, 3.0, 4.0, 4.6, 4.9, 5.0]),
        (500, [1.9, 2.7, 3.6, 4.1, 4.4, 4.5]),
    ],
)
def test_published_margins(answers: int, points: list[float]) -> None:
    told = [100 * margin(answers, expected=expected, z=2) for expected in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)]
    assert [round(value, 1) for value in told] == points


@given(st.floats(0.01, 0.2), st.integers(1, 50_000), st.floats(1, 3))
def test_the_size_needed_gives_the_margin_or_asks_everybody(wanted: float, population: int, effect: float) -> None:
    needed = answers_needed(wanted, population, effect=effect)
    assert needed == population or answers_needed(wanted, population) <= needed
    assert needed == population or margin(needed, population) <= wanted + 1e-9


def test_the_size_hardly_depends_on_the_population() -> None:
    assert [answers_needed(0.05, homes) for homes in (0, 100, 10_000, 1_000_000, None)] == [0, 80, 370, 384, 385]


@pytest.mark.parametrize("wanted", [0, 1, -0.1])
def test_what_is_no_margin_is_refused(wanted: float) -> None:
    with pytest.raises(ValueError, match="no margin"):
        answers_needed(wanted)


def test_whom_to_invite_follows_from_the_expected_response() -> None:
    assert to_invite(80, 0.32, 1977) == 250
    assert to_invite(80, 0.32, 100) == 100
    with pytest.raises(ValueError, match="no response rate"):
        to_invite(80, 0, 100)


def test_an_endless_size_is_a_point_and_no_size_is_no_knowledge() -> None:
    assert around(0.4, inf) == (0.4, 0.4)
    assert around(0.4, 0) == (0.0, 1.0)
