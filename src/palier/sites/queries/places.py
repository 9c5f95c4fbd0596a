"""Where the rating is: the stock by commune and by square of a map, counted by the database whatever its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from palier.sites.models import RatingCampaign
from palier.sites.rules import Level, Standing
from palier.stock import queries as stock

Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

_COMPLEX = [level.value for level in Level if level.standing is Standing.COMPLEX]
_STOCK = """
FROM stock_residence r
LEFT JOIN stock_residencevintage v ON v.residence_id = r.id AND v.source_id = r.last_source_id
LEFT JOIN sites_siterating t ON t.residence_id = r.id AND t.campaign_id = %(campaign)s
WHERE r.landlord_id = %(landlord)s AND r.merged_into_id IS NULL AND r.last_source_id = %(source)s
"""
_INSIDE = " AND r.lon BETWEEN %(west)s AND %(east)s AND r.lat BETWEEN %(south)s AND %(north)s"
# A degree of latitude is some 1.45 times as long on a map of France.
_SQUARE = "floor(r.lon / %(side)s), floor(r.lat * 1.45 / %(side)s)"
_RATED = "coalesce(t.level, '') <> ''"
_HARD = "t.level = ANY(%(complex)s)"


@dataclass(slots=True)
class Place:
    """An IRIS, or a commune where the IRIS is not known: what the landlord has there, and how much of it is complex."""

    code: str
    label: str
    iris: int | None = None
    residences: int = 0
    rated: int = 0
    homes: int = 0
    """Of rated residences."""
    complex: int = 0
    complex_homes: int = 0

    @property
    def share(self) -> float:
        """The share of the homes rated that are in complex sites; -1 while nothing is rated there."""
        return self.complex_homes / self.homes if self.homes else -1.0


@dataclass(frozen=True, slots=True)
class Extent:
    """How many residences have a point, how many have none, and the box around those that do."""

    located: int
    missing: int
    box: Box | None


@dataclass(frozen=True, slots=True)
class Square:
    """The residences of one square of a map, at their mean point."""

    lon: float
    lat: float
    residences: int
    homes: int
    complex_homes: int


def extent(*, landlord: int) -> Extent:
    """Where the residences of the current vintage are. Two SQL queries."""
    [row] = _rows(f"SELECT count(r.lon), count(*), min(r.lon), min(r.lat), max(r.lon), max(r.lat) {_STOCK}", landlord)
    located, every, *box = row
    return Extent(located, every - located, (box[0], box[1], box[2], box[3]) if located else None)


def overview(*, landlord: int, campaign: RatingCampaign | None, side: float) -> tuple[list[Place], list[Square]]:
    """What the landlord has in each commune, and in each square of so many degrees of longitude: its stock is read once.

    Two SQL queries.
    """
    counts = f"""SELECT grouping(r.commune), r.commune, max(r.commune_name), avg(r.lon), avg(r.lat), count(*),
        count(*) FILTER (WHERE {_RATED}), coalesce(sum(v.homes) FILTER (WHERE {_RATED}), 0),
        count(*) FILTER (WHERE {_HARD}), coalesce(sum(v.homes) FILTER (WHERE {_HARD}), 0) {_STOCK}
        GROUP BY GROUPING SETS ((r.commune), ({_SQUARE}))"""
    places, squares = [], []
    for of_square, code, name, lon, lat, many, rated, homes, hard, hard_homes in _rows(
        counts, landlord, campaign=campaign, side=side
    ):
        if not of_square:
            places.append(Place(code, name or code or "lieu inconnu", None, many, rated, homes, hard, hard_homes))
        elif lon is not None:
            squares.append(Square(lon, lat, many, homes, hard_homes))
    return places, squares


def located_in(*, landlord: int, box: Box) -> int:
    """How many residences have their point in a box. Two SQL queries."""
    [(many,)] = _rows(f"SELECT count(*) {_STOCK}{_INSIDE}", landlord, box=box)
    return int(many)


def squares(*, landlord: int, campaign: RatingCampaign | None, box: Box, side: float) -> list[Square]:
    """The residences of a box, by squares of so many degrees of longitude. Two SQL queries."""
    counts = f"""SELECT avg(r.lon), avg(r.lat), count(*), coalesce(sum(v.homes) FILTER (WHERE {_RATED}), 0),
        coalesce(sum(v.homes) FILTER (WHERE {_HARD}), 0) {_STOCK}{_INSIDE}
        GROUP BY {_SQUARE} ORDER BY 3 DESC, 1, 2"""
    return [Square(*row) for row in _rows(counts, landlord, campaign=campaign, box=box, side=side)]


def _rows(
    sql: str, landlord: int, *, campaign: RatingCampaign | None = None, box: Box = (0, 0, 0, 0), side: float = 1.0
) -> list[tuple[Any, ...]]:
    source = stock.current_import(landlord=landlord)
    named = dict(zip(("west", "south", "east", "north"), box, strict=True))
    asked = {"landlord": landlord, "campaign": campaign.pk if campaign else 0, "source": source.pk if source else 0}
    with connection.cursor() as cursor:
        cursor.execute(sql, {**asked, **named, "side": side, "complex": _COMPLEX})
        return list(cursor.fetchall())
