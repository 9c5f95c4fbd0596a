"""The composite score reproduces a published index, never takes a gap for a zero, and says where each point comes from."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from palier.sites.scoring.composite import (
    Aggregation,
    Composite,
    Criterion,
    Family,
    Floats,
    Method,
    Normalisation,
    Treatment,
    composite,
    shape,
    treat,
)

REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "data" / "reference"
published = pytest.mark.skipif(not REFERENCE.exists(), reason="the published results are not on this machine (../shared/data)")
ALL_METHODS = [Method(how, what) for how in Normalisation for what in Aggregation]


class Asem:
    """The ASEM index of the JRC, as the R package COINr publishes it: 51 countries × 49 indicators, 8 pillars, 2 sub-indices.

    Becker, W., Caperna, G., Del Sorbo, M., Norlén, H., Papadimitriou, E., Saisana, M. (2022), *COINr: An R package for
    developing composite indicators*, Journal of Open Source Software 7(78), 4567.
    """

    def __init__(self) -> None:
        self.meta = self.rows("IndMeta")
        self.codes = [one["IndCode"] for one in self.meta]
        self.criteria = [Criterion(one["IndCode"], one["Agg1"], one["Direction"] == "1") for one in self.meta]
        pillars = {one["Agg1"]: one["Agg2"] for one in self.meta}
        self.families = [
            *(Family(pillar, above, 1) for pillar, above in pillars.items()),
            *(Family(one, "", 1) for one in dict.fromkeys(pillars.values())),
        ]
        treated = self.rows("Treated")
        self.units = [one["UnitCode"] for one in treated]
        self.treated = self.table(treated)
        raw = {one["UnitCode"]: one for one in self.rows("Raw")}
        self.regions = [raw[unit]["Group_EurAsia"] for unit in self.units]
        self.raw = self.table([raw[unit] for unit in self.units])

    @staticmethod
    def rows(name: str) -> list[dict[str, str]]:
        with (REFERENCE / f"COINr_ASEM_{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def table(self, rows: list[dict[str, str]], codes: list[str] | None = None) -> Floats:
        return np.array([[np.nan if row[c] in {"", "NA"} else float(row[c]) for c in codes or self.codes] for row in rows])

    def denominated(self) -> Floats:
        """What each raw value was divided by, read from the indicators that share a denominator and were left as they are."""
        found = self.raw.copy()
        for name in ("Den_GDP", "Den_Pop"):
            columns = [index for index, one in enumerate(self.meta) if one["Denominator"] == name]
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = self.raw[:, columns] / self.treated[:, columns]
            ratio[ratio == 0] = np.nan
            found[:, columns] = self.raw[:, columns] / np.nanmedian(ratio, axis=1)[:, None]
        # Their gaps were filled with the mean of the continent, a step of theirs that is none of ours.
        for region in set(self.regions):
            here = [index for index, one in enumerate(self.regions) if one == region]
            found[here] = np.where(np.isnan(found[here]), np.nanmean(found[here], axis=0), found[here])
        return found


@published
def test_raw_values_of_the_asem_index_are_treated_as_published() -> None:
    asem = Asem()
    # Area and energy divide one and two indicators only, and are not published: nothing sure to read them from.
    kept = [index for index, one in enumerate(asem.meta) if one["Denominator"] not in {"Den_Area", "Den_Energy"}]
    treated, done = treat(asem.denominated()[:, kept], [asem.criteria[index] for index in kept])
    assert len(kept) == 46
    np.testing.assert_allclose(treated, asem.treated[:, kept], rtol=1e-9)
    assert Treatment("Poverty", 3) in done
    assert Treatment("Tariff", 3) in done
    assert Treatment("CostImpEx", 1) in done


@published
def test_every_level_of_the_asem_index_is_reproduced() -> None:
    asem = Asem()
    found = composite(asem.treated, asem.criteria, Method(treat_outliers=False), asem.families)
    normalised, aggregated = asem.rows("Normalised_half"), asem.rows("Aggregated_half")
    half = [asem.units.index(one["UnitCode"]) for one in normalised]
    np.testing.assert_allclose(found.normalised[half], asem.table(normalised), atol=1e-9)
    for level in (*(one.key for one in asem.families), "Index"):
        mine = found.scores if level == "Index" else found.families[level]
        np.testing.assert_allclose(mine[half], asem.table(aggregated, [level])[:, 0], atol=1e-9, err_msg=level)
    # The half that is not published is made by the same lines: each level is the mean of what stands under it.
    for level in ("Conn", "Sust"):
        under = [found.families[one.key] for one in asem.families if one.parent == level]
        np.testing.assert_allclose(found.families[level], np.mean(under, axis=0), atol=1e-9)
    np.testing.assert_allclose(found.scores, (found.families["Conn"] + found.families["Sust"]) / 2, atol=1e-9)
    np.testing.assert_allclose(found.coverage, 1)


TWO = (Criterion("a", "x"), Criterion("b", "x", weight=3), Criterion("c", "y", worse_when_high=False))


def scored(values: list[list[float]], method: Method | None = None, *, bounds: tuple[float, float] = (0, 10)) -> Composite:
    criteria = [Criterion(one.key, one.family, one.worse_when_high, one.weight, bounds) for one in TWO]
    return composite(np.array(values, dtype=np.float64), criteria, method or Method(scale=10))


def test_a_gap_is_left_out_and_never_counts_as_zero() -> None:
    nan = np.nan
    found = scored([[8, 8, 2], [8, nan, 2], [nan, 8, nan], [nan, nan, nan]])
    assert found.scores[:3].tolist() == [8, 8, 8]
    assert np.isnan(found.scores[3])
    assert found.coverage.tolist() == pytest.approx([1, 0.4, 0.6, 0])


@pytest.mark.parametrize("method", ALL_METHODS, ids=lambda one: f"{one.normalisation}-{one.aggregation}")
def test_what_the_criteria_bring_adds_up_to_the_score(method: Method) -> None:
    rng = np.random.default_rng(4)
    values = rng.gamma(1, 3, (80, 6))
    values[rng.random((80, 6)) < 0.3] = np.nan
    criteria = [Criterion(f"k{n}", f"f{n % 3}", n != 2, 1 + n) for n in range(6)]
    found = composite(values, criteria, method, [Family("f0", "above"), Family("above", "", 2)])
    seen = ~np.isnan(found.scores)
    np.testing.assert_allclose(np.nansum(found.contributions[seen], axis=1), found.scores[seen], atol=1e-9)
    assert np.isnan(found.contributions[np.isnan(values)]).all()
    assert ((found.scores[seen] >= 0) & (found.scores[seen] <= 100 + 1e-9)).all()


@given(st.integers(0, 2**32 - 1))
def test_worse_on_one_criterion_is_never_better_in_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 10, (6, 3))
    worse = values.copy()
    worse[0, 1] += 1
    for aggregation in Aggregation:
        method = Method(aggregation=aggregation, scale=10)
        assert scored(worse.tolist(), method).scores[0] >= scored(values.tolist(), method).scores[0] - 1e-9


def test_a_geometric_mean_makes_up_less_for_a_bad_part() -> None:
    even, uneven = [5.0, 5.0, 5.0], [10.0, 5.0, 10.0]
    arithmetic = scored([even, uneven]).scores
    geometric = scored([even, uneven], Method(aggregation=Aggregation.GEOMETRIC, scale=10)).scores
    assert geometric[0] == pytest.approx(arithmetic[0])
    assert geometric[1] < arithmetic[1]


def test_more_than_half_of_equal_values_are_spread_by_their_standard_deviation_and_it_is_said() -> None:
    rare = np.array([[0.0]] * 8 + [[4.0], [9.0]])
    found = composite(rare, [Criterion("rare", "x")], Method(Normalisation.ROBUST_Z, treat_outliers=False))
    assert found.notes == ("rare : plus de la moitié des valeurs sont égales, l’écart type remplace l’écart absolu médian.",)
    assert found.scores[9] > found.scores[8] > found.scores[0]


def test_equal_values_stand_in_the_middle_and_it_is_said() -> None:
    found = composite(np.full((3, 1), 7.0), [Criterion("flat", "x")], Method())
    assert found.scores.tolist() == [50, 50, 50]
    assert found.notes == ("flat : toutes les valeurs sont égales.",)


def test_a_criterion_that_nobody_has_is_said_and_lowers_the_coverage() -> None:
    found = composite(np.array([[1.0, np.nan], [2.0, np.nan]]), [Criterion("a", "x"), Criterion("b", "y")], Method())
    assert found.notes == ("b : aucune valeur.",)
    assert found.scores.tolist() == [0, 100]
    assert found.coverage.tolist() == [0.5, 0.5]


def test_a_tail_too_long_for_five_values_is_brought_back_by_a_logarithm() -> None:
    column = np.exp(np.random.default_rng(1).normal(0, 2, 400))[:, None]
    treated, done = treat(column, [Criterion("long", "x")])
    assert done == (Treatment("long", 0),)
    assert (np.argsort(treated[:, 0]) == np.argsort(column[:, 0])).all()
    # Its mirror is treated as it is.
    mirrored, _ = treat(-column, [Criterion("long", "x")])
    np.testing.assert_allclose(mirrored, -treated)


def test_fixed_bounds_make_a_score_that_does_not_depend_on_the_others() -> None:
    alone, beside = scored([[2, 4, 6]]), scored([[2, 4, 6], [0, 0, 10], [500, 9, 1]])
    assert alone.scores[0] == beside.scores[0]
    assert beside.normalised[2].tolist() == [10, 9, 9]


@given(st.lists(st.integers(-1000, 1000), min_size=4, max_size=60).filter(lambda column: len(set(column)) > 1))
def test_the_shape_of_a_column_is_that_of_scipy(column: list[int]) -> None:
    given_ = np.array(column, dtype=float)
    assert shape(given_) == pytest.approx(
        (stats.skew(given_, bias=False), stats.kurtosis(given_, bias=False)), rel=1e-9, abs=1e-9
    )
