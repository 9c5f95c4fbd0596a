"""Where the rating is: the stock by commune and by square of a map, counted by the database whatever its size."""

from __future__ import annotations

from collections.abc import Collection
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
LEFT JOIN sites_siterating t ON t.residence_id = r.id AND t.campaign_id = ANY(%(campaigns)s)
WHERE r.merged_into_id IS NULL AND r.last_source_id = ANY(%(vintages)s)
"""
_INSIDE = " AND r.lon BETWEEN %(west)s AND %(east)s AND r.lat BETWEEN %(south)s AND %(north)s"
# A degree of latitude is some 1.45 times as long on a map of France.
_SQUARE = "floor(r.lon / %(side)s), floor(r.lat * 1.45 / %(side)s)"
_RATED = "coalesce(t.level, '') <> ''"
_HARD = "t.level = ANY(%(complex)s)"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a map is of: the current vintages of one landlord or of many, and the rating of each."""

    vintages: list[int]
    campaigns: list[int]


@dataclass(slots=True)
class Place:
    """An IRIS, or a commune where the IRIS is not known: what landlords have there, and how much of it is complex."""

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

    @property
    def residences(self) -> int:
        """All of them."""
        return self.located + self.missing


@dataclass(frozen=True, slots=True)
class Square:
    """The residences of one square of a map, at their mean point."""

    lon: float
    lat: float
    residences: int
    homes: int
    complex_homes: int


@dataclass(frozen=True, slots=True)
class Point:
    """One residence of a map; ``level`` is empty while nobody rated it, ``homes`` 0 where no file counts them."""

    landlord: int
    residence: int
    name: str
    lon: float
    lat: float
    level: str
    homes: int


def ground(*, landlord: int, campaign: RatingCampaign | None) -> Ground:
    """The stock of one landlord, with one of its ratings. One SQL query."""
    return Ground(stock.current_imports(landlords=[landlord]), [campaign.pk] if campaign else [])


def ground_of(*, landlords: Collection[int]) -> Ground:
    """The stock of many landlords, each with its latest rating. Two SQL queries."""
    latest = RatingCampaign.objects.filter(landlord__in=landlords).order_by("landlord", "-cycle").distinct("landlord")
    return Ground(stock.current_imports(landlords=landlords), list(latest.values_list("pk", flat=True)))


def extent(*, ground: Ground) -> Extent:
    """Where the residences of the current vintages are. One SQL query."""
    [row] = _rows(f"SELECT count(r.lon), count(*), min(r.lon), min(r.lat), max(r.lon), max(r.lat) {_STOCK}", ground)
    located, every, *box = row
    return Extent(located, every - located, (box[0], box[1], box[2], box[3]) if located else None)


def overview(*, ground: Ground, side: float) -> tuple[list[Place], list[Square]]:
    """What is in each commune, and in each square of so many degrees of longitude: the stock is read once. One SQL query."""
    counts = f"""SELECT grouping(r.commune), r.commune, max(r.commune_name), avg(r.lon), avg(r.lat), count(*),
        count(*) FILTER (WHERE {_RATED}), coalesce(sum(v.homes) FILTER (WHERE {_RATED}), 0),
        count(*) FILTER (WHERE {_HARD}), coalesce(sum(v.homes) FILTER (WHERE {_HARD}), 0) {_STOCK}
        GROUP BY GROUPING SETS ((r.commune), ({_SQUARE}))"""
    places, squares = [], []
    for of_square, code, name, lon, lat, many, rated, homes, hard, hard_homes in _rows(counts, ground, side=side):
        if not of_square:
            places.append(Place(code, name or code or "lieu inconnu", None, many, rated, homes, hard, hard_homes))
        elif lon is not None:
            squares.append(Square(lon, lat, many, homes, hard_homes))
    return places, squares


def located_in(*, ground: Ground, box: Box) -> int:
    """How many residences have their point in a box. One SQL query."""
    [(many,)] = _rows(f"SELECT count(*) {_STOCK}{_INSIDE}", ground, box=box)
    return int(many)


def points(*, ground: Ground, box: Box) -> list[Point]:
    """The residences of a box, one by one. One SQL query."""
    asked = f"""SELECT r.landlord_id, r.id, r.name, r.lon, r.lat, coalesce(t.level, ''), coalesce(v.homes, 0)
        {_STOCK}{_INSIDE} ORDER BY r.id"""
    return [Point(*row) for row in _rows(asked, ground, box=box)]


def towns(*, ground: Ground, box: Box, most: int) -> list[tuple[str, float, float]]:
    """The communes with most residences in a box: name, mean longitude and latitude of what is there. One SQL query."""
    asked = f"""SELECT max(r.commune_name), avg(r.lon), avg(r.lat) {_STOCK}{_INSIDE} AND r.commune_name <> ''
        GROUP BY r.commune, r.commune_name ORDER BY count(*) DESC, 1 LIMIT {most}"""
    return _rows(asked, ground, box=box)


def squares(*, ground: Ground, box: Box, side: float) -> list[Square]:
    """The residences of a box, by squares of so many degrees of longitude. One SQL query."""
    counts = f"""SELECT avg(r.lon), avg(r.lat), count(*), coalesce(sum(v.homes) FILTER (WHERE {_RATED}), 0),
        coalesce(sum(v.homes) FILTER (WHERE {_HARD}), 0) {_STOCK}{_INSIDE}
        GROUP BY {_SQUARE} ORDER BY 3 DESC, 1, 2"""
    return [Square(*row) for row in _rows(counts, ground, box=box, side=side)]


def _rows(sql: str, ground: Ground, *, box: Box = (0, 0, 0, 0), side: float = 1.0) -> list[Any]:
    named = dict(zip(("west", "south", "east", "north"), box, strict=True))
    asked: dict[str, Any] = {
        "vintages": ground.vintages,
        "campaigns": ground.campaigns,
        **named,
        "side": side,
        "complex": _COMPLEX,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return list(cursor.fetchall())
