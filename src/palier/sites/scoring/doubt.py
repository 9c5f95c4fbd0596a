"""How much a rank owes to choices that another honest person would have made otherwise.

Saisana, Saltelli & Tarantola (2005), *Uncertainty and sensitivity analysis techniques as tools for the quality
assessment of composite indicators*. A rank is never given bare: it comes with the interval it keeps while normalisation,
aggregation, weights (± 25 %), one indicator left out and the values that are missing change together. Sobol indices say
which of these choices moves it. Seeds are fixed: the same tables give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from palier.sites.scoring.composite import (
    Aggregation,
    Criterion,
    Family,
    Method,
    Normalisation,
    Tree,
    aggregate,
    normalise,
    treat,
)
from palier.sites.scoring.counts import Floats

Ranks = npt.NDArray[np.int32]

WEIGHT_SPREAD = 0.25
"""Each weight is drawn between 25 % less and 25 % more."""
DRAWS = 128
SHARE = 0.9
"""Share of the draws that an interval holds."""
UNSEEN = 101
"""Values, evenly from the best to the worst, that an indicator which nobody observed is drawn from."""
SIZE = 256
"""Base sample of the Sobol indices (a power of two)."""


@dataclass(frozen=True, slots=True)
class RankInterval:
    """The rank of n units (1 the most in difficulty; 0 where nothing is observed) and where it stays."""

    rank: Ranks
    """By the method itself."""
    low: Ranks
    middle: Ranks
    """The most common: the median of the draws."""
    high: Ranks
    ranked: int
    """Units that have a rank."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What one choice does to the rank of a unit: alone (first order) and with the others (total), from 0 to 1."""

    factor: str
    first: float
    total: float


class Variants:
    """A table under every choice: normalised each way once, so that a draw costs one product of matrices."""

    def __init__(self, values: Floats, criteria: Sequence[Criterion], method: Method, families: Sequence[Family] = ()) -> None:
        self.method, self.tree = method, Tree(criteria, families)
        self.weights = np.array([one.weight for one in criteria])
        self.tables: dict[Normalisation, Floats] = {}
        for how in Normalisation:
            table = values
            if method.treat_outliers and how is not Normalisation.PERCENTILE:
                table, _ = treat(values, criteria, bounded=how is Normalisation.MIN_MAX)
            self.tables[how], _ = normalise(table, criteria, Method(how, scale=method.scale))
        missing = np.isnan(values)
        self.known = np.flatnonzero(~missing.all(axis=1))
        self.missing = np.flatnonzero(missing)
        observed = ~missing
        # What nobody observed could be anything, from the best to the worst.
        anything = np.linspace(0.0, method.scale, UNSEEN)
        sizes = np.where(observed.any(axis=0), observed.sum(axis=0), UNSEEN)
        columns = self.missing % values.shape[1]
        self._sizes, self._starts = sizes[columns], (np.cumsum(sizes) - sizes)[columns]
        self._observed = {
            how: np.concatenate(
                [np.sort(column[seen]) if seen.any() else anything for column, seen in zip(table.T, observed.T, strict=True)]
            )
            for how, table in self.tables.items()
        }

    def ranks(
        self,
        how: Normalisation,
        aggregation: Aggregation,
        weights: Floats,
        quantiles: Floats | None = None,
    ) -> Ranks:
        """The rank of each unit under one set of choices.

        ``quantiles`` puts in the place of each missing cell the value that stands there among those observed, or between the
        best and the worst where nobody observed any.
        """
        table = self.tables[how]
        if quantiles is not None and len(quantiles):
            places = self._starts + np.minimum((quantiles * self._sizes).astype(np.intp), self._sizes - 1)
            table = table.copy()
            table.reshape(-1)[self.missing] = self._observed[how][places]
        return rank(aggregate(table, self.tree, weights, aggregation).values[""], self.known)

    def own(self) -> Ranks:
        """The rank by the method itself."""
        return self.ranks(self.method.normalisation, self.method.aggregation, self.weights)


def rank(scores: Floats, known: npt.NDArray[np.intp] | None = None) -> Ranks:
    """1 for the highest score, the same rank for equal ones; 0 where it is NaN or not ``known``."""
    found = np.zeros(len(scores), np.int32)
    rows = np.flatnonzero(~np.isnan(scores)) if known is None else known[~np.isnan(scores[known])]
    # Scores that differ by less than rounding are equal, whatever the order in which they were added up.
    ranked = np.sort(-np.round(scores[rows], 9))
    found[rows] = np.searchsorted(ranked, -np.round(scores[rows], 9)) + 1
    return found


