"""Alerts keep their promise: few false alarms over a whole stock, real moves found, dated and told in figures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from palier.sites.scoring.composite import Floats
from palier.sites.scoring.tipping import (
    FALSE_ALARMS,
    _beta_binomial,
    benjamini_hochberg,
    change_point,
    funnel,
    mann_kendall,
    move,
    sen_slope,
    tipping,
)
from tests.sites.scoring.simulated import stock, tally

# Annual flow of the Nile at Aswan, 1871 to 1970, 10⁸ m³ (Cobb 1978; `Nile` in R's datasets).
NILE = """
1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150 1250 1260 1220
1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832 764 821 768 845 864 862 698
845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 1040 860 874 848 890 744 749 838 1050 918
986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740
"""


def test_the_nile_changes_after_1898() -> None:
    """The published break date is 1898, the last year of the old level (Zeileis et al. 2003, *strucchange*)."""
    flow = np.array([float(one) for one in NILE.split()])
    assert len(flow) == 100
    first_of_the_new = change_point(flow)
    assert first_of_the_new is not None
    assert 1871 + first_of_the_new - 1 == 1898


def test_mann_kendall_and_sen_agree_with_scipy() -> None:
    rng = np.random.default_rng(0)
    values = rng.poisson(5, (40, 12)).astype(np.float64)
    for row in values:
        assert sen_slope(row) == pytest.approx(stats.theilslopes(row, np.arange(12)).slope)
    for row, one in zip(values, mann_kendall(values), strict=True):
        tau = stats.kendalltau(np.arange(12), row, method="asymptotic", alternative="greater")
        # Same statistic and variance, but for the continuity correction.
        pairs = np.sign(np.subtract.outer(row, row))[np.tril_indices(12, -1)].sum()
        spread = 1.0 if pairs == 0 else abs(pairs) / abs(stats.norm.isf(tau.pvalue))
        assert one == pytest.approx((pairs - np.sign(pairs)) / spread, abs=1e-9)


def test_missing_periods_are_left_out_of_a_trend() -> None:
    values = np.array([[1.0, np.nan, 3, 4, np.nan, 6, 7, 8], [np.nan] * 8])
    assert [sen_slope(row) for row in values] == [1.0, 0.0]
    z = mann_kendall(values)
    assert z[0] > 2
    assert z[1] == 0


def test_the_funnel_is_poisson_where_units_do_not_differ_and_wider_where_they_do() -> None:
    rng = np.random.default_rng(2)
    exposure = rng.uniform(50, 400, 500)
    alike = rng.poisson(exposure * 0.1).astype(np.float64)
    expected, p = funnel(alike, exposure)
    assert expected.sum() == pytest.approx(alike.sum())
    assert (p < 0.01).mean() < 0.02
    unlike = rng.poisson(exposure * 0.1 * rng.gamma(2, 0.5, 500)).astype(np.float64)
    _, wider = funnel(unlike, exposure)
    assert (wider < 0.01).mean() < 0.025
    np.testing.assert_allclose(funnel(np.array([7.0]), np.array([3.0]))[1], stats.poisson.sf(6, 7.0))


def test_benjamini_and_hochberg_on_their_own_example() -> None:
    """Benjamini & Hochberg (1995), table 1: four of the fifteen hypotheses are rejected at 0.05."""
    p = np.array([
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    ])  # fmt: skip
    shuffled = np.random.default_rng(0).permutation(15)
    q = benjamini_hochberg(p[shuffled])
    assert (q <= 0.05).sum() == 4
    np.testing.assert_allclose(q, stats.false_discovery_control(p[shuffled]))


@pytest.mark.parametrize("clustered", [False, True], ids=["independent", "clustered"])
def test_false_alarms_stay_under_the_promised_level_and_most_planted_sites_are_found(*, clustered: bool) -> None:
    found = tally([stock(seed, clustered=clustered) for seed in range(25)], FALSE_ALARMS)
    assert found.false <= FALSE_ALARMS
    assert found.found >= 0.7


def test_a_stock_where_nothing_moves_is_left_in_peace() -> None:
    quiet = [stock(seed, share=0.0, clustered=False) for seed in range(40)]
    # A single alert is a false one: a level of 5 % is 2 stocks in 40; 5 are beyond 98 % of what chance gives.
    assert tally(quiet, FALSE_ALARMS).false <= 5 / 40


def test_a_common_rise_is_no_tipping_and_a_chronic_site_neither() -> None:
    rng = np.random.default_rng(9)
    means = np.full((200, 36), 4.0)
    means[:, 24:] *= 2
    means[:5] *= 4
    found = tipping(rng.poisson(means).astype(np.float64), np.full(200, 80.0))
    assert (found.q > FALSE_ALARMS).all()


def test_a_tipping_site_is_found_within_months() -> None:
    whole = stock(3, months=48, ago=12, share=0.03, factor=4.0)
    delays = []
    for ago in range(1, 13):
        seen = tipping(whole.counts[:, : 36 + ago], whole.homes).q <= FALSE_ALARMS
        delays.append(seen[whole.planted].mean())
    assert delays[0] < delays[5]
    # Half of them within three months, four in five within half a year.
    assert delays[2] >= 0.5
    assert delays[5] >= 0.8


def test_an_alert_says_since_when_and_by_how_much_at_least() -> None:
    counts = np.array([4, 3, 5, 4, 4, 3, 4, 5, 4, 3, 4, 4, 5, 4, 3, 4, 4, 4, 12, 11, 13, 12, 14, 12], dtype=np.float64)
    found = move(counts, np.full(24, counts.mean()))
    assert found.since == 18
    assert found.before == pytest.approx(71 / 18)
    assert found.after == pytest.approx(74 / 6)
    assert 2 < found.at_least < found.after / found.before


@pytest.mark.parametrize(
    "counts",
    [np.zeros((3, 36)), np.ones((3, 6)), np.zeros((0, 36)), np.ones((1, 36)), np.r_[np.zeros((2, 36)), np.ones((1, 36))]],
    ids=["nothing happened", "too short", "nobody", "alone", "mostly nothing"],
)
def test_little_to_see_is_no_alert_and_no_error(counts: Floats) -> None:
    found = tipping(counts, np.full(len(counts), 40.0))
    assert (found.p == 1).all() or (found.q > FALSE_ALARMS).all()
    assert np.isfinite(found.p).all()


def test_the_sum_of_a_beta_binomial_tail_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    total = rng.integers(1, 90, 700).astype(np.float64)
    least = np.floor(total * rng.random(700))
    a, b = rng.uniform(0.1, 20, 700), rng.uniform(0.1, 20, 700)
    np.testing.assert_allclose(
        _beta_binomial(least, total, a, b), stats.betabinom.sf(least - 1, total, a, b), rtol=1e-6, atol=1e-12
    )
