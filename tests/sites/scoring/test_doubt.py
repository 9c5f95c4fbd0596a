"""A rank never comes alone; what moves it is told by Sobol indices that agree with published ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from palier.sites.scoring.composite import Criterion, Floats, Method
from palier.sites.scoring.doubt import rank, rank_interval, sensitivity, sobol

CRITERIA = [Criterion(f"k{n}", f"f{n % 2}", bounds=(0, 30)) for n in range(6)]


def table(units: int = 60, missing: float = 0.0, seed: int = 5) -> Floats:
    rng = np.random.default_rng(seed)
    values = rng.gamma(1.5, 4, (units, 6)) * rng.gamma(2, 0.5, (units, 1))
    values[rng.random(values.shape) < missing] = np.nan
    return values


def test_the_indices_of_the_ishigami_function_are_those_published() -> None:
    """a = 7, b = 0.1: S = 0.3139, 0.4424, 0 and S_T = 0.5576, 0.4424, 0.2437 (Ishigami & Homma 1990; Saltelli et al. 2008)."""

    def ishigami(x: Floats) -> Floats:
        return np.asarray(np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))

    first, total = sobol(ishigami, [stats.uniform(-np.pi, 2 * np.pi)] * 3, size=8192, seed=1)
    np.testing.assert_allclose(first, [0.3139, 0.4424, 0.0], atol=0.01)
    np.testing.assert_allclose(total, [0.5576, 0.4424, 0.2437], atol=0.01)


def test_a_rank_stands_inside_its_interval_and_the_same_table_gives_the_same_interval() -> None:
    values = table(missing=0.2)
    once, again = (rank_interval(values, CRITERIA, Method()) for _ in range(2))
    assert (once.low <= once.rank).all()
    assert (once.rank <= once.high).all()
    assert (once.low <= once.middle).all()
    assert (once.middle <= once.high).all()
    assert (once.low == again.low).all()
    assert (once.high == again.high).all()
    assert once.ranked == 60


def test_a_missing_source_widens_the_interval() -> None:
    values = table()
    values[:, 0] *= 3
    known = rank_interval(values, CRITERIA, Method())
    values[10, :3] = np.nan
    unknown = rank_interval(values, CRITERIA, Method())
    assert unknown.high[10] - unknown.low[10] > known.high[10] - known.low[10]


def test_a_source_missing_for_the_whole_stock_widens_the_intervals() -> None:
    values = table()
    values[:, 0] *= 3
    known = rank_interval(values, CRITERIA, Method())
    values[:, :2] = np.nan
    unknown = rank_interval(values, CRITERIA, Method())
    assert (unknown.high - unknown.low).mean() > 1.5 * (known.high - known.low).mean()


def test_where_nothing_is_observed_there_is_no_rank() -> None:
    values = table()
    values[7] = np.nan
    found = rank_interval(values, CRITERIA, Method())
    assert (found.rank[7], found.low[7], found.high[7]) == (0, 0, 0)
    assert found.ranked == 59


def test_equal_scores_share_their_rank() -> None:
    assert rank(np.array([3.0, 9.0, 3.0, np.nan, 0.1 + 0.2, 0.3])).tolist() == [2, 1, 2, 0, 4, 4]


def test_a_residence_alone_is_first_without_doubt() -> None:
    found = rank_interval(table(units=1), CRITERIA, Method())
    assert (found.rank[0], found.low[0], found.high[0]) == (1, 1, 1)


def test_what_is_missing_is_what_moves_the_rank_of_a_residence_that_lacks_most() -> None:
    values = table()
    values[3, 1:] = np.nan
    found = sensitivity(values, CRITERIA, Method(), unit=3, size=64)
    assert found[0].factor == "missing"
    assert found[0].total > 0.5
    assert {one.factor for one in found} == {"normalisation", "aggregation", "dropped", "missing", "weight:f0", "weight:f1"}


@pytest.mark.parametrize("worst", [0, 20])
def test_a_rank_that_nothing_moves_owes_nothing_to_any_choice(worst: int) -> None:
    values = table()
    values[worst] = 1000.0
    found = sensitivity(values, CRITERIA, Method(), unit=worst, size=32)
    assert all(one.first == one.total == 0 for one in found)
