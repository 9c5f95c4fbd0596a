"""Means, totals and shares of a sample drawn by strata or by clusters, with linearised standard errors.

Each person's part in an estimate is its *score* (what the estimate moves by when the person's weight does); the variance is
that of the sums of scores between the clusters of each stratum, with the finite population (Binder, D. A. (1983), On the
variances of asymptotically normal estimators from complex surveys, International Statistical Review 51). Where weights were
brought to known totals, scores are first freed of what these totals explain (Deville, J.-C. and Särndal, C.-E. (1992),
Calibration estimators in survey sampling, JASA 87). The same figures as R ``survey`` (Lumley, T. (2004), Journal of
Statistical Software 9), on its own data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from palier.estimates.proportions import Z95, Share, around

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int_]
Labels = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Units:
    """What was drawn: the unit of each row (None: the row itself), and by unit and stratum what their variance asks."""

    where: Ints | None
    stratum: Ints
    count: Ints
    left: Floats
    lone: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """Who answered, by row: how many people each one stands for, and how they were drawn.

    ``strata`` and ``clusters`` are labels (None: one stratum; each person drawn alone). ``frame`` says, on each row, how many
    people (or clusters, where clusters were drawn) its stratum holds; None for a population without end.
    ``known`` are the columns whose totals the weights were brought to, ``design`` the weights before, ``explains`` what turns
    the products of a figure with these columns into what they explain of it.
    """

    weights: Floats
    strata: Labels | None = None
    clusters: Labels | None = None
    frame: Floats | None = None
    known: Floats | None = None
    design: Floats | None = None
    explains: Floats | None = None

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def size(self) -> float:
        """How many people the sample stands for."""
        return float(self.weights.sum())

    @cached_property
    def units(self) -> Units:
        """What was drawn, worked out once for all the figures of the sample."""
        strata = np.zeros(len(self), dtype=int) if self.strata is None else _codes(self.strata)
        where, stratum = None, strata
        if self.clusters is not None:
            _, first, where = np.unique(_codes(self.clusters, strata), return_index=True, return_inverse=True)
            stratum = strata[first]
        count = np.bincount(stratum)
        left = np.ones(len(count))
        if self.frame is not None:
            sizes = np.zeros(len(count))
            sizes[strata] = self.frame
            left = np.maximum(1 - count / sizes, 0.0)
        return Units(where, stratum, count, left, (count < 2) & (left > 0))

    def calibrated(self, weights: Floats, known: Floats) -> Sample:
        """The same sample under weights brought to the totals of ``known`` (n × columns)."""
        if self.known is not None:
            raise ValueError("These weights were already brought to known totals.")
        explains: npt.NDArray[Any] = np.linalg.pinv((known.T * self.weights) @ known, hermitian=True)
        return replace(self, weights=weights, known=known, design=self.weights, explains=explains)


def drawn(strata: npt.ArrayLike, population: dict[Any, int]) -> Sample:
    """A simple draw in each stratum, everybody of a stratum standing for as many: N / n.

    Raises:
        ValueError: when a stratum holds fewer people than answered in it.
    """
    labels, where, counts = np.unique(np.asarray(strata), return_inverse=True, return_counts=True)
    sizes = np.array([float(population[label]) for label in labels.tolist()])
    if (sizes < counts).any():
        raise ValueError("More answers than people in a stratum.")
    return Sample((sizes / counts)[where], strata=where, frame=sizes[where])


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its standard error, from how many answers, and its design effect: its variance over that of a plain draw."""

    value: float
    error: float
    answers: int
    effect: float

    def interval(self, z: float = Z95) -> tuple[float, float]:
        """The bounds at 95 % unless told otherwise."""
        return self.value - z * self.error, self.value + z * self.error


def total(sample: Sample, values: npt.ArrayLike) -> Estimate:
    """The total of a figure over the people that the sample stands for. NaN: did not say, counts for nothing."""
    column, answered = _column(sample, values)
    value = float(sample.weights @ column)
    variance = _variance(sample, column)
    people = sample.size
    plain = people * people * _plain(sample, column, np.ones(len(sample), dtype=bool))
    return Estimate(value, sqrt(variance), int(answered.sum()), variance / plain if plain > 0 else 1.0)