def rank_interval(
    values: Floats,
    criteria: Sequence[Criterion],
    method: Method,
    families: Sequence[Family] = (),
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> RankInterval:
    """The rank of every unit and the interval that 90 % of the draws keep it in, its own rank always inside.

    Each draw takes a normalisation, an aggregation, weights within ± 25 %, one indicator left out (or none), and for each
    missing value one of those observed elsewhere, or anything from the best to the worst where nobody observed any: a missing
    source widens the interval.
    """
    variants, rng = Variants(values, criteria, method, families), np.random.default_rng(seed)
    own = variants.own()
    drawn = np.empty((draws, len(values)), np.int32)
    for one in drawn:
        weights = variants.weights * rng.uniform(1 - WEIGHT_SPREAD, 1 + WEIGHT_SPREAD, len(criteria))
        dropped = rng.integers(len(criteria) + 1)
        if dropped < len(criteria) and len(criteria) > 1:
            weights[dropped] = 0.0
        how = list(Normalisation)[rng.integers(len(Normalisation))]
        aggregation = list(Aggregation)[rng.integers(len(Aggregation))]
        one[:] = variants.ranks(how, aggregation, weights, rng.random(len(variants.missing)))
    # A unit whose only indicator was left out has no rank in that draw: the draw says nothing of it.
    drawn.sort(axis=0)
    silent = (drawn == 0).sum(axis=0)
    low, middle, high = (_at(drawn, silent, share) for share in ((1 - SHARE) / 2, 0.5, (1 + SHARE) / 2))
    return RankInterval(
        rank=own,
        low=np.minimum(low, own),
        middle=middle,
        high=np.maximum(high, own),
        ranked=int((own > 0).sum()),
    )


def _at(drawn: Ranks, silent: npt.NDArray[np.intp], share: float) -> Ranks:
    """The rank at a share of the draws that say something, sorted; 0 where none does."""
    place = silent + np.floor(share * (len(drawn) - silent)).astype(np.intp)
    found: Ranks = np.take_along_axis(drawn, np.minimum(place, len(drawn) - 1)[None, :], axis=0)[0]
    return found


def sensitivity(
    values: Floats,
    criteria: Sequence[Criterion],
    method: Method,
    families: Sequence[Family] = (),
    *,
    unit: int,
    size: int = SIZE,
    seed: int = 0,
) -> tuple[Influence, ...]:
    """What moves the rank of one unit, the strongest first: Sobol indices of each choice.

    Factors: ``normalisation``, ``aggregation``, ``dropped`` (the indicator left out), ``missing`` (what the missing values
    would have been) and ``weight:<family>`` for the weights of each family. All zero where the rank never moves.
    """
    from scipy import stats  # noqa: PLC0415 - a second to import, only where somebody asks

    variants = Variants(values, criteria, method, families)
    names = list(dict.fromkeys(one.family for one in criteria))
    of_family = np.array([names.index(one.family) for one in criteria])
    factors = ["normalisation", "aggregation", "dropped", "missing", *(f"weight:{name}" for name in names)]
    # Each missing cell follows the one factor from its own place, so that they do not all rise together.
    offsets = np.random.default_rng(seed).random(len(variants.missing))

    def ranks(drawn: Floats) -> Floats:
        found = np.empty(drawn.shape[1])
        for index, one in enumerate(drawn.T):
            weights = variants.weights * (1 - WEIGHT_SPREAD + 2 * WEIGHT_SPREAD * one[4:][of_family])
            dropped = int(one[2] * (len(criteria) + 1))
            if dropped < len(criteria) and len(criteria) > 1:
                weights[dropped] = 0.0
            how = list(Normalisation)[int(one[0] * len(Normalisation))]
            aggregation = list(Aggregation)[int(one[1] * len(Aggregation))]
            found[index] = variants.ranks(how, aggregation, weights, (offsets + one[3]) % 1.0)[unit]
        return found

    first, total = sobol(ranks, [stats.uniform()] * len(factors), size=size, seed=seed)
    found = [Influence(name, float(one), float(all_)) for name, one, all_ in zip(factors, first, total, strict=True)]
    return tuple(sorted(found, key=lambda one: -one.total))


def sobol(function: Callable[[Floats], Floats], laws: Sequence[object], *, size: int, seed: int) -> tuple[Floats, Floats]:
    """First-order and total Sobol indices of a function of (d, n) draws (Saltelli 2010 estimators, ``scipy.stats``)."""
    from scipy import stats  # noqa: PLC0415 - as above

    moved = False

    def watched(drawn: Floats) -> Floats:
        nonlocal moved
        found = function(drawn)
        moved = moved or bool(np.ptp(found))
        return found

    with np.errstate(invalid="ignore", divide="ignore"):
        found = stats.sobol_indices(func=watched, n=size, dists=list(laws), rng=np.random.default_rng(seed))
    if not moved:
        return np.zeros(len(laws)), np.zeros(len(laws))
    return np.clip(found.first_order, 0.0, 1.0), np.clip(found.total_order, 0.0, 1.0)
