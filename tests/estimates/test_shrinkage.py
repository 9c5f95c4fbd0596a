"""Residences with few answers: closer to the truth than their own answers, and as sure as they say."""

from __future__ import annotations

import numpy as np
import pytest

from palier.estimates.shrinkage import FEWEST, Modelled, Regime, by_residence

AGENCIES, RESIDENCES, COMMITMENT = 10, 200, 0.7


class Drawn:
    """200 residences of 10 agencies: who lives there, who is satisfied, who answers."""

    def __init__(self, seed: int, law: str) -> None:
        chance = np.random.default_rng(seed)
        self.agencies = np.repeat(np.arange(AGENCIES), RESIDENCES // AGENCIES)
        self.homes = chance.integers(8, 120, RESIDENCES)
        mean = chance.beta(14, 5, AGENCIES)[self.agencies]
        if law == "beta":
            share = chance.beta(12 * mean, 12 * (1 - mean))
        else:  # what the model does not assume: a normal law on the odds
            share = 1 / (1 + np.exp(-np.log(mean / (1 - mean)) - chance.normal(0, 0.6, RESIDENCES)))
        happy = chance.binomial(self.homes, share)
        self.truth = happy / self.homes
        self.answers = chance.binomial(self.homes, chance.uniform(0.1, 0.5, RESIDENCES))
        self.satisfied = chance.hypergeometric(happy, self.homes - happy, self.answers)
        self.spoke = self.answers >= FEWEST

    def modelled(self) -> Modelled:
        spoke = self.spoke
        return by_residence(
            self.satisfied[spoke],
            self.answers[spoke],
            self.agencies[spoke],
            self.homes[spoke],
            np.zeros(spoke.sum()),
            commitment=COMMITMENT,
        )


@pytest.mark.parametrize("law", ["beta", "normal on the odds"])
def test_the_modelled_share_is_nearer_the_truth_and_its_interval_holds_it_nine_times_in_ten(law: str) -> None:
    direct, modelled, held, foretold, came = [], [], [], [], []
    for seed in range(20):
        drawn = Drawn(seed, law)
        told = drawn.modelled()
        here = np.array([regime is Regime.MODELLED for regime in told.regimes])
        truth = drawn.truth[drawn.spoke][here]
        direct += (((drawn.satisfied / np.maximum(drawn.answers, 1))[drawn.spoke][here] - truth) ** 2).tolist()
        modelled += ((told.values[here] - truth) ** 2).tolist()
        held += ((told.low[here] - 1e-9 <= truth) & (truth <= told.high[here] + 1e-9)).tolist()
        foretold += told.under[here].tolist()
        came += (truth < COMMITMENT).tolist()
    assert len(held) > 2000
    assert np.mean(modelled) < 0.75 * np.mean(direct)
    assert 0.87 <= np.mean(held) <= 0.93
    chances, did = np.array(foretold), np.array(came)
    for low in (0, 0.2, 0.4, 0.6, 0.8):
        band = (chances >= low) & (chances < low + 0.2)
        assert did[band].mean() == pytest.approx(chances[band].mean(), abs=0.08)


def test_each_regime_has_its_name_and_its_figure() -> None:
    told = by_residence([70, 5, 6], [100, 8, 9], ["Nord"] * 3, [150, 60, 70], [0, 0, 1], commitment=0.7)
    assert told.regimes == (Regime.MEASURED, Regime.MODELLED, Regime.GROUPED)
    assert told.values[0] == 0.7
    assert 5 / 8 < told.values[1] < 0.7
    assert 0.1 < told.under[1] < 0.9


def test_everybody_answered_leaves_no_doubt() -> None:
    told = by_residence([6, 10], [8, 14], ["Nord", "Nord"], [8, 30], [0, 0], commitment=0.76)
    assert (told.values[0], told.low[0], told.high[0], told.under[0]) == (0.75, 0.75, 0.75, 1)


def test_an_agency_of_one_mind_draws_its_residences_closer() -> None:
    names, alone = ["Nord"] * 31, [0] * 31
    alike = by_residence([*[16] * 30, 2], [*[20] * 30, 6], names, [100] * 31, alone)
    apart = by_residence([*[20, 12] * 15, 2], [*[20] * 30, 6], names, [100] * 31, alone)
    assert alike.values[-1] > apart.values[-1] > 2 / 6


@pytest.mark.parametrize(("yes", "answers", "homes"), [(7, 6, 10), (-1, 6, 10), (1, 12, 10)])
def test_counts_that_do_not_follow_each_other_are_refused(yes: int, answers: int, homes: int) -> None:
    with pytest.raises(ValueError, match="must follow"):
        by_residence([yes], [answers], ["Nord"], [homes], [0])


def test_too_few_answers_are_joined_first() -> None:
    with pytest.raises(ValueError, match="join the residence with others"):
        by_residence([2], [4], ["Nord"], [30], [0])


def test_no_residence_gives_no_figure() -> None:
    assert by_residence([], [], [], [], []).regimes == ()
