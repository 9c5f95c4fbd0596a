"""The stock on a map: residences as points, priority districts as areas. The table always stands first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from palier.directory.models import Landlord
from palier.stock import queries
from palier.stock.rules.districts import Standing, standing, version_on
from palier.web.doors import Request, door
from palier.web.stock.residences import READ, residence_or_404

Box = tuple[float, float, float, float]
# About a kilometre: the district across the street is worth seeing.
_AROUND = 0.01
# The classes of the map's points, light to dark.
_LEVELS = {Standing.UNKNOWN: 0, Standing.OUTSIDE: 0, Standing.PARTLY: 1, Standing.INSIDE: 2}


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
    features = [_point(landlord, row) for row in rows]
    return _geojson([*features, *_areas(_box(rows), version_on(request.on))])


@door(GET=READ)
def districts(request: Request, landlord: Landlord) -> JsonResponse:
    """The contours of the districts around a landlord's residences, as GeoJSON: a layer for any map of the stock."""
    rows = list(queries.residences(landlord=landlord, on=request.on).filter(lon__isnull=False))
    return _geojson(_areas(_box(rows), version_on(request.on)))


@door(GET=READ)
def residence_points(request: Request, landlord: Landlord, residence_id: int) -> JsonResponse:
    """One residence, its neighbours of the same landlord and the districts around, as GeoJSON."""
    item = residence_or_404(landlord, residence_id)
    if item.lon is None:
        return _geojson([])
    west, south, east, north = _box([item])
    rows = queries.residences(landlord=landlord, on=request.on).filter(lon__range=(west, east), lat__range=(south, north))
    features = [_point(landlord, row, here=row.pk == item.pk) for row in rows]
    return _geojson([*features, *_areas((west, south, east, north), version_on(request.on))])


def _point(landlord: Landlord, row: Any, *, here: bool = False) -> dict[str, Any]:
    homes = "nombre de logements inconnu" if row.homes is None else f"{row.homes} logement{'s' if row.homes > 1 else ''}"
    where = standing(row.inside, row.known)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
        "properties": {
            "name": row.name,
            "note": f"{homes}, {where.label[:1].lower()}{where.label[1:]}".replace("qPV", "QPV"),
            "url": reverse("residence", kwargs={"landlord_id": landlord.pk, "residence_id": row.pk}),
            "level": 3 if here else _LEVELS[where],
        },
    }


def _box(rows: Iterable[Any]) -> Box:
    rows = list(rows)
    if not rows:
        return (0.0, 0.0, 0.0, 0.0)
    lons, lats = [row.lon for row in rows], [row.lat for row in rows]
    return (min(lons) - _AROUND, min(lats) - _AROUND, max(lons) + _AROUND, max(lats) + _AROUND)


def _areas(box: Box, version: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": district.outline,
            "properties": {"name": district.label, "note": f"quartier prioritaire {district.code}"},
        }
        for district in queries.districts_around(box=box, version=version)
    ]


def _geojson(features: list[dict[str, Any]]) -> JsonResponse:
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")
