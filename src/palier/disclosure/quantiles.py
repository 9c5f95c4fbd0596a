"""Medians and quartiles between contributors: enough of them, none too large, rounded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from palier.disclosure.primary import BETWEEN_LANDLORDS, Policy, Why, hidden_because


@dataclass(frozen=True, slots=True)
class Quartiles:
    """What is published of a figure between contributors: never the least nor the greatest, which are somebody's."""

    low: float
    median: float
    high: float


def quartiles(
    figures: Mapping[Any, float], weights: Mapping[Any, float], *, step: float, policy: Policy = BETWEEN_LANDLORDS
) -> Quartiles | Why:
    """The quartiles of the contributors' figures rounded to ``step``, or why they are hidden.

    Each contributor counts once; ``weights`` (homes) serve to tell whether one is too large. Quartiles are interpolated
    between neighbours in the order (the seventh definition of R. J. Hyndman and Y. Fan, « Sample quantiles in statistical
    packages », 1996). Rounding keeps a figure that falls on one contributor from being read as its exact own.
    """
    why = hidden_because({who: weights[who] for who in figures}, policy) if figures else Why.TOO_FEW
    if why:
        return why
    ordered = sorted(figures.values())
    return Quartiles(*(rounded(_quantile(ordered, share), step) for share in (0.25, 0.5, 0.75)))


def _quantile(ordered: list[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def rounded(value: float, step: float) -> float:
    """A figure to the nearest multiple of ``step``, halves upwards."""
    return round(math.floor(value / step + 0.5) * step, 6)
