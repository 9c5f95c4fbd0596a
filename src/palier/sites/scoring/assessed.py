"""Everything that the sources say of a stock, from one table: score, classes under both readings, rank interval."""

from __future__ import annotations

from dataclasses import dataclass

from palier.sites.scoring.classes import Assignment, assign
from palier.sites.scoring.composite import Composite, composite
from palier.sites.scoring.counts import Floats
from palier.sites.scoring.doubt import DRAWS, RankInterval, rank_interval
from palier.sites.scoring.method import ScoringMethod


@dataclass(frozen=True, slots=True)
class Assessed:
    """The three answers on n residences, in the order of the table."""

    composite: Composite
    classes: Assignment
    ranks: RankInterval


def assess(values: Floats, method: ScoringMethod, *, draws: int = DRAWS) -> Assessed:
    """Rate a table (n residences × ``method.keys``, NaN where missing) under a version of the method."""
    return Assessed(
        composite=composite(values, method.criteria, method.method),
        classes=assign(values, method.thresholds),
        ranks=rank_interval(values, method.criteria, method.method, draws=draws),
    )
