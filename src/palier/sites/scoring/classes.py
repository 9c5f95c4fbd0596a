"""The class of each unit, by comparison with profiles and never with the other units: ELECTRE TRI-B with veto.

Roy & Bouyssou (1993), Mousseau, Slowinski & Zielniewicz (2000). Criteria vote on whether a unit is at least as good as
a profile; thresholds in the criterion's own unit say what does not count yet (q), what counts wholly (p), and what no
majority makes up for (v). Two readings follow from the same votes, and their gap is the doubt:

- the cautious one (pessimistic, pseudo-conjunctive): a unit leaves a class only when it is proved good enough;
- the favourable one (optimistic, pseudo-disjunctive): it stays below a profile only when that profile is proved better.

Here a class grows with difficulty: 0 nothing, then one for each profile reached. The cautious reading is therefore
never below the favourable one, and a veto (one very bad criterion) forbids the mild classes in it.

A value that is missing speaks in both readings: the cautious one takes it for the worst it could be, the favourable one
for the best. Credibility only grows with quality, so both readings only fall with it, and whatever the missing values turn
out to be, the class that they would give stands between the two. Nothing is presumed of a criterion without veto; one that
has a veto is presumed between its ordinary value and p past its worst profile, where it already speaks in full: further,
one missing figure would alone make the worst class of everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from palier.sites.scoring.counts import Floats

Ints = npt.NDArray[np.int8]

_ROWS_AT_ONCE = 4096
"""What keeps the working tables in the processor's own memory."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The profiles of the classes and what counts, on m criteria, all in their own units."""

    profiles: Floats
    """(k, m) from the mildest to the worst: value beyond which a criterion speaks for the class."""
    ordinary: Floats
    """(m,) nothing to report."""
    indifference: Floats
    """(m,) q: a gap to the profile that does not count yet."""
    preference: Floats
    """(m,) p ≥ q: a gap that counts wholly."""
    veto: Floats
    """(m,) v ≥ p: a gap that no majority makes up for; infinite for none."""
    weights: Floats
    worse_when_high: npt.NDArray[np.bool_]
    cut: float = 0.75
    """λ: share of the weight that makes a proof."""
    coverage: float = 0.25
    """Share of the weight that must be observed for a class to be given at all."""

    @property
    def presumed(self) -> tuple[Floats, Floats]:
        """(m,) the best and the worst that a missing value could be."""
        worse, free = np.where(self.worse_when_high, 1.0, -1.0), np.isinf(self.veto)
        best = np.where(free, -worse * np.inf, self.ordinary)
        return best, np.where(free, worse * np.inf, self.profiles[-1] + worse * self.preference)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The class of n units under both readings: 0 nothing, up to k for the worst; −1 where too little is observed."""

    pessimistic: Ints
    optimistic: Ints
    coverage: Floats

    @property
    def gap(self) -> Ints:
        """(n,) classes between the two readings."""
        return self.pessimistic - self.optimistic


def assign(values: Floats, thresholds: Thresholds) -> Assignment:
    """The class of every unit: n × m values, NaN where missing (the two readings then stand further apart)."""
    found = [_assign(values[start : start + _ROWS_AT_ONCE], thresholds) for start in range(0, len(values), _ROWS_AT_ONCE)]
    if not found:
        return Assignment(np.empty(0, np.int8), np.empty(0, np.int8), np.empty(0))
    pessimistic, optimistic, coverage = (np.concatenate(part) for part in zip(*found, strict=True))
    return Assignment(pessimistic, optimistic, coverage)


def _assign(values: Floats, thresholds: Thresholds) -> tuple[Ints, Ints, Floats]:
    missing = np.isnan(values)
    best, worst = thresholds.presumed
    # Everything is turned so that more is better: g is quality, as in the books.
    sign = np.where(thresholds.worse_when_high, -1.0, 1.0)
    at_best, at_worst = (np.where(missing, presumed, values) * sign for presumed in (best, worst))
    profiles = thresholds.profiles * sign
    # Cautious: just below the mildest profile that the unit is proved to be as good as; the worst class if there is none.
    pessimistic = np.full(len(values), len(profiles), np.int8)
    left = np.arange(len(values))
    for rank, profile in enumerate(profiles):
        proved = _proved(profile - at_worst[left], thresholds)
        pessimistic[left[proved]] = rank
        left = left[~proved]
    # Favourable: just above the worst profile that is itself proved better than the unit, and not the other way round.
    # Where the cautious reading stops below a profile there is nothing to look for above it.
    optimistic = np.zeros(len(values), np.int8)
    for rank in reversed(range(len(profiles))):
        rows = np.flatnonzero((pessimistic > rank) & (optimistic == 0))
        rows = rows[_proved(at_best[rows] - profiles[rank], thresholds)]
        optimistic[rows[~_proved(profiles[rank] - at_best[rows], thresholds)]] = rank + 1
    coverage = ~missing @ thresholds.weights / thresholds.weights.sum()
    unknown = coverage < thresholds.coverage
    pessimistic[unknown] = optimistic[unknown] = -1
    return pessimistic, optimistic, coverage


def _proved(gap: Floats, thresholds: Thresholds) -> npt.NDArray[np.bool_]:
    return credibility(gap, thresholds) >= thresholds.cut - 1e-12


def credibility(gap: Floats, thresholds: Thresholds) -> Floats:
    """How far each unit is proved at least as good as a profile, from 0 to 1.

    ``gap`` (n, m) is what it lacks on each criterion.
    C = Σ w·c ÷ Σ w with c = 1 up to q, 0 from p, straight between; d = 0 up to p, 1 from v, straight between;
    σ = C · Π (1 − d) ÷ (1 − C) over the criteria where d > C.
    """
    q, p, v = thresholds.indifference, thresholds.preference, thresholds.veto
    sharp = p <= q  # Nothing between the two: a gap of exactly q does not count yet.
    agree = np.clip((p - gap) / np.where(sharp, 1.0, p - q), 0.0, 1.0)
    agree[:, sharp] = gap[:, sharp] <= q[sharp]
    concordance = np.einsum("ij,j->i", agree, thresholds.weights / thresholds.weights.sum())
    with_veto = np.flatnonzero(np.isfinite(v))
    p, v, lacked = p[with_veto], v[with_veto], gap[:, with_veto]
    sharp = v <= p
    against = np.clip((lacked - p) / np.where(sharp, 1.0, v - p), 0.0, 1.0)
    against[:, sharp] = lacked[:, sharp] > p[sharp]
    opposed = against > concordance[:, None]
    found: Floats = concordance.copy()
    rows = np.flatnonzero(opposed.any(axis=1))
    if len(rows):
        rest = 1.0 - concordance[rows, None]
        factors = np.where(opposed[rows], (1.0 - against[rows]) / np.where(rest > 0, rest, 1.0), 1.0)
        found[rows] *= factors.prod(axis=1)
    return found
