"""What raises or lowers an ordered answer: the proportional-odds model.

McCullagh, P. (1980), Regression models for ordinal data, JRSS B 42. The four degrees of satisfaction are kept as they are:
no note is given to words, no mean is taken of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from palier.estimates.designs import Floats

_TURNS = 60
_FLAT = 1e-9
"""A likelihood that bends less than this, by answer, has no top."""


@dataclass(frozen=True, slots=True)
class Ordinal:
    """Coefficients (above 0: more satisfied), thresholds between degrees, standard errors of both, and the deviance."""

    coefficients: Floats
    errors: Floats
    thresholds: Floats
    threshold_errors: Floats
    deviance: float

    def probabilities(self, covariates: Floats) -> Floats:
        """How likely each degree is (n × degrees), by row of covariates."""
        below = _logistic(self.thresholds[None, :] - (covariates @ self.coefficients)[:, None])
        whole = np.hstack([np.zeros((len(below), 1)), below, np.ones((len(below), 1))])
        return np.diff(whole, axis=1)


def proportional_odds(degrees: npt.NDArray[np.int_], covariates: Floats, weights: Floats | None = None) -> Ordinal:
    """Fit n answers (0 for the least satisfied) on n × p covariates, without a column of ones, by maximum likelihood.

    ``weights`` are how many people answered so. The standard errors are those of the observed information.

    Raises:
        ValueError: when a degree is given by nobody, or the covariates separate the answers so well that nothing bounds them.
    """
    counts = np.ones(len(degrees)) if weights is None else weights
    tally = np.bincount(degrees, weights=counts)
    if not (tally > 0).all():
        raise ValueError("A degree that nobody gave cannot be modelled: leave it out.")
    cuts = len(tally) - 1
    share = np.cumsum(tally)[:-1] / tally.sum()
    found = np.concatenate([np.log(share / (1 - share)), np.zeros(covariates.shape[1])])
    value, slope, bend = _likelihood(found, degrees, covariates, counts, cuts)
    for _ in range(_TURNS):
        if np.linalg.eigvalsh(-bend)[0] < _FLAT * counts.sum():
            raise ValueError("The covariates separate the answers, or repeat each other: no finite coefficients.")
        step = np.linalg.solve(-bend, slope)
        for _ in range(40):
            tried = _likelihood(found + step, degrees, covariates, counts, cuts)
            if tried[0] >= value - 1e-12 * abs(value):
                break
            step = step / 2
        found = found + step
        value, slope, bend = tried
        if np.abs(step).max() < 1e-9:
            break
    errors = np.sqrt(np.diag(np.linalg.inv(-bend)))
    return Ordinal(found[cuts:], errors[cuts:], found[:cuts], errors[:cuts], -2 * value)


def _logistic(at: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(at, -700, 700)))


def _likelihood(
    found: Floats, degrees: npt.NDArray[np.int_], covariates: Floats, counts: Floats, cuts: int
) -> tuple[float, Floats, Floats]:
    """The log-likelihood, its slope and its second derivatives, in the thresholds then the coefficients."""
    thresholds = np.concatenate([[-np.inf], found[:cuts], [np.inf]])
    line = covariates @ found[cuts:]
    upper, lower = thresholds[degrees + 1] - line, thresholds[degrees] - line
    at_upper, at_lower = _logistic(upper), _logistic(lower)
    chance = at_upper - at_lower
    if not (chance > 0).all():
        size = len(found)
        return -np.inf, np.zeros(size), -np.eye(size)
    dense_upper, dense_lower = at_upper * (1 - at_upper), at_lower * (1 - at_lower)
    first_upper, first_lower = dense_upper / chance, dense_lower / chance
    bend_upper = first_upper * (1 - 2 * at_upper) - first_upper**2
    bend_lower = -first_lower * (1 - 2 * at_lower) - first_lower**2
    cross = first_upper * first_lower
    rows = np.arange(len(degrees))
    to_upper, to_lower = np.zeros((len(degrees), cuts + 2)), np.zeros((len(degrees), cuts + 2))
    to_upper[rows, degrees + 1] = 1
    to_lower[rows, degrees] = 1
    by_upper = np.hstack([to_upper[:, 1:-1], -covariates])
    by_lower = np.hstack([to_lower[:, 1:-1], -covariates])
    slope = (counts * first_upper) @ by_upper - (counts * first_lower) @ by_lower
    mixed = (by_upper.T * (counts * cross)) @ by_lower
    bend = (by_upper.T * (counts * bend_upper)) @ by_upper + (by_lower.T * (counts * bend_lower)) @ by_lower + mixed + mixed.T
    return float(counts @ np.log(chance)), slope, bend
