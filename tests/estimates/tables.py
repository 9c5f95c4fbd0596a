"""The reference tables, read as columns."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

REFERENCE = Path(__file__).parent / "reference"


def table(name: str) -> dict[str, npt.NDArray[Any]]:
    """Each column of a reference table by its name: numbers where all of it is, else words."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = {}
    for column in rows[0]:
        words = [row[column] for row in rows]
        try:
            columns[column] = np.array([float(word) for word in words])
        except ValueError:
            columns[column] = np.array(words)
    return columns
