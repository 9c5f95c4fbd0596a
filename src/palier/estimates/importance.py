"""What weighs most in the overall opinion: the importance of each theme, derived from the answers, beside its satisfaction.

Asked how important a theme is, people say that all are. The weight of a theme is therefore what it adds to the explanation of
the overall satisfaction, averaged over every order in which themes can come in: Lindeman, R. H., Merenda, P. F. and Gold, R. Z.
(1980), p. 119, as in R ``relaimpo`` (Grömping, U. (2006), Journal of Statistical Software 17). Themes that go together share
what they explain; the weights are never negative and add up to what all themes explain (R²).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from palier.estimates.designs import Floats

MOST_THEMES = 12
FEWEST_ANSWERS = 30
FEWEST_BY_THEME = 5


@dataclass(frozen=True, slots=True)
class Importance:
    """How much of the overall opinion each theme explains, how much all of them do, and from how many complete answers."""

    explained: Floats
    whole: float
    answers: int

    @property
    def shares(self) -> Floats:
        """The part of each theme in what is explained; adds up to 1."""
        return self.explained / self.whole if self.whole > 0 else np.zeros_like(self.explained)


def importance(themes: Floats, overall: Floats, weights: Floats | None = None) -> Importance | None:
    """The weight of each of p themes (n × p) in the overall opinion; None when too few answered everything to tell.

    A row with a missing answer (NaN) is left out; ``FEWEST_ANSWERS`` whole ones are asked for, and ``FEWEST_BY_THEME`` a theme.

    Raises:
        ValueError: beyond ``MOST_THEMES``, where orders are too many: group items into themes first.
    """
    if themes.shape[1] > MOST_THEMES:
        raise ValueError(f"{themes.shape[1]} themes: at most {MOST_THEMES}.")
    whole = ~(np.isnan(themes).any(axis=1) | np.isnan(overall))
    answers = int(whole.sum())
    held = np.ones(answers) if weights is None else weights[whole]
    table = np.column_stack([overall[whole], themes[whole]])
    count = themes.shape[1]
    if answers < max(FEWEST_ANSWERS, FEWEST_BY_THEME * count):
        return None
    covariance = np.cov(table, rowvar=False, aweights=held)
    spread = np.sqrt(np.diag(covariance))
    if not (spread > 0).all():
        return None
    correlation = covariance / np.outer(spread, spread)
    explained = _explained(correlation)
    added = np.zeros(count)
    for members, told in explained.items():
        for theme in set(range(count)) - set(members):
            order = 1 / (count * comb(count - 1, len(members)))
            added[theme] += order * (explained[tuple(sorted((*members, theme)))] - told)
    return Importance(np.maximum(added, 0.0), explained[tuple(range(count))], answers)


def _explained(correlation: Floats) -> dict[tuple[int, ...], float]:
    """R² of the overall opinion on each set of themes."""
    count = len(correlation) - 1
    told: dict[tuple[int, ...], float] = {(): 0.0}
    for size in range(1, count + 1):
        sets = list(combinations(range(count), size))
        rows = np.array(sets) + 1
        between = correlation[rows[:, :, None], rows[:, None, :]] + 1e-10 * np.eye(size)
        with_overall = correlation[0][rows]
        solved = np.linalg.solve(between, with_overall[:, :, None])[:, :, 0]
        told |= dict(zip(sets, (solved * with_overall).sum(axis=1).tolist(), strict=True))
    return told
