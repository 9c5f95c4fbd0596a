"""A landlord's table, whatever it tells: a first look at its columns, then what is wrong with its lines, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from palier.stock.reading.columns import total_of, uneven
from palier.stock.reading.mapping import Column, signature
from palier.stock.reading.places import Fault
from palier.stock.reading.recognise import head_of
from palier.stock.reading.tables import Lines, Table, open_table
from palier.stock.rules.imports import Limits

_SAMPLES, _MOST_FAULTS = 4, 200


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a table, as it is kept while somebody says what its columns are; ``signature`` is that of its shape."""

    signature: str
    columns: list[dict[str, Any]] = field(default_factory=list)
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    rows: int = 0


def look(path: Path, *, sheet: str = "", limits: Limits) -> tuple[list[Column], Seen]:
    """The columns of a table, and what is kept of them.

    Raises:
        Unreadable: when it is no table.
    """
    with open_table(path, sheet=sheet, limits=limits) as table:
        _, header, rows = head_of(table)
        columns = [Column(clean(name)) for name in header]
        lines = 0
        for _, cells in rows:
            lines += 1
            for column, text in zip(columns, cells, strict=False):
                column.see(clean(text))
    kept = [
        {
            "header": column.header[:120],
            "samples": [text[:60] for text in dict.fromkeys(column.samples)][:_SAMPLES],
            "filled": column.filled,
        }
        for column in columns
    ]
    return columns, Seen(signature(column.header for column in columns), kept, table.sheet, list(table.sheets), lines)


def clean(text: str) -> str:
    """A cell without the characters that no database keeps."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


@dataclass(slots=True)
class Faults:
    """What is wrong with a table, the first faults in full and all of them counted. With one, nothing of it may be kept."""

    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    rows: int = 0

    def fault(self, found: Fault) -> None:
        """Take one more fault into account."""
        self.fault_count += 1
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(found)


class Cells:
    """The cells of the line that is being read, by what their columns are said to be."""

    def __init__(self, found: Faults, mapping: Mapping[int, str], header: list[str], table: Table) -> None:
        self.at = {name: index for index, name in mapping.items() if index < len(header)}
        self._found, self._header, self.sheet = found, header, table.sheet
        self._width = None if table.sheets else len(header)
        self.number = 0
        self.texts: list[str] = []

    def over(self, rows: Lines) -> Iterator[str]:
        """Read one line after another; gives the words of a total, empty for a line of its own. An uneven one is a fault."""
        for number, texts in rows:
            self.number, self.texts = number, [clean(text) for text in texts]
            self._found.rows += 1
            if self._width is not None and (said := uneven(self.texts, self._width)):
                self._found.fault(Fault(said, number))
            else:
                yield total_of(self.texts)

    def __getitem__(self, name: str) -> str:
        index = self.at.get(name)
        return self.texts[index].strip() if index is not None and index < len(self.texts) else ""

    def place(self, name: str) -> str:
        """Where a column is, as people look for it; empty for what no column says."""
        index = self.at.get(name)
        return f"colonne {self._header[index] or index + 1}" if index is not None else ""

    def fault(self, sentence: str, name: str = "") -> None:
        """Say what is wrong with this line, in a column."""
        self._found.fault(Fault(sentence, self.number, self.place(name), self.sheet))
