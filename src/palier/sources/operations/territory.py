"""Public figures and contours come in for everybody: a year at a time, the whole year or nothing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.db import connection, transaction

from palier.directory.models import Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sources.models import Iris, OpenFigure
from palier.sources.reading.public import Contour, Published, contours, incomes, offences
from palier.stock.reading.places import Unreadable
from palier.verdict import Refusal, no


class OpenFile(StrEnum):
    """What a public file holds."""

    OFFENCES = "offences"
    INCOMES = "incomes"
    IRIS = "iris"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "offences": "Délinquance enregistrée par commune (base communale du ministère de l’Intérieur)",
            "incomes": "Revenus par IRIS (Filosofi, Insee)",
            "iris": "Contours des IRIS (GeoJSON, IGN et Insee)",
        }[self.value]


def read_open_file(path: Path, what: OpenFile, *, year: int | None) -> Published | list[Contour]:
    """Read a public file, outside any transaction.

    Raises:
        Refusal: when it cannot be read, or contours come without their year.
    """
    if what is OpenFile.IRIS and year is None:
        raise Refusal(no("sources.open_year", "Indiquez le millésime des contours, par exemple 2022."))
    try:
        if what is OpenFile.IRIS:
            return contours(path)
        return offences(path, year=year) if what is OpenFile.OFFENCES else incomes(path, year=year)
    except Unreadable as problem:
        raise Refusal(no("sources.open_file", problem.sentence)) from problem


@transaction.atomic
def load_open_figures(*, published: Published, by: Person | None, at: datetime) -> int:
    """Take the figures of a year, in the place of those of the same year; how many."""
    indicators = sorted({key for key, *_ in published.rows})
    OpenFigure.objects.filter(indicator__in=indicators, year=published.year).delete()
    columns = "COPY sources_openfigure (indicator, territory, year, value, denominator) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(columns) as copy:
        for key, place, value, of in published.rows:
            copy.write_row([key, place, published.year, value, of])
    _line("sources.open_figures_loaded", f"a chargé les données publiques {published.year}.", len(published.rows), by, at)
    return len(published.rows)


@transaction.atomic
def load_iris(*, found: list[Contour], year: int, by: Person | None, at: datetime) -> int:
    """Take the contours of IRIS of a year; those of other departments stay. How many."""
    Iris.objects.bulk_create(
        [
            Iris(
                year=year,
                code=one.code,
                label=one.label,
                commune=one.commune,
                shape=one.shape.wkb,
                outline=one.shape.outline,
                west=one.shape.west,
                south=one.shape.south,
                east=one.shape.east,
                north=one.shape.north,
            )
            for one in found
        ],
        update_conflicts=True,
        unique_fields=["year", "code"],
        update_fields=["label", "commune", "shape", "outline", "west", "south", "east", "north"],
        batch_size=500,
    )
    _line("sources.iris_loaded", f"a chargé les contours de {len(found)} IRIS, millésime {year}.", len(found), by, at)
    return len(found)


def _line(act: str, summary: str, count: int, by: Person | None, at: datetime) -> None:
    record(
        act=act,
        by=by.pk if by else None,
        at=at,
        on=("sources.open_data", 0),
        landlord=None,
        summary=summary,
        facts={"count": count},
        audience=Audience.SCHEME,
    )
