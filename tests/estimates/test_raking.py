"""Raking: weights reach the margins, say what they did, and refuse with a reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.estimates.designs import Sample
from palier.estimates.raking import Margin, Raking, rake, reachable
from palier.verdict import Refusal

AGENCY = np.array(["Nord"] * 30 + ["Sud"] * 70)
DISTRICT = np.array((["QPV"] * 10 + ["hors QPV"] * 20) + (["QPV"] * 20 + ["hors QPV"] * 50))
MARGINS = [
    Margin("agence", AGENCY, {"Nord": 500, "Sud": 500}),
    Margin("quartier", DISTRICT, {"QPV": 400, "hors QPV": 600}),
]


def everybody() -> Sample:
    return Sample(np.full(100, 10.0))


def by_turns(margins: list[Margin], size: int) -> np.ndarray:
    """The fitting of Deming and Stephan, one margin after the other, until nothing moves."""
    weights = np.ones(size)
    for _ in range(2000):
        for margin in margins:
            for label, people in margin.population.items():
                here = margin.labels == label
                weights[here] *= people / weights[here].sum()
    return weights


def test_each_margin_adds_up_and_the_raw_stands_beside_the_weighted() -> None:
    raked = rake(everybody(), MARGINS)
    told = {(line.margin, line.label): line for line in raked.categories}
    assert all(line.weighted == pytest.approx(line.known) for line in raked.categories)
    north = told["agence", "Nord"]
    assert (north.answers, north.raw, north.drawn, north.known) == (30, 0.3, pytest.approx(0.3), 0.5)
    assert raked.sample.size == pytest.approx(1000)
    assert raked.smallest < 1 < raked.largest
    assert raked.worth < 100
    assert raked.effect == pytest.approx(100 / raked.worth)


def test_the_answer_is_the_one_of_fitting_by_turns() -> None:
    assert rake(everybody(), MARGINS).sample.weights == pytest.approx(by_turns(MARGINS, 100), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_whatever_the_margins_it_reaches_them_or_refuses(seed: int) -> None:
    chance = np.random.default_rng(seed)
    size = int(chance.integers(20, 200))
    margins = []
    for name in ("a", "b", "c"):
        kinds = [f"{name}{number}" for number in range(int(chance.integers(2, 5)))]
        shares = chance.dirichlet(np.ones(len(kinds)))
        margins.append(Margin(name, chance.choice(kinds, size), dict(zip(kinds, (5000 * shares).tolist(), strict=True))))
    try:
        raked = rake(Sample(chance.uniform(0.5, 2, size)), margins)
    except Refusal:
        return
    for line in raked.categories:
        assert line.weighted == pytest.approx(line.known, abs=1e-6)
    assert (raked.sample.weights > 0).all()


def test_weights_stay_within_the_bounds() -> None:
    free, held = rake(everybody(), MARGINS), rake(everybody(), MARGINS, bounds=(0.4, 1.8))
    assert free.largest > 1.8
    assert 0.4 < held.smallest < held.largest < 1.8
    assert all(line.weighted == pytest.approx(line.known) for line in held.categories)
    assert held.worth > 0


def refusal(margins: list[Margin], bounds: tuple[float, float] | None = None) -> tuple[list[str], str]:
    with pytest.raises(Refusal) as refused:
        rake(Sample(np.full(len(margins[0].labels), 1.0)), margins, bounds)
    return [reason.code for reason in refused.value.verdict.reasons], refused.value.verdict.sentence


def test_bounds_too_narrow_are_refused_with_where() -> None:
    codes, sentence = refusal(MARGINS, bounds=(0.9, 1.1))
    assert codes == ["estimates.bounds"]
    assert "Aucun poids entre 0,9 et 1,1 fois le poids de départ" in sentence
    assert "(agence)" in sentence


def test_a_kind_without_answers_is_refused_by_its_name() -> None:
    codes, sentence = refusal([Margin("agence", AGENCY, {"Nord": 300, "Sud": 300, "Est": 40})])
    assert codes == ["estimates.empty"]
    assert "Personne n’a répondu dans « Est » (agence), qui compte 40 ménages" in sentence


def test_answers_of_an_unknown_kind_are_refused() -> None:
    codes, sentence = refusal([Margin("agence", AGENCY, {"Nord": 300})])
    assert codes == ["estimates.unknown"]
    assert "Des réponses sont dans « Sud » (agence)" in sentence


def test_margins_that_disagree_on_how_many_there_are_are_refused() -> None:
    codes, _ = refusal([MARGINS[0], Margin("quartier", DISTRICT, {"QPV": 400, "hors QPV": 500})])
    assert codes == ["estimates.sizes"]


def test_margins_that_contradict_each_other_are_refused() -> None:
    labels = np.array(["a", "a", "b", "b"])
    same = np.array(["x", "x", "y", "y"])
    codes, sentence = refusal([Margin("un", labels, {"a": 10, "b": 30}), Margin("deux", same, {"x": 30, "y": 10})])
    assert codes == ["estimates.diverged"]
    assert "ces marges se contredisent" in sentence


def test_all_reasons_come_at_once() -> None:
    verdict = reachable(
        [Margin("agence", AGENCY, {"Nord": 300, "Est": 40}), Margin("quartier", DISTRICT, {"QPV": 1, "hors QPV": 2})]
    )
    assert [reason.code for reason in verdict.reasons] == ["estimates.empty", "estimates.unknown", "estimates.sizes"]


def test_weights_are_not_brought_twice() -> None:
    raked: Raking = rake(everybody(), MARGINS)
    with pytest.raises(ValueError, match="already"):
        rake(raked.sample, MARGINS)
