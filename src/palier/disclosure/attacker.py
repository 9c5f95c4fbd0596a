"""The attacker: what somebody can deduce of a published table. It shares no code with what hides.

It is given only what it would have: the figures shown, what adds up to what, which cells nobody is in, and for a contributor
its own part of each cell and where it is alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse
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
    """A hidden cell that somebody knows too closely: it can go only to ``end``, short of ``wanted`` above or below its figure."""

    cell: Any
    who: Any | None
    end: float
    wanted: float


def breaches(
    table: Table,
    hidden: Mapping[Any, object],
    sensitive: Mapping[Any, object],
    *,
    width: float,
    least_width: float,
    floor: float = 0.0,
) -> list[Breach]:
    """Every sensitive cell that an outsider or a contributor knows more closely than ``width`` of it, or ``floor``, on either side.

    What ``interval`` answers for one cell is asked for all at once. First for the tables that nobody at all can rule out: each
    proves its cells movable for whoever may believe it. What they leave open goes to a program of each attacker's own, so
    that a breach is never supposed, and none is missed.
    """
    attack = _Attack(table, hidden)
    asks = attack.asks(sensitive, width=width, least_width=least_width, floor=floor)
    together = {(ask.place, ask.way): ask for ask in sorted(asks, key=lambda ask: ask.way * ask.wanted)}
    tables = attack.furthest(list(together.values()), attack.low.max(axis=0), attack.high.min(axis=0))
    left = attack.unproven(asks, tables)
    ends = attack.furthest(left, *(bound[[ask.who for ask in left]] for bound in (attack.low, attack.high)))
    found = zip(left, ends, strict=True)
    return [
        Breach(attack.keys[ask.place], attack.everybody[ask.who], float(end[ask.place]), ask.wanted)
        for ask, end in found
        if not ask.met(end)
    ]


@dataclass(frozen=True, slots=True)
class _Ask:
    """Whether a cell may be as high (``way`` +1) or as low (-1) as ``wanted``, to an attacker."""

    place: int
    who: int
    way: int
    wanted: float
    slack: float

    def met(self, table: Any) -> bool:
        """Whether a table puts the cell that far."""
        return bool(self.way * (table[self.place] - self.wanted) >= -self.slack)


class _Attack:
    """A published table as a program: the cells that are not shown, what they add up to, what each attacker knows of them."""

    def __init__(self, table: Table, hidden: Mapping[Any, object]) -> None:
        self.keys = [key for key in hidden if table.cells[key]]
        self.everybody: list[Any | None] = [None, *dict.fromkeys(who for brought in table.cells.values() for who in brought)]
        place = {key: index for index, key in enumerate(self.keys)}
        self.values = np.array([table.value(key) for key in self.keys])
        self.sums, self.given = np.zeros((len(table.sums), len(place))), np.zeros(len(table.sums))
        for row, (total, parts) in enumerate(table.sums):
            for key, sign in [(total, 1.0), *((part, -1.0) for part in parts)]:
                if key in place:
                    self.sums[row, place[key]] += sign
                else:
                    self.given[row] -= sign * table.value(key)
        shape = len(self.everybody), len(place)
        self.low, self.high = np.zeros(shape), np.full(shape, np.inf)
        for who, name in enumerate(self.everybody):
            for key, at in place.items():
                if name in table.cells[key]:
                    self.low[who, at] = table.cells[key][name]
                    if len(table.cells[key]) == 1:
                        self.high[who, at] = table.cells[key][name]

    def asks(self, sensitive: Mapping[Any, object], *, width: float, least_width: float, floor: float) -> list[_Ask]:
        """What each attacker must find possible of each sensitive cell where it is not alone."""
        asks = []
        for place, key in enumerate(self.keys):
            if key not in sensitive:
                continue
            for who in range(len(self.everybody)):
                own, value = float(self.low[who, place]), float(self.values[place])
                if np.isfinite(self.high[who, place]):
                    continue
                others = value - own
                by = max(width * others, floor)
                up = by if others > 1e-9 else max(by, least_width)
                slack = 1e-5 * (1.0 + others)
                asks += [_Ask(place, who, 1, value + up, slack), _Ask(place, who, -1, max(own, value - by), slack)]
        return asks

    def furthest(self, asks: list[_Ask], low: Any, high: Any) -> Any:
        """For each ask, within bounds, the table that puts its cell nearest to what is wanted: all in one linear program."""
        size = len(self.keys)
        if not asks:
            return np.zeros((0, size))
        low, high = (np.broadcast_to(bound, (len(asks), size)).copy() for bound in (low, high))
        goal = np.zeros((len(asks), size))
        for row, ask in enumerate(asks):
            goal[row, ask.place] = -ask.way
            if ask.way > 0:
                high[row, ask.place] = min(ask.wanted, high[row, ask.place])
            else:
                low[row, ask.place] = max(ask.wanted, low[row, ask.place])
        found = linprog(
            goal.ravel(),
            A_eq=sparse.kron(sparse.eye_array(len(asks)), self.sums, format="csr"),
            b_eq=np.tile(self.given, len(asks)),
            bounds=np.column_stack([low.ravel(), high.ravel()]),
            method="highs",
        )
        if found.status != 0:
            raise ValueError(f"The published table contradicts itself: {found.message}")
        return found.x.reshape(len(asks), size)

    def unproven(self, asks: list[_Ask], tables: Any) -> list[_Ask]:
        """The asks that none of these tables meets for an attacker who may believe it."""
        room = 1e-6 * (1.0 + self.values)
        believed = (tables >= self.low[:, None] - room) & (tables <= self.high[:, None] + room)
        may = believed.all(axis=2)
        return [ask for ask in asks if not any(ask.met(table) for table in tables[may[ask.who]])]
