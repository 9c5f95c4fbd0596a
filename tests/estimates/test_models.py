"""Small areas, ordered answers, weight of themes: results published elsewhere, given back."""

from __future__ import annotations

import numpy as np
import pytest

from palier.estimates.areas import Areas, fay_herriot
from palier.estimates.importance import MOST_THEMES, importance
from palier.estimates.ordinal import proportional_odds
from tests.estimates.tables import table

MILK, HOUSING, SWISS = table("milk"), table("housing"), table("swiss")
INFLUENCES, HOMES = ("Medium", "High"), ("Apartment", "Atrium", "Terrace")
DEGREES = np.array([("Low", "Medium", "High").index(degree) for degree in HOUSING["Sat"]])
TENANTS = np.column_stack(
    [
        *[HOUSING["Infl"] == influence for influence in INFLUENCES],
        *[HOUSING["Type"] == home for home in HOMES],
        HOUSING["Cont"] == "High",
    ]
).astype(float)


def milk() -> Areas:
    regions = [np.ones(43), *[(MILK["MajorArea"] == region).astype(float) for region in (2, 3, 4)]]
    return fay_herriot(MILK["yi"], MILK["SD"] ** 2, np.column_stack(regions))


def test_fay_herriot_gives_back_what_r_prints_of_the_milk_areas() -> None:
    """``eblupFH`` and ``mseFH`` of R ``sae``; R stops at a relative step of 0.0001, hence a difference in the seventh digit."""
    told = milk()
    assert told.spread == pytest.approx(0.01855022, abs=2e-7)
    assert told.coefficients == pytest.approx([0.9681890, 0.1327801, 0.2269462, -0.2413011], abs=3e-7)
    assert told.errors == pytest.approx([0.06936208, 0.10300072, 0.09232981, 0.08161707], abs=3e-7)
    first, last = [1.0219703, 1.0476018, 1.0679513, 0.7608170, 0.8461574, 0.9743727], [0.7481164, 0.8040773, 0.6810870]
    assert told.values[:6] == pytest.approx(first, abs=1e-6)
    assert told.values[-3:] == pytest.approx(last, abs=1e-6)
    squared = [0.013460220, 0.005372876, 0.005701990, 0.008541740, 0.009579594, 0.011670632]
    assert told.squared_errors[:6] == pytest.approx(squared, abs=1e-7)
    assert told.squared_errors[-3:] == pytest.approx([0.005484860, 0.009205133, 0.009903626], abs=1e-7)


def test_an_area_leans_on_the_others_the_more_its_own_figure_is_unsure() -> None:
    told = milk()
    order = np.argsort(MILK["SD"])
    assert (np.diff(told.own[order]) <= 1e-12).all()
    assert (told.squared_errors < MILK["SD"] ** 2).mean() > 0.9


def test_areas_alike_have_no_spread_and_one_estimate() -> None:
    told = fay_herriot(np.full(10, 0.7), np.full(10, 0.01), np.ones((10, 1)))
    assert told.spread == 0
    assert told.values == pytest.approx(np.full(10, 0.7))


@pytest.mark.parametrize(
    ("variances", "covariates"), [(np.zeros(5), np.ones((5, 1))), (np.ones(2), np.ones((2, 2)))], ids=["sure", "too few"]
)
def test_what_cannot_be_modelled_is_refused(variances: np.ndarray, covariates: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"variance|covariates"):
        fay_herriot(np.ones(len(variances)), variances, covariates)


def test_proportional_odds_give_back_what_r_prints_of_the_tenants_of_copenhagen() -> None:
    """``summary(polr(Sat ~ Infl + Type + Cont, weights = Freq, data = housing, Hess = TRUE))`` of R ``MASS``."""
    told = proportional_odds(DEGREES, TENANTS, HOUSING["Freq"])
    assert [round(value, 4) for value in told.coefficients] == [0.5664, 1.2888, -0.5724, -0.3662, -1.0910, 0.3603]
    printed = [0.10465, 0.12716, 0.11924, 0.15517, 0.15149, 0.09554]
    assert [round(value, 5) for value in told.errors] == pytest.approx(printed, abs=1.01e-5)
    assert [round(value, 4) for value in told.thresholds] == [-0.4961, 0.6907]
    assert [round(value, 4) for value in told.threshold_errors] == [0.1248, 0.1255]
    assert round(told.deviance, 3) == 3479.149


def test_the_chances_of_the_degrees_are_the_published_ones() -> None:
    """``predict(house.plr, type = "p")``: a tower, little influence, little contact; then much influence."""
    told = proportional_odds(DEGREES, TENANTS, HOUSING["Freq"])
    chances = told.probabilities(np.array([[0.0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]]))
    assert chances[0] == pytest.approx([0.3784493, 0.2876752, 0.3338755], abs=1e-6)
    assert chances[1] == pytest.approx([0.1436924, 0.2110836, 0.6452240], abs=1e-6)


def test_a_degree_that_nobody_gave_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        proportional_odds(np.array([0, 2, 2]), np.ones((3, 1)))


def test_answers_that_a_covariate_separates_are_refused() -> None:
    with pytest.raises(ValueError, match="separate"):
        proportional_odds(np.array([0, 0, 0, 1, 1, 1]), np.array([[0.0], [0], [0], [1], [1], [1]]))


def test_the_weight_of_themes_is_the_published_one() -> None:
    """``calc.relimp(lm(Fertility ~ ., swiss), type = "lmg")`` of R ``relaimpo``; Grömping (2006) prints the same 70.67 %."""
    themes = np.column_stack([SWISS[name] for name in list(SWISS)[1:]])
    told = importance(themes, SWISS["Fertility"])
    assert told is not None
    printed = [0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735, 0.1127659229265]
    assert told.explained == pytest.approx(printed, abs=1e-8)
    assert told.whole == pytest.approx(0.706735001593, abs=1e-8)
    assert told.shares.sum() == pytest.approx(1)


def test_two_themes_that_say_the_same_share_their_weight() -> None:
    chance = np.random.default_rng(7)
    lift, clean = chance.normal(size=400), chance.normal(size=400)
    overall = lift + 0.5 * clean + chance.normal(size=400) / 2
    alone = importance(np.column_stack([lift, clean]), overall)
    twice = importance(np.column_stack([lift, lift, clean]), overall)
    assert alone is not None
    assert twice is not None
    assert twice.explained[0] == pytest.approx(twice.explained[1])
    assert twice.whole == pytest.approx(alone.whole, abs=1e-6)
    assert twice.explained[:2].sum() == pytest.approx(alone.explained[0], abs=0.02)


def test_too_few_answers_or_no_difference_say_nothing() -> None:
    chance = np.random.default_rng(8)
    assert importance(chance.normal(size=(29, 2)), chance.normal(size=29)) is None
    assert importance(np.ones((50, 2)), chance.normal(size=50)) is None


def test_a_missing_answer_leaves_its_row_out_and_weights_count() -> None:
    chance = np.random.default_rng(9)
    themes, overall = chance.normal(size=(60, 2)), chance.normal(size=60)
    holed = themes.copy()
    holed[40:, 0] = np.nan
    kept, weighted = importance(holed, overall), importance(themes, overall, np.array([1.0] * 40 + [0.0] * 20))
    assert kept is not None
    assert weighted is not None
    assert kept.answers == 40
    assert kept.explained == pytest.approx(weighted.explained)


def test_too_many_themes_are_refused() -> None:
    with pytest.raises(ValueError, match="themes"):
        importance(np.ones((10, MOST_THEMES + 1)), np.ones(10))
