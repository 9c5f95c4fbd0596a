"""Tables of sums with their margins, one or several that share some: cells, who is in them, and what adds up to what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from palier.disclosure.primary import Contributions


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by key, and which total is the sum of which parts. Tables that share margins are one table with shared keys."""

    cells: Mapping[Any, Contributions]
    sums: tuple[tuple[Any, tuple[Any, ...]], ...]

    def value(self, key: Any) -> float:
        """The figure of a cell."""
        return float(sum(self.cells[key].values()))


def added_up(parts: Mapping[Any, Contributions], totals: Mapping[Any, Collection[Any]]) -> Table:
    """A table from its innermost cells and what each total gathers; a total may gather totals named before it."""
    cells = dict(parts)
    for total, gathered in totals.items():
        mine: dict[Any, float] = defaultdict(float)
        for part in gathered:
            for contributor, brought in cells[part].items():
                mine[contributor] += brought
        if total in cells and {k: round(v, 6) for k, v in cells[total].items()} != {k: round(v, 6) for k, v in mine.items()}:
            raise ValueError(f"{total!r} does not add up.")
        cells[total] = dict(mine)
    return Table(cells, tuple((total, tuple(gathered)) for total, gathered in totals.items()))


TOTAL = "total"


def two_way(inner: Mapping[tuple[Any, Any], Contributions]) -> Table:
    """A table of rows and columns with both margins and the grand total, under TOTAL.

    ``(row, TOTAL)`` is the margin of a row, ``(TOTAL, column)`` of a column. Couples not named have nobody in them.
    """
    rows = list(dict.fromkeys(row for row, _ in inner))
    columns = list(dict.fromkeys(column for _, column in inner))
    parts: dict[Any, Contributions] = {(row, column): inner.get((row, column), {}) for row in rows for column in columns}
    totals: dict[Any, list[Any]] = {(row, TOTAL): [(row, column) for column in columns] for row in rows}
    totals |= {(TOTAL, column): [(row, column) for row in rows] for column in columns}
    totals[TOTAL, TOTAL] = [(row, TOTAL) for row in rows]
    whole = added_up(parts, totals)
    across: tuple[Any, tuple[Any, ...]] = ((TOTAL, TOTAL), tuple((TOTAL, column) for column in columns))
    return Table(whole.cells, (*whole.sums, across))


def linked(*tables: Table) -> Table:
    """Several tables protected as one: a cell of the same key is the same figure everywhere.

    Raises:
        ValueError: when two tables disagree on a shared cell.
    """
    cells: dict[Any, Contributions] = {}
    sums: dict[tuple[Any, tuple[Any, ...]], None] = {}
    for table in tables:
        for key, contributions in table.cells.items():
            if key in cells and dict(cells[key]) != dict(contributions):
                raise ValueError(f"{key!r} is not the same in two linked tables.")
            cells[key] = contributions
        sums |= dict.fromkeys(table.sums)
    return Table(cells, tuple(sums))
