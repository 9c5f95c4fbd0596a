"""ELECTRE TRI-B on cases worked by hand, ties and vetoes included, and against a slow and plain writing of the books."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn_by
from hypothesis import strategies as st

from palier.sites.scoring.classes import Thresholds, assign
from palier.sites.scoring.composite import Floats

NAN = np.nan


def thresholds(**changed: Any) -> Thresholds:
    """Four criteria of weights 0.4, 0.3, 0.2, 0.1; profiles 10, 20, 30; q = 1, p = 3, v = 12; λ = 0.7. More is worse."""
    values: dict[str, Any] = {
        "profiles": np.array([[10.0] * 4, [20.0] * 4, [30.0] * 4]),
        "ordinary": np.zeros(4),
        "indifference": np.full(4, 1.0),
        "preference": np.full(4, 3.0),
        "veto": np.full(4, 12.0),
        "weights": np.array([0.4, 0.3, 0.2, 0.1]),
        "worse_when_high": np.ones(4, dtype=bool),
        "cut": 0.7,
    } | changed
    return Thresholds(**values)


@pytest.mark.parametrize(
    ("values", "cautious", "favourable"),
    [
        # All criteria well under the first profile.
        ([5, 5, 5, 5], 0, 0),
        # A tie: exactly on the first profile, gap 0 ≤ q, C = 1. As good as it, and it is not proved better: class 0.
        ([10, 10, 10, 10], 0, 0),
        # A gap of exactly q = 1 does not count yet.
        ([11, 11, 11, 11], 0, 0),
        # Gap 2.5 to profile 1 on the first criterion: c = (3 − 2.5) ÷ 2 = 0.25, C = 0.1 + 0.6 = 0.7 = λ: just proved.
        ([12.5, 5, 5, 5], 0, 0),
        # Gap 2.6: c = 0.2, C = 0.68 < λ, so not as good as profile 1; as good as profile 2: cautious 1.
        # The other way, profile 1 against it: the 5s lack 5 ≥ p, c = 0; C = 0.4 < λ: never proved better. Favourable 0.
        ([12.6, 5, 5, 5], 1, 0),
        # All at 25. Profile 2: gap 5 ≥ p, C = 0. Profile 3: gap −5, C = 1: cautious 2. Profile 2 is better, not 3: favourable 2.
        ([25, 25, 25, 25], 2, 2),
        # Beyond every profile.
        ([50, 50, 50, 50], 3, 3),
        # A veto. One criterion of weight 0.1 at 40. Profile 1: gap 30 ≥ v, d = 1 > C = 0.9, σ = 0. Profile 2: gap 20, σ = 0.
        # Profile 3: gap 10, d = (10 − 3) ÷ 9 = 0.78 < C: σ = 0.9. Cautious 2, though nine tenths of the weight say 0.
        # Profile 1 against it: C = 0.1, the 5s lack 5, d = 2 ÷ 9 = 0.22 > C: σ = 0.1 × (0.78 ÷ 0.9)³ < λ. Favourable 0.
        ([5, 5, 5, 40], 2, 0),
        # Half a veto that does not bite: gap 9 to profile 1, d = 6 ÷ 9 = 0.67 < C = 0.9: σ = 0.9.
        ([5, 5, 5, 19], 0, 0),
        # Half a veto that bites: gap 11.5, d = 0.944 > C = 0.9, σ = 0.9 × 0.0556 ÷ 0.1 = 0.5 < λ.
        # Profile 2: gap 1.5, c = 0.75, C = 0.975. Cautious 1.
        ([5, 5, 5, 21.5], 1, 0),
        # Exactly at the veto, gap 12: d = 1, σ = 0. Profile 2: gap 2, c = 0.5, C = 0.95. Cautious 1.
        ([5, 5, 5, 22], 1, 0),
        # The first criterion is missing. At worst it is at 30 + p = 33: profiles 1 and 2 lack 23 and 13 ≥ v, vetoed. Profile 3:
        # gap 3 = p, no agreement and no veto, C = 0.6 < λ: cautious 3. At best it is at 0: favourable 0.
        ([NAN, 15, 5, 5], 3, 0),
        # The lightest one is missing. Profiles 1 and 2 are vetoed as above. Profile 3: C = 0.9: cautious 2.
        ([5, 5, 5, NAN], 2, 0),
        # Profiles 3 and 2 lack 30 and 20 ≥ v against a 0. Profile 1 lacks 10, d = 0.78 < C = 0.9: it is better. Favourable 1.
        ([50, 50, 50, NAN], 3, 1),
        ([5, 15, 5, 5], 0, 0),
        # Under a quarter of the weight: no class at all.
        ([NAN, NAN, NAN, 50], -1, -1),
        ([NAN, NAN, NAN, NAN], -1, -1),
    ],
)
def test_cases_worked_by_hand(values: list[float], cautious: int, favourable: int) -> None:
    found = assign(np.array([values]), thresholds())
    assert (found.pessimistic[0], found.optimistic[0]) == (cautious, favourable)


def test_a_criterion_that_is_better_high_is_read_the_other_way() -> None:
    turned = thresholds(
        profiles=np.array([[-10.0, 10, 10, 10], [-20.0, 20, 20, 20], [-30.0, 30, 30, 30]]),
        worse_when_high=np.array([False, True, True, True]),
    )
    for values in ([12.6, 5, 5, 5], [40, 5, 5, 5], [25, 25, 25, 25], [NAN, 15, 5, 5]):
        mirrored = [-values[0], *values[1:]]
        plain, other = assign(np.array([values]), thresholds()), assign(np.array([mirrored]), turned)
        assert (plain.pessimistic, plain.optimistic) == (other.pessimistic, other.optimistic)


def test_without_a_threshold_between_a_step_is_a_step() -> None:
    sharp = thresholds(indifference=np.zeros(4), preference=np.zeros(4), veto=np.full(4, np.inf))
    found = assign(np.array([[10.0] * 4, [10.1] * 4]), sharp)
    assert found.pessimistic.tolist() == [0, 1]


def test_without_veto_no_criterion_alone_decides() -> None:
    found = assign(np.array([[5.0, 5, 5, 4000]]), thresholds(veto=np.full(4, np.inf)))
    assert found.pessimistic.tolist() == [0]


def slowly(values: list[float], given: Thresholds) -> tuple[int, int]:
    """One unit, one criterion at a time, as Mousseau, Slowinski & Zielniewicz (2000) write it, none of them missing."""

    def outranks(a: list[float], b: list[float]) -> bool:
        agree, against = [], []
        for j in range(len(a)):
            lack = (a[j] - b[j]) if given.worse_when_high[j] else (b[j] - a[j])
            q, p, v = given.indifference[j], given.preference[j], given.veto[j]
            agree.append(1.0 if lack <= q else 0.0 if lack >= p else (p - lack) / (p - q))
            against.append(0.0 if lack <= p or np.isinf(v) else 1.0 if lack >= v else (lack - p) / (v - p))
        concordance = np.dot(given.weights, agree) / given.weights.sum()
        sigma = concordance
        for d in against:
            if d > concordance:
                sigma *= (1 - d) / (1 - concordance)
        return bool(sigma >= given.cut - 1e-12)

    profiles = given.profiles.tolist()
    cautious = next((rank for rank, profile in enumerate(profiles) if outranks(values, profile)), len(profiles))
    favourable = 0
    for rank in reversed(range(len(profiles))):
        if outranks(profiles[rank], values) and not outranks(values, profiles[rank]):
            favourable = rank + 1
            break
    return cautious, favourable


def drawn(count: int, seed: int = 3) -> tuple[Floats, Thresholds]:
    rng = np.random.default_rng(seed)
    values = rng.gamma(5, 2, (count, 20)) * rng.uniform(0.2, 5, (count, 1))
    values[rng.random(values.shape) < 0.25] = NAN
    q = rng.uniform(0, 2, 20)
    p = q + rng.choice([0, 3], 20)
    return values, Thresholds(
        profiles=np.sort(rng.uniform(5, 40, (3, 20)), axis=0),
        ordinary=np.zeros(20),
        indifference=q,
        preference=p,
        veto=np.where(rng.random(20) < 0.5, p + rng.choice([0.0, 10, 25], 20), np.inf),
        weights=rng.uniform(0.5, 3, 20),
        worse_when_high=np.ones(20, dtype=bool),
    )


def test_the_fast_writing_says_what_the_slow_one_says_at_the_worst_and_at_the_best() -> None:
    values, given = drawn(400)
    values[:200] = np.nan_to_num(values[:200], nan=12.0)
    values[200:][values[200:] > 45] = NAN
    found = assign(values, given)
    best, worst = given.presumed
    expected = []
    for row in values:
        cautious, favourable = (slowly(np.where(np.isnan(row), one, row).tolist(), given) for one in (worst, best))
        enough = given.weights[~np.isnan(row)].sum() / given.weights.sum() >= given.coverage
        expected.append((cautious[0], favourable[1]) if enough else (-1, -1))
    assert list(zip(found.pessimistic.tolist(), found.optimistic.tolist(), strict=True)) == expected
    assert len(set(expected)) > 5


SEEN = st.floats(0, 60)


@drawn_by(
    given=st.builds(
        lambda profiles, q, p, v, ordinary: thresholds(
            profiles=np.sort(np.array(profiles).reshape(3, 4), axis=0),
            indifference=np.array(q),
            preference=np.array(q) + p,
            veto=np.array(q) + p + v,
            ordinary=np.array(ordinary),
            coverage=0.0,
        ),
        profiles=st.lists(st.floats(5, 40), min_size=12, max_size=12),
        q=st.lists(st.floats(0, 3), min_size=4, max_size=4),
        p=st.lists(st.sampled_from([0.0, 2.0, 6.0]), min_size=4, max_size=4).map(np.array),
        v=st.lists(st.sampled_from([0.0, 5.0, 20.0, np.inf]), min_size=4, max_size=4).map(np.array),
        ordinary=st.lists(st.floats(0, 5), min_size=4, max_size=4),
    ),
    seen=st.lists(st.none() | SEEN, min_size=4, max_size=4),
    place=st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
def test_whatever_the_missing_values_turn_out_to_be_the_class_stands_between_the_two_readings(
    given: Thresholds, seen: list[float | None], place: list[float]
) -> None:
    best, worst = given.presumed
    low, high = np.where(np.isinf(best), -1e3, best), np.where(np.isinf(worst), 1e3, worst)
    row = np.array([NAN if one is None else one for one in seen])
    whole = np.where(np.isnan(row), low + np.array(place) * (high - low), row)
    doubtful, known = assign(np.array([row]), given), assign(np.array([whole]), given)
    assert doubtful.optimistic[0] <= known.optimistic[0] <= known.pessimistic[0] <= doubtful.pessimistic[0]


def test_the_whole_country_takes_less_than_a_second() -> None:
    values, given = drawn(150_000)
    took = []
    for _ in range(3):
        start = time.process_time()
        assert len(assign(values, given).pessimistic) == 150_000
        took.append(time.process_time() - start)
    assert min(took) < 1.0


def test_nobody_to_class_is_no_error() -> None:
    assert assign(np.empty((0, 4)), thresholds()).pessimistic.tolist() == []
