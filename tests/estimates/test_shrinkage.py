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
def test_the_share_told_is_nearer_the_truth_and_its_interval_holds_it_nine_times_in_ten(law: str) -> None:
    """Over all residences together, and over those of each regime."""
    rows = []
    for seed in range(20):
        drawn = Drawn(seed, law)
        told, spoke = drawn.modelled(), drawn.spoke
        truth = drawn.truth[spoke]
        direct = drawn.satisfied[spoke] / drawn.answers[spoke]
        held = (told.low - 1e-9 <= truth) & (truth <= told.high + 1e-9)
        modelled = np.array([regime is Regime.MODELLED for regime in told.regimes])
        rows.append(
            np.column_stack([modelled, (direct - truth) ** 2, (told.values - truth) ** 2, held, told.under, truth < COMMITMENT])
        )
    every = np.vstack(rows)
    helped, alone = every[every[:, 0] == 1], every[every[:, 0] == 0]
    assert len(helped) > 2000
    assert len(alone) > 100
    # Of the few that stand alone, many have nearly all answered: Wilson's interval then holds a little more often.
    for part, most, surest in ((every, 0.64, 0.93), (helped, 0.64, 0.93), (alone, 1.0, 0.95)):
        _, direct, shown, held, _, _ = part.mean(axis=0)
        assert shown <= most * direct
        assert 0.87 <= held <= surest
    for low in (0, 0.2, 0.4, 0.6, 0.8):
        band = helped[(helped[:, 4] >= low) & (helped[:, 4] < low + 0.2)]
        assert band[:, 5].mean() == pytest.approx(band[:, 4].mean(), abs=0.08)


@pytest.mark.parametrize("answers", [12, 21, 50, 80])
def test_the_regime_depends_on_how_many_answered_never_on_what_they_said(answers: int) -> None:
    told = by_residence([answers, answers // 2, 0], [answers] * 3, ["Nord"] * 3, [500] * 3, [0] * 3)
    assert set(told.regimes) == {Regime.MEASURED if answers == 80 else Regime.MODELLED}


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
