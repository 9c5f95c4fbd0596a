"""The landlord's statutory upload: a line for the landlord, then one line of 64 positions for each home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from palier.stock.reading.checks import Answers, Cell, Item, LineChecks, Reading
from palier.stock.reading.lines import Finisher
from palier.stock.reading.places import Fault, grouped, quoted
from palier.stock.reading.shapes import HEADER_FIELDS, SHORT_HEADER_FIELDS, STATUTORY, Position
from palier.stock.reading.tables import encoding_of, open_text
from palier.stock.reading.values import BadValue, Parser, parser, remembered
from palier.stock.rules.fields import FIELDS, Field, Kind
from palier.stock.rules.imports import Limits

_NOT_KEPT = [(index, position) for index, position in enumerate(STATUTORY) if not position.field]
_COMMUNE = "position 4 (code INSEE de la commune)"
_COUNT = "position 11 (nombre d’enregistrements)"


def read_statutory(path: Path, answers: Answers, reading: Reading, limits: Limits) -> Iterator[Item]:
    """The homes of a statutory file, and every fault."""
    reading.fields = {p.field for p in STATUTORY if p.field} | {"homes", "address"}
    checks, finisher = LineChecks(_cells()), Finisher(answers.whole)
    announced: int | None = None
    count = 0
    with open_text(path, encoding=encoding_of(path), delimiter=";", quotes=False, limits=limits) as table:
        for number, texts in table.lines:
            if number % 500 == 1:
                reading.progress = table.progress()
            if number == 1:
                reading.siret, announced, faults = _header(texts, answers.whole.year)
                yield from faults
            elif texts != [""]:
                count += 1
                yield from _home(number, texts, checks, finisher)
    if not count:
        yield Fault("ce fichier n’a que sa ligne d’en-tête : il y manque une ligne par logement.")
    elif announced is not None and announced != count:
        said = f"l’en-tête annonce {grouped(announced)} logements, le fichier en compte {grouped(count)}."
        yield Fault(f"{said} S’il a été coupé, exportez-le à nouveau ; sinon corrigez l’en-tête.", 1, _COUNT)


def _home(number: int, texts: list[str], checks: LineChecks, finisher: Finisher) -> Iterator[Item]:
    if len(texts) != len(STATUTORY):
        hint = (
            "un point-virgule est sans doute resté dans un texte"
            if len(texts) > len(STATUTORY)
            else "la ligne est sans doute coupée"
        )
        yield Fault(f"{len(texts)} positions au lieu de {len(STATUTORY)} : {hint}.", number)
        return
    values, faults = checks.check(number, texts)
    if not texts[3].strip():
        faults.append(Fault("le code de la commune manque. Indiquez-le, par exemple 93010.", number, _COMMUNE))
    if not texts[0].strip() and not texts[1].strip():
        faults.append(Fault("aucun identifiant : remplissez la position 1 (RPLS) ou la position 2 (le vôtre).", number))
    yield from faults
    yield from _asides(number, texts)
    if not faults:
        yield finisher.finish(number, values)


def _header(texts: list[str], year: int) -> tuple[str, int | None, list[Fault]]:
    """SIRET and number of homes announced by the landlord's line, and its faults."""
    if len(texts) not in {HEADER_FIELDS, SHORT_HEADER_FIELDS}:
        return "", None, [Fault(f"l’en-tête compte {len(texts)} positions, il en faut {HEADER_FIELDS}.", 1)]
    faults = []
    if texts[0].strip() != str(year):
        said = f"l’en-tête dit {quoted(texts[0])} et le millésime indiqué est {year}."
        faults.append(Fault(f"{said} Déposez le fichier de {year}, ou gardez l’année de l’en-tête.", 1, "position 1 (année)"))
    announced = texts[-2].strip()
    if announced and not announced.isdigit():
        faults.append(Fault(f"{quoted(announced)} n’est pas un nombre de logements.", 1, _COUNT))
    return "".join(texts[-3].split()), int(announced) if announced.isdigit() else None, faults


def _asides(number: int, texts: list[str]) -> Iterator[Fault]:
    """What is wrong at positions that Palier does not keep: said, and no more."""
    for index, position in _NOT_KEPT:
        text = texts[index].strip()
        if not text:
            continue
        place = f"position {index + 1} ({position.label})"
        if len(text) > position.size:
            yield Fault(f"un texte dépasse {position.size} caractères.", number, place, light=True)
        elif position.table is not None and text not in position.table:
            yield Fault(f"{quoted(text)} n’est pas un code connu.", number, place, light=True)


def _cells() -> dict[int, Cell]:
    return {
        index: Cell(position.field, f"position {index + 1} ({position.label})", _parser(position))
        for index, position in enumerate(STATUTORY)
        if position.field
    }


def _parser(position: Position) -> Parser:
    """The check of a position: its length, its codes and nothing but its codes, then its field."""
    declared = FIELDS.get(position.field) or Field(position.field, position.label, Kind.CODE, table=position.table)
    parse = parser(declared)

    def checked(text: str) -> Any:
        text = text.strip()
        if len(text) > position.size:
            raise BadValue(f"compte {len(text)} caractères, il en faut {position.size} au plus")
        if position.table is not None and text and text not in position.table:
            raise BadValue(f"n’est pas un code connu : {', '.join(position.table)}")
        return parse(text)

    return remembered(checked, position.field)
