"""Files with a line of headers: the open files of the register, GeoJSON by address, a landlord's own table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from palier.directory.rules import plain
from palier.stock.reading.checks import IDENTITY, Answers, Cell, Item, LineChecks, Reading
from palier.stock.reading.lines import Finisher
from palier.stock.reading.places import Fault, quoted
from palier.stock.reading.recognise import head_of
from palier.stock.reading.tables import Table, open_table
from palier.stock.reading.values import parser
from palier.stock.rules.fields import FIELDS
from palier.stock.rules.imports import WITHOUT_OWNER, Format, Limits

_TOTAL = re.compile(r"(sous |grand )?(total|totaux)( general| generaux| patrimoine| logements)?")
# Published files were checked by others and cannot be mended by the landlord: only these fields stop their import.
_VITAL_IN_OPEN_FILES = frozenset({"commune", "rpls_id", "own_id", "homes"})


def read_columns(path: Path, shape: Format, answers: Answers, reading: Reading, limits: Limits) -> Iterator[Item]:
    """The lines of a file with headers, those of other landlords left aside, and every fault."""
    published = shape in WITHOUT_OWNER
    with open_table(path, sheet=answers.sheet, limits=limits) as table:
        _, header, rows = head_of(table, first_is_header=shape is Format.ADDRESSES)
        mapping = {index: name for index, name in answers.mapping.items() if index < len(header)}
        fields = set(mapping.values())
        reading.fields = fields | ({"address"} if "street" in fields else set())
        owner = next((index for index, name in mapping.items() if name == "owner"), None)
        checks = LineChecks(_cells(mapping, header), sheet=table.sheet, vital=_VITAL_IN_OPEN_FILES if published else None)
        finisher = Finisher(answers.whole)
        width = len(header) if _has_full_lines(table, shape) else None
        count = 0
        for number, texts in rows:
            if number % 500 == 1:
                reading.progress = table.progress()
            if owner is not None and answers.owners and _at(texts, owner) not in answers.owners:
                reading.left_aside += 1
                continue
            if total := total_of(texts):
                said = f"{quoted(total)} est un total, pas un logement : la ligne n’est pas reprise."
                yield Fault(said, number, "ligne de total", table.sheet, light=True)
                continue
            count += 1
            values, faults = checks.check(number, texts)
            faults += _faults(number, texts, values, table.sheet, width=width, needs_commune=published)
            yield from faults
            if all(fault.light for fault in faults):
                yield finisher.finish(number, values)
    if not count:
        cause = "aucune ligne n’est à l’un des bailleurs choisis" if reading.left_aside else "aucune ligne sous les en-têtes"
        yield Fault(f"rien à lire : {cause}. Vérifiez le fichier, puis déposez-le à nouveau.")


def total_of(texts: list[str]) -> str:
    """What the first filled cell says, when the line is a sum of the others."""
    first = next((text for text in texts if text.strip()), "")
    return first if "tota" in first.lower() and _TOTAL.fullmatch(plain(first)) else ""


def uneven(texts: list[str], width: int) -> str:
    """What is wrong with the number of cells of a line of text, under so many headers; empty when it holds."""
    if len(texts) == width or (len(texts) > width and not any(text.strip() for text in texts[width:])):
        return ""
    hint = "un séparateur est sans doute resté dans un texte" if len(texts) > width else "la ligne est sans doute coupée"
    return f"{len(texts)} cellules pour {width} colonnes : {hint}."


def _has_full_lines(table: Table, shape: Format) -> bool:
    """Whether every line has as many cells as the headers: spreadsheets and GeoJSON leave empty ends out."""
    return not table.sheets and shape is not Format.ADDRESSES


def _cells(mapping: Mapping[int, str], header: list[str]) -> dict[int, Cell]:
    return {
        index: Cell(name, f"colonne {header[index] or index + 1}", parser(FIELDS[name]))
        for index, name in mapping.items()
        if name != "owner"
    }


def _at(texts: list[str], index: int) -> str:
    return texts[index].strip() if index < len(texts) else ""


def _faults(
    number: int, texts: list[str], values: Mapping[str, Any], sheet: str, *, width: int | None, needs_commune: bool
) -> Iterator[Fault]:
    """What is wrong with a line as a whole."""
    if width is not None and (said := uneven(texts, width)):
        yield Fault(said, number)
    elif not any(values.get(name) for name in IDENTITY):
        yield Fault("ni résidence, ni adresse, ni identifiant. Complétez la ligne ou retirez-la.", number, sheet=sheet)
    elif needs_commune and values.get("commune") == "":
        yield Fault("le code de la commune manque. Complétez-le, par exemple 93010.", number, "colonne DEPCOM")