def mean(sample: Sample, values: npt.ArrayLike, within: npt.NDArray[np.bool_] | None = None) -> Estimate | None:
    """The mean of a figure, over everybody or ``within`` a part; None when nobody there answered. NaN: did not say.

    A part is estimated as a ratio over the whole sample, so that how many fall in it is uncertain too.
    """
    column, answered = _column(sample, values)
    held = answered if within is None else answered & within
    weights = sample.weights * held
    people = float(weights.sum())
    if not people:
        return None
    value = float(weights @ column) / people
    scores = np.where(held, column - value, 0.0) / people
    variance = _variance(sample, scores)
    plain = _plain(sample, column, held)
    return Estimate(value, sqrt(variance), int(held.sum()), variance / plain if plain > 0 else 1.0)


def proportion(sample: Sample, yes: npt.ArrayLike, within: npt.NDArray[np.bool_] | None = None, z: float = Z95) -> Share | None:
    """The share of those for whom ``yes`` is 1 among those for whom it is 0 or 1; NaN: did not say.

    The interval is Wilson's at the size that the linearised variance is worth; where everybody says the same, that variance
    is nil and the size is what the weights alone leave (Kish).
    """
    found = mean(sample, yes, within)
    if found is None:
        return None
    value = min(max(found.value, 0.0), 1.0)
    spread = value * (1 - value)
    measured = found.error > 0 and spread > 0
    size = spread / found.error**2 if measured else kish(sample.weights[_held(yes, within)])
    return Share(value, found.answers, *around(value, size, z), size, found.effect)


def kish(weights: Floats) -> float:
    """How many equal weights these are worth: (Σw)² / Σw² (Kish, L. (1992), Weighting for unequal P, JOS 8)."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _held(values: npt.ArrayLike, within: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_]:
    answered: npt.NDArray[np.bool_] = ~np.isnan(np.asarray(values, dtype=float))
    return answered if within is None else answered & within


def _column(sample: Sample, values: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.bool_]]:
    column = np.asarray(values, dtype=float)
    if len(column) != len(sample):
        raise ValueError(f"{len(column)} values for {len(sample)} people.")
    answered = ~np.isnan(column)
    return np.where(answered, column, 0.0), answered


def _plain(sample: Sample, column: Floats, held: npt.NDArray[np.bool_]) -> float:
    """The variance of the mean under a plain draw of as many people, without replacement."""
    answers = int(held.sum())
    weights = sample.weights * held
    people = float(weights.sum())
    if answers < 2 or people <= answers:
        return 0.0
    spread = float(weights @ (column - weights @ column / people) ** 2) / people * answers / (answers - 1)
    return spread / answers * (1 - answers / people)


def _variance(sample: Sample, scores: Floats) -> float:
    """The variance of the weighted sum of the scores."""
    units = sample.units
    parts = sample.weights * _freed(sample, scores)
    sums = parts if units.where is None else np.bincount(units.where, weights=parts)
    centred = sums - (np.bincount(units.stratum, weights=sums) / units.count)[units.stratum]
    squares = np.bincount(units.stratum, weights=centred**2)
    if units.lone.any():
        # One unit says nothing of its stratum: it is measured from the general mean, which errs on the safe side.
        squares = np.where(units.lone, np.bincount(units.stratum, weights=(sums - sums.mean()) ** 2), squares)
    spread = np.where(units.count > 1, units.count / np.maximum(units.count - 1, 1), 1.0)
    return float((squares * units.left * spread).sum())


def _freed(sample: Sample, scores: Floats) -> Floats:
    """The scores less what the known totals explain, by least squares under the weights of the draw."""
    if sample.known is None or sample.design is None or sample.explains is None:
        return scores
    return scores - sample.known @ (sample.explains @ (sample.known.T @ (sample.design * scores)))


def _codes(labels: Labels, strata: npt.NDArray[np.int_] | None = None) -> npt.NDArray[np.int_]:
    """Labels as numbers; the same cluster name in two strata is two clusters."""
    codes: npt.NDArray[np.int_] = np.unique(labels, return_inverse=True)[1]
    return codes if strata is None else codes + (codes.max(initial=0) + 1) * strata
