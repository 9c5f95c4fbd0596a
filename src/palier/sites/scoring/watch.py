"""The alerts of a stock: several indicators counted each month, one promise on false alarms for all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from palier.sites.scoring.counts import Counts, Floats
from palier.sites.scoring.tipping import FALSE_ALARMS, Move, benjamini_hochberg, move, tipping

STILL = 0.25
"""An alert that is up stays so under this q, so that it does not blink from one month to the next."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One residence moved on one indicator."""

    row: int
    indicator: str
    q: float
    move: Move


def watch(
    counts: Mapping[str, Counts], exposure: Floats, *, up: frozenset[tuple[int, str]] = frozenset(), whole: str = ""
) -> list[Signal]:
    """Who moves, over all indicators at once.

    ``exposure`` (n,) is the homes of each residence; ``up`` the alerts (row, indicator) that are up already. Where the
    indicator named ``whole`` (the total) moves together with one of its parts, the part alone is told.
    """
    looked = [(key, one, tipping(one.table, exposure[list(one.rows)])) for key, one in counts.items()]
    if not looked:
        return []
    q = benjamini_hochberg(np.concatenate([found.p for _, _, found in looked]))
    signals, start = [], 0
    for key, one, found in looked:
        for place, row in enumerate(one.rows):
            mine = float(q[start + place])
            if mine <= FALSE_ALARMS or ((row, key) in up and mine <= STILL):
                told = move(one.table[place], found.expected[place], float(found.dispersion[place]))
                if told.after > told.before:
                    signals.append(Signal(row, key, mine, told))
        start += len(one.rows)
    parts = {signal.row for signal in signals if signal.indicator != whole}
    return [one for one in signals if one.indicator != whole or one.row not in parts]
