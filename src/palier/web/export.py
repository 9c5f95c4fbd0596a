"""Tables handed out as files that spreadsheets open as they stand, without running anything in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import xlsxwriter
from django.http import HttpResponse

from palier.calendar import PARIS

Format = Literal["csv", "xlsx"]
Cell = str | int | float | Decimal | Fraction | date | datetime | None
Table = tuple[Sequence[str], Iterable[Sequence[Cell]]]
"""A header and its rows."""
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def spreadsheet(
    format: Format,  # noqa: A002 - the word people use
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    more: Mapping[str, Table] | None = None,
) -> HttpResponse:
    """A table as a download named ``name`` (without extension): CSV as French Excel reads it, or XLSX.

    ``more`` are other sheets of the workbook, by their titles; a CSV has none.

    Texts that a spreadsheet would run are neutralised; numbers and dates stay numbers and dates. Raises KeyError for
    any other format.
    """
    content = {"csv": lambda: _csv(header, rows), "xlsx": lambda: _xlsx({"Données": (header, rows)} | dict(more or {}))}[
        format
    ]()
    response = HttpResponse(content, content_type=MEDIA_TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def neutral(value: Cell) -> Cell:
    """The value as a cell that runs nothing: a text that starts like a formula gets an apostrophe before it.

    Leading spaces and invisible characters do not hide the sign; a null character would end the text and is dropped.
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "")
    bare = text.lstrip(" \u00a0\u202f\u200b\ufeff")
    return f"'{text}" if bare.startswith(_STARTS_A_FORMULA) else text


def _csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_in_words(neutral(cell)) for cell in header])
    writer.writerows([_in_words(neutral(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _in_words(value: Cell) -> str:
    known = _as_known(value)
    if isinstance(known, datetime):
        return f"{known:%d/%m/%Y %H:%M:%S}"
    if isinstance(known, date):
        return f"{known:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(known, float):
        return str(known).replace(".", ",")
    return "" if known is None else str(known)


def _xlsx(tables: Mapping[str, Table]) -> bytes:
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        day, instant = (book.add_format({"num_format": f}) for f in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm"))
        for name, (header, rows) in tables.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(header):
                sheet.write_string(0, column, str(neutral(title)), bold)
            for line, row in enumerate(_plain(rows), 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(line, column, cell, instant)
                    elif isinstance(cell, date):
                        sheet.write_datetime(line, column, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(line, column, cell)
                    elif cell is not None:
                        sheet.write_number(line, column, cell)
    return out.getvalue()


def _plain(rows: Iterable[Sequence[Cell]]) -> Iterator[list[str | int | float | date | datetime | None]]:
    """Rows in what a workbook knows: Paris time without zone, numbers as floats, yes and no in words."""
    for row in rows:
        yield [_as_known(neutral(cell)) for cell in row]


def _as_known(value: Cell) -> str | int | float | date | datetime | None:
    match value:
        case bool():
            return "oui" if value else "non"
        case datetime():
            return _local(value).replace(tzinfo=None)
        case Decimal() | Fraction():
            return float(value)
        case _:
            return value


def _local(value: datetime) -> datetime:
    return value.astimezone(PARIS) if value.tzinfo else value
