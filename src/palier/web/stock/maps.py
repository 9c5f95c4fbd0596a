"""The stock on a map: residences as points, priority districts as areas. The table always stands first."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean as mean
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from palier.directory.models import Landlord
from palier.stock import queries
from palier.stock.rules.districts import standing, version_on
from palier.web.doors import Request, door
from palier.web.stock.residences import READ, residence_or_404

Box = tuple[float, float, float, float]
# About a kilometre: the district across the street is worth seeing.
_AROUND = 0.01
# Names of communes that a map is given; it writes those for which there is room.
TOWNS = 24


@door(GET=READ)
def stock_map(request: Request, landlord: Landlord) -> HttpResponse:
    """The map of a landlord's residences."""
    rows = queries.residences(landlord=landlord, on=request.on)
    located = rows.filter(lon__isnull=False).count()
    context = {"landlord": landlord, "located": located, "missing": rows.count() - located, "version": version_on(request.on)}
    return render(request, "stock/map.html", context)


@door(GET=READ)
def stock_points(request: Request, landlord: Landlord) -> JsonResponse:
    """Residences and the districts around them, as GeoJSON."""
    rows = list(queries.residences(landlord=landlord, on=request.on).filter(lon__isnull=False))
    return geojson([*(_residence(landlord, row) for row in rows), *towns(rows), *areas_around(rows, request)])


@door(GET=READ)
def districts(request: Request, landlord: Landlord) -> JsonResponse:
    """The contours of the districts around a landlord's residences, as GeoJSON: a layer for any map of the stock."""
    rows = list(queries.residences(landlord=landlord, on=request.on).filter(lon__isnull=False))
    return geojson(areas_around(rows, request))


@door(GET=READ)
def residence_points(request: Request, landlord: Landlord, residence_id: int) -> JsonResponse:
    """The addresses of a residence (its own point when they have none) and the districts around, as GeoJSON."""
    item = residence_or_404(landlord, residence_id)
    if item.lon is None or item.lat is None:
        return geojson([])
    rows = list(queries.points_of(residence=item)) or [
        {"address": item.address, "homes": None, "lon": item.lon, "lat": item.lat}
    ]
    points = [feature(row["lon"], row["lat"], name=row["address"] or item.name, note=_homes(row["homes"])) for row in rows]
    return geojson([*points, *_areas(_box((row["lon"], row["lat"]) for row in rows), version_on(request.on))])


def _homes(count: int | None) -> str:
    return "nombre de logements inconnu" if count is None else f"{count} logement{'s' if count > 1 else ''}"


def feature(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    """A point and what is said of it."""
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": properties}


def _residence(landlord: Landlord, row: Any) -> dict[str, Any]:
    """A residence: a full point when it is in a district, a pale one when it is not."""
    words = f"{_homes(row.homes)}. {standing(row.inside, row.known).label}."
    url = reverse("residence", kwargs={"landlord_id": landlord.pk, "residence_id": row.pk})
    pale = {} if row.in_qpv else {"level": 0}
    return feature(row.lon, row.lat, name=row.name, note=words, url=url, **pale)


def towns(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The names that a map of placed residences may write: those of their communes, the fullest first."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in rows:
        if row.commune_name:
            found.setdefault((row.commune_name, row.commune), []).append((row.lon, row.lat))
    fullest = sorted(found.items(), key=lambda town: (-len(town[1]), town[0]))[:TOWNS]
    return [feature(*(mean(axis) for axis in zip(*points, strict=True)), town=name) for (name, _), points in fullest]


def _box(points: Iterable[tuple[float, float]]) -> Box:
    lons, lats = zip(*points, strict=True)
    return (min(lons) - _AROUND, min(lats) - _AROUND, max(lons) + _AROUND, max(lats) + _AROUND)


def areas_around(rows: list[Any], request: Request) -> list[dict[str, Any]]:
    """The priority districts around placed residences."""
    return areas_in(_box((row.lon, row.lat) for row in rows), request) if rows else []


def areas_in(box: Box, request: Request) -> list[dict[str, Any]]:
    """The priority districts that a box touches."""
    return _areas(box, version_on(request.on))


def _areas(box: Box, version: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": district.outline,
            "properties": {"name": district.label, "note": f"quartier prioritaire {district.code}"},
        }
        for district in queries.districts_around(box=box, version=version)
    ]


def geojson(features: list[dict[str, Any]]) -> JsonResponse:
    """What a map reads."""
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")
