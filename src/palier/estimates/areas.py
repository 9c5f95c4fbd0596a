"""Means of small areas, from a direct estimate of each and what else is known of it (Fay and Herriot).

Fay, R. E. and Herriot, R. A. (1979), Estimates of income for small places, JASA 74. The spread between areas is found by
restricted maximum likelihood, the mean squared error by Prasad and Rao's formula in the form of Datta and Lahiri (2000),
as R ``sae`` does (Molina, I. and Marhuenda, Y. (2015), The R Journal 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from palier.estimates.designs import Floats

_TURNS = 200


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas as modelled: estimate and mean squared error of each, how much of it is its own (``own``, 0 to 1).

    ``coefficients`` and their ``errors`` are those of the covariates, ``spread`` the variance between areas once these are known.
    """

    values: Floats
    squared_errors: Floats
    own: Floats
    coefficients: Floats
    errors: Floats
    spread: float


def fay_herriot(direct: Floats, variances: Floats, covariates: Floats) -> Areas:
    """Model n areas on n × p covariates (a column of ones first), given the variance of each direct estimate.

    Raises:
        ValueError: when a variance is not above zero, or there are no more areas than covariates.
    """
    areas, count = covariates.shape
    if not (variances > 0).all():
        raise ValueError("Each direct estimate needs a variance above zero.")
    if areas <= count:
        raise ValueError(f"{areas} areas for {count} covariates.")
    spread = float(np.median(variances))
    for _ in range(_TURNS):
        weights = 1 / (spread + variances)
        spread_of = np.linalg.inv((covariates.T * weights) @ covariates)
        project = np.diag(weights) - (covariates * weights[:, None]) @ spread_of @ (covariates * weights[:, None]).T
        residual = project @ direct
        score = (residual @ residual - np.trace(project)) / 2
        moved = max(spread + score / (np.trace(project @ project) / 2), 0.0)
        if abs(moved - spread) <= 1e-10 * (1 + spread):
            break
        spread = moved
    weights = 1 / (spread + variances)
    spread_of = np.linalg.inv((covariates.T * weights) @ covariates)
    coefficients = spread_of @ (covariates.T * weights) @ direct
    own = spread * weights
    fitted = covariates @ coefficients
    first = own * variances
    second = (1 - own) ** 2 * np.einsum("ij,jk,ik->i", covariates, spread_of, covariates)
    third = variances**2 * weights**3 * 2 / float((weights**2).sum())
    return Areas(
        own * direct + (1 - own) * fitted,
        first + second + 2 * third,
        own,
        coefficients,
        np.sqrt(np.diag(spread_of)),
        spread,
    )
