"""What a file is, from its content: its format, its columns, what is still to be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from palier.stock.reading.mapping import Column, propose, signature, usual_unit
from palier.stock.reading.places import Unreadable
from palier.stock.reading.shapes import HEADER_FIELDS, SHORT_HEADER_FIELDS, is_open, open_columns
from palier.stock.reading.tables import Lines, Table, encoding_of, kind_of, open_table, sample_of
from palier.stock.rules.imports import LIMITS, Format, Limits

# Lines among which the headers are looked for; values shown of a column that could be the owners'.
_HEAD, _FEW = 30, 60


@dataclass(slots=True)
class Profile:
    """What was recognised. ``mapping`` (column number to field) is a proposal for landlords' own files."""

    format: Format
    encoding: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    header_line: int = 0
    columns: list[dict[str, Any]] = field(default_factory=list)
    mapping: dict[int, str] = field(default_factory=dict)
    unit: str = ""
    signature: str = ""
    rows: int = 0
    year: int | None = None

    def kept(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def recognise(path: Path, *, sheet: str = "", limits: Limits = LIMITS) -> Profile:
    """Look at a file as a whole.

    Raises:
        Unreadable: when it is not a table.
    """
    kind = kind_of(path)
    if kind == "text":
        encoding = encoding_of(path)
        first = sample_of(path, encoding).partition("\n")[0].split(";")
        if looks_statutory(first):
            return Profile(Format.STATUTORY, encoding.label, year=int(first[0]))
    with open_table(path, sheet=sheet, limits=limits) as table:
        header_line, header, rows = head_of(table, first_is_header=kind == "geojson")
        columns = [Column(name) for name in header]
        count = 0
        for count, (_, cells) in enumerate(rows, 1):  # noqa: B007 - the count outlives the loop
            for column, text in zip(columns, cells, strict=False):
                column.see(text)
    profile = Profile(
        Format.TABLE,
        encoding.label if kind == "text" else "",
        table.sheet,
        table.sheets,
        header_line,
        signature=signature(header),
        rows=count,
    )
    if is_open(header):
        profile.format = Format.OPEN_2025 if "FINAN_CODE" in {name.upper() for name in header} else Format.OPEN_2017
        profile.mapping = open_columns(header)
    else:
        profile.format = Format.ADDRESSES if kind == "geojson" else Format.TABLE
        profile.mapping = propose(columns)
    profile.unit = usual_unit(profile.mapping).value
    owners = {index for index, name in profile.mapping.items() if name == "owner"}
    for index, column in enumerate(columns):
        shown = list(column.distinct or ())
        profile.columns.append(
            {
                "header": column.header,
                "samples": list(dict.fromkeys(column.samples))[:4],
                "filled": column.filled,
                "values": sorted(shown) if index in owners or 1 < len(shown) <= _FEW else [],
            }
        )
    return profile


def looks_statutory(first: list[str]) -> bool:
    """Whether a first line is the landlord's line of the statutory file: a year, then seven or eleven fields."""
    return len(first) in {HEADER_FIELDS, SHORT_HEADER_FIELDS} and first[0].strip().isdigit() and len(first[0].strip()) == 4


def head_of(table: Table, *, first_is_header: bool = False) -> tuple[int, list[str], Lines]:
    """The line of the headers (titles above it are passed over), the headers, and the lines under it.

    Raises:
        Unreadable: when no line looks like headers.
    """
    head = list(islice(table.lines, _HEAD))
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in head]
    widest = max(filled, default=0)
    if widest < 2:
        raise Unreadable(
            "Ce fichier n’a pas de colonnes : il faut une ligne d’en-têtes, puis une ligne par logement ou par résidence."
        )
    at = 0 if first_is_header else next(i for i, count in enumerate(filled) if count >= 0.6 * widest)
    number, header = head[at]
    return number, [" ".join(name.split()) for name in header], _not_empty(chain(head[at + 1 :], table.lines))


def _not_empty(lines: Iterator[tuple[int, list[str]]]) -> Lines:
    return ((number, cells) for number, cells in lines if any(cell.strip() for cell in cells))
