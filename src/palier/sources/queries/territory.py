"""Open data, and where residences are in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Q, QuerySet

from palier.sources.models import Iris, OpenFigure
from palier.sources.rules.indicators import INDICATORS
from palier.sources.rules.territory import figures_commune
from palier.stock.geography import locate
from palier.stock.models import Residence


@dataclass(frozen=True, slots=True)
class Published:
    """A public figure as it stands for a place."""

    value: Decimal
    denominator: int | None
    year: int


def iris_of(*, residences: Iterable[Residence]) -> dict[int, Iris]:
    """The IRIS that the point of each residence is in, in the latest contours that hold it. Residences without a point have none.

    Two SQL queries: the couples of a point and a box around it, then the contours of those boxes.
    """
    placed = [found for found in residences if found.lon is not None and found.lat is not None]
    if not placed:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT i.id FROM sources_iris i
               JOIN unnest(%s::float8[], %s::float8[]) AS p(lon, lat)
                 ON p.lon BETWEEN i.west AND i.east AND p.lat BETWEEN i.south AND i.north""",
            [[r.lon for r in placed], [r.lat for r in placed]],
        )
        near = [pk for (pk,) in cursor.fetchall()]
    shapes = list(Iris.objects.filter(pk__in=near).defer("outline").order_by("-year", "code"))
    lon = np.array([r.lon for r in placed], dtype=np.float64)
    lat = np.array([r.lat for r in placed], dtype=np.float64)
    found = locate(lon, lat, [bytes(iris.shape) for iris in shapes])
    return {residence.pk: shapes[index] for residence, index in zip(placed, found.tolist(), strict=True) if index >= 0}


def within_iris(found: QuerySet[Any], *, code: str) -> QuerySet[Any]:
    """Those of some residences whose IRIS has a code, as ``iris_of`` places them. Three SQL queries."""
    boxes = Q(pk__in=())
    for iris in Iris.objects.filter(code=code).defer("outline", "shape"):
        boxes |= Q(lon__range=(iris.west, iris.east), lat__range=(iris.south, iris.north))
    near = iris_of(residences=found.filter(boxes))
    return found.filter(pk__in=[pk for pk, iris in near.items() if iris.code == code])


def places_of(*, residences: Collection[Residence]) -> dict[int, tuple[str, str]]:
    """The codes of the commune and of the IRIS of each residence, empty where not known. Two SQL queries.

    The code of an IRIS begins with that of its commune, which nobody then has to say.
    """
    iris = {pk: found.code for pk, found in iris_of(residences=residences).items()}
    return {one.pk: (one.commune or iris.get(one.pk, "")[:5], iris.get(one.pk, "")) for one in residences}


def outlines(*, iris: Collection[int]) -> QuerySet[Iris]:
    """IRIS with their outlines, for a map, without the exact shapes."""
    return Iris.objects.filter(pk__in=iris).defer("shape").order_by("code")


def published(*, territories: Collection[str], on: date) -> dict[tuple[str, str], Published]:
    """The latest figure of each indicator for each commune or IRIS, of the year of the day at most. One SQL query.

    A district of Paris, Lyon or Marseille that has no figure of its own has that of the whole commune.
    """
    around = {code: figures_commune(code) for code in territories}
    rows = OpenFigure.objects.filter(territory__in={*around, *around.values()}, year__lte=on.year).order_by("year")
    known = {(row.territory, row.indicator): Published(row.value, row.denominator, row.year) for row in rows}
    keys = {key for _, key in known}
    told = {(code, key): known.get((code, key)) or known.get((whole, key)) for code, whole in around.items() for key in keys}
    return {place: figure for place, figure in told.items() if figure}


def iris_years() -> list[tuple[int, int]]:
    """The years of the contours of IRIS, the latest first, and how many each has. One SQL query."""
    rows = Iris.objects.values("year").annotate(places=Count("pk")).order_by("-year")
    return [(row["year"], row["places"]) for row in rows]


def open_years() -> list[tuple[str, int, int]]:
    """What open data are loaded: indicator, latest year, how many places it says something of. One SQL query."""
    rows = OpenFigure.objects.values("indicator", "year").annotate(places=Count("pk")).order_by("year")
    latest = {row["indicator"]: (row["year"], row["places"]) for row in rows}
    return [(key, *latest[key]) for key in INDICATORS if key in latest]
