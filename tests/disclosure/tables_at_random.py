"""Tables drawn at random, the same for a same number: what a region's landlords could bring."""

from __future__ import annotations

import random
from typing import Any

from palier.disclosure.tables import Table, linked, two_way

_FIGURES = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 40.0)
_PRESENT = (0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 12)


def drawn(seed: int) -> Table:
    """A table of 2 to 6 rows and columns and 14 landlords, with empty cells, lone landlords, zeros; one in five is two tables."""
    chance = random.Random(seed)
    rows, columns = chance.randint(2, 6), chance.randint(2, 6)
    inner = {(row, column): _cell(chance) for row in range(rows) for column in range(columns)}
    first = two_way(inner)
    if seed % 5:
        return first
    return linked(first, _cut_again(chance, first, rows))


def _cell(chance: random.Random) -> dict[str, float]:
    who = chance.sample(range(14), min(chance.choice(_PRESENT), 14))
    return {f"L{number}": chance.choice(_FIGURES) for number in who}


def _cut_again(chance: random.Random, first: Table, rows: int) -> Table:
    """The same rows, each landlord's part cut by another question, so that both tables share the margin of the rows."""
    cells: dict[Any, dict[Any, float]] = {}
    sums: list[Any] = []
    for row in range(rows):
        whole = dict(first.cells[row, "total"])
        left = {who: float(chance.randint(0, int(part))) for who, part in whole.items()}
        cells[row, "yes"], cells[row, "no"] = left, {who: part - left[who] for who, part in whole.items()}
        cells[row, "total"] = whole
        sums.append(((row, "total"), ((row, "yes"), (row, "no"))))
    for answer in ("yes", "no"):
        total: dict[str, float] = {}
        for row in range(rows):
            for who, part in cells[row, answer].items():
                total[who] = total.get(who, 0.0) + part
        cells["total", answer] = total
        sums.append((("total", answer), tuple((row, answer) for row in range(rows))))
    return Table(cells, tuple(sums))
