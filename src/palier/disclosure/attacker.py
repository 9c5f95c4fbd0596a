"""The attacker: what somebody can deduce of a published table. It shares no code with what hides.

It is given only what it would have: the figures shown, what adds up to what, which cells nobody is in, and for a contributor
its own part of each cell and where it is alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog

from palier.disclosure.tables import Table


@dataclass(frozen=True, slots=True)
class Known:
    """What an attacker has: shown figures, the sums, and its own part by cell (``alone`` where the cell is its own)."""

    shown: Mapping[Any, float]
    sums: tuple[tuple[Any, tuple[Any, ...]], ...]
    own: Mapping[Any, float] = field(default_factory=dict)
    alone: frozenset[Any] = frozenset()


def known_to(table: Table, hidden: Mapping[Any, object], who: Any | None = None) -> Known:
    """What an outsider, or a contributor, has of a table published with cells hidden."""
    shown = {key: table.value(key) for key in table.cells if key not in hidden}
    shown |= {key: 0.0 for key, brought in table.cells.items() if not brought}
    own = {key: brought[who] for key, brought in table.cells.items() if who is not None and who in brought}
    alone = frozenset(key for key in own if len(table.cells[key]) == 1)
    return Known(shown, table.sums, own, alone)


def interval(known: Known, cell: Any) -> tuple[float, float]:
    """The least and the most that a cell can be, to this attacker; the most is infinite where nothing bounds it."""
    fixed = {**known.shown, **{key: known.own[key] for key in known.alone}}
    if cell in fixed:
        return fixed[cell], fixed[cell]
    equations, right, bounds = _program(known, fixed, cell)
    ends = []
    for sign in (1.0, -1.0):
        goal = np.zeros(len(bounds))
        goal[0] = sign
        found = linprog(goal, A_eq=equations, b_eq=right, bounds=bounds, method="highs")
        if found.status == 3:
            ends.append(-sign * float("inf"))
        elif found.status == 0:
            ends.append(sign * float(found.fun))
        else:
            raise ValueError(f"The published table contradicts itself: {found.message}")
    return ends[0], ends[1]


def _program(known: Known, fixed: Mapping[Any, float], cell: Any) -> tuple[Any, Any, list[tuple[float, None]]]:
    """What adds up, for the cells that are not known, with ``cell`` in the first column."""
    named: dict[Any, int] = {cell: 0}
    rows: list[tuple[dict[int, float], float]] = []
    for total, parts in known.sums:
        row: dict[int, float] = {}
        given = 0.0
        for key, sign in [(total, 1.0), *((part, -1.0) for part in parts)]:
            if key in fixed:
                given -= sign * fixed[key]
            else:
                row[named.setdefault(key, len(named))] = sign
        if row:
            rows.append((row, given))
    equations = np.zeros((len(rows), len(named)))
    for index, (row, _) in enumerate(rows):
        for column, sign in row.items():
            equations[index, column] = sign
    return equations, np.array([given for _, given in rows]), [(known.own.get(key, 0.0), None) for key in named]


@dataclass(frozen=True, slots=True)
class Breach:
    """A hidden cell that somebody knows too closely: the others' part lies between ``least`` and ``most``."""

    cell: Any
    who: Any | None
    others: float
    least: float
    most: float


def breaches(
    table: Table,
    hidden: Mapping[Any, object],
    sensitive: Mapping[Any, object],
    *,
    width: float,
    least_width: float,
    floor: float = 0.0,
) -> list[Breach]:
    """Every sensitive cell that an outsider or a contributor knows more closely than ``width`` of it, or ``floor``, on either side."""
    everybody: list[Any | None] = [None, *dict.fromkeys(who for brought in table.cells.values() for who in brought)]
    found = []
    for who in everybody:
        known = known_to(table, hidden, who)
        for cell in sensitive:
            if not table.cells[cell] or cell in known.alone:
                continue
            own = known.own.get(cell, 0.0)
            others = table.value(cell) - own
            least, most = (end - own for end in interval(known, cell))
            wanted = max(width * others, floor)
            up = wanted if others > 1e-9 else max(wanted, least_width)
            slack = 1e-5 * (1.0 + others)
            if most < others + up - slack or least > max(0.0, others - wanted) + slack:
                found.append(Breach(cell, who, others, least, most))
    return found
