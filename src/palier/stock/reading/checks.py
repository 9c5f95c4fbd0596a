"""What every reader shares: the person's answers, the reading under way, the checks of one line after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from palier.stock.reading.lines import Whole
from palier.stock.reading.places import Fault, grouped, quoted
from palier.stock.reading.values import BadValue, Parser
from palier.stock.rules.fields import FIELDS

Item = dict[str, Any] | Fault
# What tells a line from another, or says whose or where it is: without any of these a line is nobody's.
IDENTITY = frozenset({"rpls_id", "own_id", "programme", "programme_code", "address", "street"})


@dataclass(slots=True)
class Answers:
    """What the person said of the file: columns, whose lines to keep (all when empty), what holds for every line."""

    whole: Whole
    mapping: dict[int, str] = field(default_factory=dict)
    owners: frozenset[str] = frozenset()
    sheet: str = ""


@dataclass(slots=True)
class Reading:
    """A reading under way: its lines and faults in order, and what is known once they were all taken."""

    items: Iterator[Item]
    fields: set[str] = field(default_factory=set)
    siret: str = ""
    left_aside: int = 0
    progress: float = 0.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A column that is read: the field it fills, how it is called in a fault, how its texts are checked."""

    field: str
    place: str
    parse: Parser


class LineChecks:
    """Checks the cells of one line after another, and remembers the identifiers, which must not come twice.

    ``vital`` are the fields whose faults stop the import; None when all do.
    """

    def __init__(self, cells: Mapping[int, Cell], *, sheet: str = "", vital: frozenset[str] | None = None) -> None:
        self._cells = cells
        self._sheet = sheet
        self._vital = vital
        self._seen: dict[str, dict[str, int]] = {"rpls_id": {}, "own_id": {}}

    def check(self, number: int, texts: list[str]) -> tuple[dict[str, Any], list[Fault]]:
        """The typed values of a line, and what is wrong with it."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for index, cell in self._cells.items():
            text = texts[index] if index < len(texts) else ""
            try:
                values[cell.field] = cell.parse(text)
            except BadValue as problem:
                light = self._vital is not None and cell.field not in self._vital
                faults.append(Fault(f"{quoted(text)} {problem.problem}.", number, cell.place, self._sheet, light=light))
        for name, seen in self._seen.items():
            if mark := values.get(name):
                first = seen.setdefault(mark, number)
                if first != number:
                    said = (
                        f"l’{FIELDS[name].label} {quoted(mark)} est déjà à la ligne {grouped(first)}. Retirez l’une des deux."
                    )
                    faults.append(Fault(said, number, sheet=self._sheet))
        return values, faults
