"""Strata, clusters, post-strata and raking: the figures that R ``survey`` prints on its own data.

Sources: T. Lumley, R package ``survey``: the outputs of ``example(api)`` and of ``rakecheck``, kept in its own tests
(``tests/api.Rout.save``, ``tests/rakecheck.Rout.save``); outputs of R ``survey`` kept by Survey.jl with more digits
(``test/r_reference/est_basic.csv``, ``proportions.csv``, ``poststratify_results.csv``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from palier.estimates.designs import Estimate, Sample, drawn, kish, mean, proportion, total
from palier.estimates.raking import Margin, post_stratify, rake
from tests.estimates.tables import table

SRS, STRATA, CLUSTERS, EVERYBODY = table("apisrs"), table("apistrat"), table("apiclus1"), table("apipop")

simple = Sample(SRS["pw"], frame=SRS["fpc"])
stratified = Sample(STRATA["pw"], strata=STRATA["stype"], frame=STRATA["fpc"])
clustered = Sample(CLUSTERS["pw"], clusters=CLUSTERS["dnum"], frame=CLUSTERS["fpc"])

TYPES = Margin("type", CLUSTERS["stype"], {"E": 4421, "H": 755, "M": 1018})
WIDE = Margin("objectif", CLUSTERS["sch_wide"], {"No": 1072, "Yes": 5122})


def told(found: Estimate | None, decimals: int, places: int) -> tuple[float, float]:
    assert found is not None
    return round(found.value, decimals), round(found.error, places)


def test_the_population_is_the_published_one() -> None:
    assert EVERYBODY["schools"].sum() == 6194
    assert round(EVERYBODY["api00"].sum() / 6194, 4) == 664.7126
    assert EVERYBODY["enroll"].sum() == 3811472


def test_a_simple_draw() -> None:
    assert told(mean(simple, SRS["api00"]), 3, 6) == (656.585, 9.249722)
    assert told(total(simple, SRS["enroll"]), 2, 3) == (3621074.34, 169519.654)
    awarded = mean(simple, SRS["awards"] == "Yes")
    assert told(awarded, 2, 8) == (0.62, 0.03384807)


def test_strata() -> None:
    assert told(mean(stratified, STRATA["api00"]), 2, 4) == (662.29, 9.4089)
    assert told(total(stratified, STRATA["enroll"]), 0, 0) == (3687178, 114642)


def test_clusters() -> None:
    assert told(mean(clustered, CLUSTERS["api00"]), 2, 3) == (644.17, 23.542)
    assert told(total(clustered, CLUSTERS["enroll"]), 0, 0) == (3404940, 932235)


def test_post_strata() -> None:
    known = post_stratify(clustered, TYPES).sample
    assert told(total(known, CLUSTERS["enroll"]), 0, 0) == (3680893, 406293)
    endless = mean(post_stratify(replace(clustered, frame=None), TYPES).sample, CLUSTERS["api00"])
    assert endless is not None
    assert (endless.value, endless.error) == pytest.approx((642.310788211584, 24.1610605814973), rel=1e-12)


def test_raking_on_two_margins() -> None:
    raked = rake(clustered, [TYPES, WIDE]).sample
    assert told(mean(raked, CLUSTERS["api00"]), 2, 3) == (641.23, 23.704)
    assert told(total(raked, CLUSTERS["enroll"]), 0, 0) == (3647280, 400603)


def test_raking_on_a_joint_margin_and_another() -> None:
    def joint(columns: dict[str, np.ndarray]) -> np.ndarray:
        return np.char.add(columns["stype"], columns["sch_wide"])

    held = joint(EVERYBODY)
    both = {cell: float(EVERYBODY["schools"][held == cell].sum()) for cell in np.unique(held).tolist()}
    margins = [
        Margin("type et objectif", joint(CLUSTERS), both),
        Margin("comparables", CLUSTERS["comp_imp"], {"No": 1712, "Yes": 4482}),
    ]
    assert told(mean(rake(clustered, margins).sample, CLUSTERS["api00"]), 2, 3) == (642.61, 22.731)


def test_a_part_is_a_ratio_over_the_whole_sample() -> None:
    """As ``survey`` proves of its own ``subset``: the mean of a part is the ratio of two totals, with the ratio's error."""
    part = STRATA["comp_imp"] == "Yes"
    found = mean(stratified, STRATA["enroll"], within=part)
    assert found is not None
    assert found.answers == part.sum()
    above, below = total(stratified, STRATA["enroll"] * part), total(stratified, part)
    ratio = above.value / below.value
    residuals = (STRATA["enroll"] - ratio) * part / below.value
    assert (found.value, found.error) == pytest.approx((ratio, total(stratified, residuals).error))


def test_the_design_effect_is_the_variance_over_that_of_a_plain_draw() -> None:
    plain, by_strata, by_clusters = (
        mean(simple, SRS["api00"]),
        mean(stratified, STRATA["api00"]),
        mean(clustered, CLUSTERS["api00"]),
    )
    assert plain is not None
    assert by_strata is not None
    assert by_clusters is not None
    assert plain.effect == pytest.approx(1)
    assert 1 < by_strata.effect < 1.5
    assert by_clusters.effect == pytest.approx(9.3459, abs=5e-4)  # example(svymean): svymean(~api00, dclus1, deff = TRUE)


def test_a_share_has_the_interval_that_its_design_is_worth() -> None:
    awarded = proportion(clustered, (CLUSTERS["awards"] == "Yes").astype(float))
    assert awarded is not None
    assert awarded.value == pytest.approx(0.710382513661203)
    assert awarded.size == pytest.approx(0.7103825 * 0.2896175 / 0.0330182995537189**2, rel=1e-6)
    assert awarded.low < 0.7103825 - 1.9 * 0.033 < awarded.low + 0.01
    assert awarded.answers == 183


def test_who_did_not_say_counts_for_nothing() -> None:
    values = SRS["api00"].copy()
    values[:50] = np.nan
    found = mean(simple, values)
    assert found is not None
    assert found.answers == 150
    assert found.value == pytest.approx(SRS["api00"][50:].mean())
    assert mean(simple, np.full(200, np.nan)) is None


def test_where_all_say_the_same_the_interval_stays_open() -> None:
    sample = drawn(["a"] * 12 + ["b"] * 8, {"a": 60, "b": 400})
    told_all = proportion(sample, np.ones(20))
    assert told_all is not None
    assert told_all.value == 1
    assert told_all.size == pytest.approx(kish(sample.weights))
    assert told_all.low < 0.8


def test_a_whole_stratum_brings_no_doubt() -> None:
    sample = drawn(["a"] * 5 + ["b"] * 5, {"a": 5, "b": 100})
    found = mean(sample, [1, 0, 1, 0, 1, 1, 1, 1, 1, 1])
    assert found is not None
    assert found.error == 0


def test_a_lone_answer_in_a_stratum_is_measured_from_the_whole() -> None:
    sample = drawn(["a", *["b"] * 9], {"a": 10, "b": 90})
    found = mean(sample, [0, *[1] * 9])
    assert found is not None
    assert found.error > 0


def test_more_answers_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="More answers than people"):
        drawn(["a", "a"], {"a": 1})
