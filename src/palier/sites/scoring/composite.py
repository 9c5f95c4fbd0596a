"""The composite score of each unit, level by level, with what each criterion brings to it.

Built as the OECD and the JRC advise (*Handbook on Constructing Composite Indicators*, 2008; the R package COINr, whose
ASEM index is reproduced in the tests): direction, treatment of outliers, normalisation, weights, aggregation. A value
that is missing is left out and the weights of the others are scaled up; it never counts as zero, and ``coverage`` says
how much of the weight was really observed.

A score grows with difficulty, from 0 to ``Method.scale``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np

from palier.sites.scoring.counts import Floats

SKEW = 2.0
"""Above it, together with ``KURTOSIS``, a column has outliers (OECD/JRC)."""
KURTOSIS = 3.5
WINSORISED_AT_MOST = 5
"""Values brought back to the next one before a logarithm is taken instead."""
NORMAL_MAD = 1.482602218505602
"""What makes the median absolute deviation a standard deviation under a normal law."""
Z_REACH = 3.0
"""Deviations on each side of the median that fill the scale."""


class Normalisation(StrEnum):
    """What brings all criteria onto one scale."""

    MIN_MAX = "min_max"
    """(x − min) ÷ (max − min), between the criterion's own bounds when it has some."""
    ROBUST_Z = "robust_z"
    """(x − median) ÷ (1.4826 × MAD), the median in the middle of the scale and three deviations on each side."""
    PERCENTILE = "percentile"
    """(mean rank − ½) ÷ number observed."""


class Aggregation(StrEnum):
    """How the parts make a whole."""

    ARITHMETIC = "arithmetic"
    """Σ w·x ÷ Σ w: a good part makes up for a bad one."""
    GEOMETRIC = "geometric"
    """exp(Σ w·ln(1 + x) ÷ Σ w) − 1: it makes up for it less."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One column of the table."""

    key: str
    family: str
    worse_when_high: bool = True
    weight: float = 1.0
    bounds: tuple[float, float] | None = None
    """The two values, in its own unit, that give 0 and the whole scale; the extremes of the table when None."""


