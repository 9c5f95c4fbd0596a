"""Two waves: the gap, its interval, and what may be said of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from palier.estimates.proportions import Share, share
from palier.estimates.waves import Move, compare


def told(count: int, of: int, population: int | None = None, effect: float = 1.0) -> Share:
    found = share(count, of, population=population, effect=effect)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_published_intervals(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    change = compare(told(*other), told(*one))
    assert (change.low, change.high) == pytest.approx((low, high), abs=6e-5)


def test_the_chance_is_that_of_the_two_proportion_test() -> None:
    """The χ² test of the 2 × 2 table, without correction."""
    change = compare(told(70, 82), told(83, 86))
    assert change.chance == pytest.approx(chi2_contingency([[70, 12], [83, 3]], correction=False).pvalue)


def test_a_rise_a_fall_and_a_gap_that_chance_explains() -> None:
    assert compare(told(720, 1000), told(780, 1000)).move is Move.UP
    assert compare(told(780, 1000), told(720, 1000)).move is Move.DOWN
    unsure = compare(told(72, 100), told(78, 100))
    assert unsure.move is Move.UNSURE
    assert unsure.move.label == "Aucun changement n’est établi : l’écart peut venir du hasard des réponses."


def test_a_design_effect_may_undo_a_rise_and_a_finite_population_may_make_it() -> None:
    assert compare(told(720, 1000, effect=3), told(780, 1000, effect=3)).move is Move.UNSURE
    assert compare(told(72, 100, population=110), told(85, 100, population=110)).move is Move.UP
    assert compare(told(72, 100), told(80, 100)).move is Move.UNSURE


def test_two_censuses_leave_no_doubt() -> None:
    change = compare(told(70, 100, population=100), told(71, 100, population=100))
    assert (change.move, change.low, change.high, change.chance) == (Move.UP, pytest.approx(0.01), pytest.approx(0.01), 0)


def test_the_same_share_is_no_change() -> None:
    assert compare(told(70, 100, population=100), told(7, 10)).chance == 1
    assert compare(told(70, 100, population=100), told(7, 10)).move is Move.UNSURE


def test_when_nothing_changed_it_says_so_nineteen_times_in_twenty() -> None:
    chance = np.random.default_rng(3)
    waves = chance.binomial(150, 0.8, size=(4000, 2))
    wrong = np.mean([compare(told(int(a), 150), told(int(b), 150)).move is not Move.UNSURE for a, b in waves])
    assert 0.02 <= wrong <= 0.06
