"""What is counted month after month, as the watch reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """One indicator: ``table`` (n, T) of the residences at ``rows``, by month."""

    rows: Sequence[int]
    table: Floats