@dataclass(frozen=True, slots=True)
class Family:
    """A level between criteria and the total; its weight is that of what it holds when it says none."""

    key: str
    parent: str = ""
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """The choices that make a score."""

    normalisation: Normalisation = Normalisation.MIN_MAX
    aggregation: Aggregation = Aggregation.ARITHMETIC
    treat_outliers: bool = True
    scale: float = 100.0


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was done to a column with outliers: values brought back to the next one, or a logarithm when 0."""

    key: str
    winsorised: int


@dataclass(frozen=True, slots=True)
class Composite:
    """The scores of n units on m criteria."""

    scores: Floats
    """(n,) NaN where nothing is observed."""
    families: dict[str, Floats]
    """(n,) for each family, at every level."""
    contributions: Floats
    """(n, m) what each criterion brings; each line adds up to the score; NaN where it is not observed."""
    coverage: Floats
    """(n,) share of the weight that is really observed."""
    normalised: Floats
    """(n, m)"""
    treated: tuple[Treatment, ...]
    notes: tuple[str, ...]
    """What had to be done otherwise than the method says, in French."""


@dataclass(frozen=True)
class Tree:
    """Criteria under families under the total, with the weights of each level."""

    criteria: Sequence[Criterion]
    families: Sequence[Family] = ()

    @cached_property
    def known(self) -> dict[str, Family]:
        """Every family by its key, those that only criteria name included."""
        found = {family.key: family for family in self.families}
        for key in [*(one.family for one in self.criteria), *(one.parent for one in self.families)]:
            if key:
                found.setdefault(key, Family(key))
        return found

    @cached_property
    def leaves(self) -> dict[str, list[int]]:
        """The columns that stand directly under each family ("" is the total)."""
        found: dict[str, list[int]] = {}
        for index, one in enumerate(self.criteria):
            found.setdefault(one.family, []).append(index)
        return found

    @cached_property
    def branches(self) -> dict[str, list[str]]:
        """The families that stand directly under each family ("" is the total)."""
        found: dict[str, list[str]] = {}
        for key, family in self.known.items():
            found.setdefault(family.parent, []).append(key)
        return found

    def weight(self, key: str, weights: Floats) -> float:
        """The weight of a family beside its sisters."""
        own = self.known[key].weight
        return float(sum(weights[i] for i in self.columns(key))) if own is None else own

    def columns(self, key: str) -> Iterable[int]:
        """Every column under a family, at any depth."""
        yield from self.leaves.get(key, [])
        for branch in self.branches.get(key, []):
            yield from self.columns(branch)


@dataclass
class Folded:
    """A table brought to one value a family: ``log1p`` of it when the aggregation is geometric."""

    tree: Tree
    filled: Floats
    observed: Floats
    weights: Floats
    values: dict[str, Floats] = field(default_factory=dict)
    wholes: dict[str, Floats] = field(default_factory=dict)
    """Weight observed directly under each family, which shares are taken of."""

    def __post_init__(self) -> None:
        # The sums of all families at once: two products of matrices, whatever their number.
        places = {key: place for place, key in enumerate(self.tree.leaves)}
        spread = np.zeros((len(self.weights), len(places)))
        for key, columns in self.tree.leaves.items():
            spread[columns, places[key]] = self.weights[columns]
        totals, wholes = (self.filled @ spread).T, (self.observed @ spread).T
        self._sums = {key: (totals[place], wholes[place]) for key, place in places.items()}

    def fold(self, key: str = "") -> Floats:
        """The weighted mean of what a family holds, NaN where nothing of it is observed."""
        nothing = np.zeros(len(self.filled))
        total, whole = (part.copy() for part in self._sums.get(key, (nothing, nothing)))
        for branch in self.tree.branches.get(key, []):
            weight = self.tree.weight(branch, self.weights)
            value = self.fold(branch)
            seen = ~np.isnan(value)
            total += np.where(seen, value, 0.0) * weight
            whole += seen * weight
        with np.errstate(invalid="ignore", divide="ignore"):
            self.values[key] = np.where(whole > 0, total / whole, np.nan)
        self.wholes[key] = whole
        return self.values[key]

    def shares(self) -> Floats:
        """(n, m) the part of the total that each observed cell weighs; each line adds up to 1."""
        found = np.zeros_like(self.filled)
        self._share("", np.ones(len(found)), found)
        return found * self.observed

    def _share(self, key: str, above: Floats, found: Floats) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(self.wholes[key] > 0, above / self.wholes[key], 0.0)
        for leaf in self.tree.leaves.get(key, []):
            found[:, leaf] = part * self.weights[leaf]
        for branch in self.tree.branches.get(key, []):
            self._share(branch, part * self.tree.weight(branch, self.weights), found)


def composite(values: Floats, criteria: Sequence[Criterion], method: Method, families: Sequence[Family] = ()) -> Composite:
    """The score of every unit: n × m values, NaN where missing.

    With an arithmetic aggregation a criterion contributes its share of the weight times its normalised value. With a
    geometric one it contributes L(S + 1, 1) · share · ln(1 + x), where L(a, b) = (a − b) ÷ ln(a ÷ b) is the logarithmic
    mean: the additive decomposition of Ang (2004, LMDI-I), which leaves no remainder either.
    """
    table = np.asarray(values, dtype=np.float64)
    treated: tuple[Treatment, ...] = ()
    if method.treat_outliers and method.normalisation is not Normalisation.PERCENTILE:
        table, treated = treat(table, criteria, bounded=method.normalisation is Normalisation.MIN_MAX)
    normalised, notes = normalise(table, criteria, method)
    tree, weights = Tree(criteria, families), np.array([one.weight for one in criteria])
    folded = aggregate(normalised, tree, weights, method.aggregation)
    shares, geometric = folded.shares(), method.aggregation is Aggregation.GEOMETRIC
    levels = {key: np.expm1(value) if geometric else value for key, value in folded.values.items()}
    scores = levels.pop("")
    contributions = shares * folded.filled
    if geometric:
        logs = folded.values[""]
        with np.errstate(invalid="ignore", divide="ignore"):
            contributions *= np.where(logs > 0, scores / logs, 1.0)[:, None]
    seen = ~np.isnan(normalised)
    return Composite(
        scores=scores,
        families=levels,
        contributions=np.where(seen, contributions, np.nan),
        coverage=seen @ _overall(tree, weights),
        normalised=normalised,
        treated=treated,
        notes=notes,
    )


def aggregate(normalised: Floats, tree: Tree, weights: Floats, aggregation: Aggregation) -> Folded:
    """A normalised table folded up to its total; ``values[""]`` holds it (its ``log1p`` when geometric)."""
    seen = ~np.isnan(normalised)
    filled = np.where(seen, normalised, 0.0)
    if aggregation is Aggregation.GEOMETRIC:
        filled = np.log1p(filled)
    folded = Folded(tree, filled, seen.astype(np.float64), weights)
    folded.fold()
    return folded


def _overall(tree: Tree, weights: Floats) -> Floats:
    """(m,) the part of the total that each criterion weighs when everything is observed."""
    whole = aggregate(np.zeros((1, len(weights))), tree, weights, Aggregation.ARITHMETIC)
    return np.asarray(whole.shares()[0])


def treat(values: Floats, criteria: Sequence[Criterion], *, bounded: bool = False) -> tuple[Floats, tuple[Treatment, ...]]:
    """Bring outliers back, column by column, where |skewness| > 2 and excess kurtosis > 3.5.

    The most extreme values (five at most) take the value of the next one; if that is not enough, the logarithm
    ln(x − min + 0.01 · (max − min)) is taken of the column as it was, mirrored when it leans to the left. This is the
    treatment of COINr (``Treat``, ``winsorise`` then ``log_CT``). A column with its own bounds is cut at them later
    and stays as it is when ``bounded``.
    """
    table, done = values.copy(), []
    for index, one in enumerate(criteria):
        if bounded and one.bounds:
            continue
        seen = np.flatnonzero(~np.isnan(table[:, index]))
        column = table[seen, index]
        if not _outlying(column):
            continue
        mirrored = shape(column)[0] < 0
        treated, winsorised = _winsorised(-column if mirrored else column)
        table[seen, index] = -treated if mirrored else treated
        done.append(Treatment(one.key, winsorised))
    return table, tuple(done)


def _outlying(column: Floats) -> bool:
    if len(column) < 4 or np.ptp(column) == 0:
        return False
    skewness, kurtosis = shape(column)
    return abs(skewness) > SKEW and kurtosis > KURTOSIS


def shape(column: Floats) -> tuple[float, float]:
    """The skewness and the excess kurtosis of four values or more that are not all equal, for a sample.

    G1 and G2 of Joanes & Gill (1998): g1 · √(n(n − 1)) ÷ (n − 2), and ((n + 1) g2 + 6)(n − 1) ÷ ((n − 2)(n − 3)).
    """
    n, gaps = len(column), column - column.mean()
    second, third, fourth = (float((gaps**power).mean()) for power in (2, 3, 4))
    g1, g2 = third / second**1.5, fourth / second**2 - 3.0
    return g1 * math.sqrt(n * (n - 1)) / (n - 2), ((n + 1) * g2 + 6.0) * (n - 1) / ((n - 2) * (n - 3))


def _winsorised(column: Floats) -> tuple[Floats, int]:
    ranked = np.sort(column)
    for many in range(1, min(WINSORISED_AT_MOST, len(column) - 2) + 1):
        tried = np.minimum(column, ranked[-1 - many])
        if not _outlying(tried):
            return tried, many
    return np.log(column - ranked[0] + 0.01 * (ranked[-1] - ranked[0])), 0


def normalise(values: Floats, criteria: Sequence[Criterion], method: Method) -> tuple[Floats, tuple[str, ...]]:
    """Every column on one scale, from 0 (best) to ``method.scale`` (worst), and what had to be done otherwise."""
    found, notes = np.full_like(values, np.nan), []
    for index, one in enumerate(criteria):
        seen = np.flatnonzero(~np.isnan(values[:, index]))
        if not len(seen):
            notes.append(f"{one.key} : aucune valeur.")
            continue
        part, note = _unit(values[seen, index], one, method.normalisation)
        if note:
            notes.append(f"{one.key} : {note}")
        found[seen, index] = part if one.worse_when_high else 1.0 - part
    return found * method.scale, tuple(notes)


def _unit(column: Floats, criterion: Criterion, how: Normalisation) -> tuple[Floats, str]:
    """A column between 0 and 1, growing with its values."""
    if how is Normalisation.PERCENTILE:
        from scipy import stats  # noqa: PLC0415 - a second to import, for rank intervals alone

        return (stats.rankdata(column) - 0.5) / len(column), ""
    if how is Normalisation.ROBUST_Z:
        middle = float(np.median(column))
        spread, note = float(np.median(np.abs(column - middle))) * NORMAL_MAD, ""
        if spread == 0 and len(column) > 1:
            # Where more than half of the units have the same value (rare events), the MAD is nil and says nothing.
            middle, spread = float(np.mean(column)), float(np.std(column, ddof=1))
            note = "plus de la moitié des valeurs sont égales, l’écart type remplace l’écart absolu médian."
        if spread == 0:
            return np.full_like(column, 0.5), "toutes les valeurs sont égales."
        return np.clip((column - middle) / spread / (2 * Z_REACH) + 0.5, 0.0, 1.0), note
    low, high = sorted(criterion.bounds) if criterion.bounds else (float(column.min()), float(column.max()))
    if high == low:
        return np.full_like(column, 0.5), "toutes les valeurs sont égales."
    return np.clip((column - low) / (high - low), 0.0, 1.0), ""
