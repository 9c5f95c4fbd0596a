"""The rating of a landlord's stock on a map: residences by situation, over IRIS by the share of homes in complex sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from palier.directory.models import Landlord
from palier.sites import queries
from palier.sites.rules import Level, Standing
from palier.sources import queries as sources
from palier.stock.rules.districts import version_on
from palier.web.doors import Request, door
from palier.web.sites.views import READ, current
from palier.web.stock.maps import areas_around, feature, geojson

SORTS = {"lieu": "label", "residences": "residences", "logements": "homes", "complexes": "complex", "part": "share"}


@dataclass(slots=True)
class Place:
    """An IRIS, or a commune where the IRIS is not known: what the landlord has there, and how much of it is complex."""

    code: str
    label: str
    iris: int | None
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


def _places(rows: list[Any]) -> list[Place]:
    where = sources.iris_of(residences=rows)
    found: dict[str, Place] = {}
    for row in rows:
        iris = where.get(row.pk)
        code, label = (iris.code, iris.label) if iris else (row.commune, row.commune_name or row.commune or "lieu inconnu")
        place = found.setdefault(code, Place(code, label, iris.pk if iris else None))
        place.residences += 1
        if row.level:
            place.rated += 1
            place.homes += row.homes or 0
            if Level(row.level).standing is Standing.COMPLEX:
                place.complex += 1
                place.complex_homes += row.homes or 0
    return list(found.values())


@door(GET=READ)
def sites_map(request: Request, landlord: Landlord) -> HttpResponse:
    """The table of places, then the map of the same."""
    campaign, facts = current(landlord)
    rows = list(queries.residences(landlord=landlord.pk, campaign=campaign, on=request.on))
    sort = request.GET.get("sort", "-part")
    if sort.removeprefix("-") not in SORTS:
        sort = "-part"
    places = sorted(_places(rows), key=lambda p: p.label)
    places.sort(key=lambda p: getattr(p, SORTS[sort.removeprefix("-")]), reverse=sort.startswith("-"))
    located = sum(row.lon is not None for row in rows)
    context = {
        "landlord": landlord,
        "facts": facts,
        "places": places,
        "by_iris": any(place.iris for place in places),
        "sort": sort,
        "located": located,
        "missing": len(rows) - located,
        "version": version_on(request.on),
        "levels": list(Level),
    }
    return render(request, "sites/map.html", context)


@door(GET=READ)
def sites_points(request: Request, landlord: Landlord) -> JsonResponse:
    """Residences with their situation, IRIS with their share of homes in complex sites, districts, as GeoJSON."""
    campaign, _ = current(landlord)
    rows = [r for r in queries.residences(landlord=landlord.pk, campaign=campaign, on=request.on) if r.lon is not None]
    shares = {place.iris: place for place in _places(rows) if place.iris and place.share >= 0}
    shapes = [
        {
            "type": "Feature",
            "geometry": iris.outline,
            "properties": {"name": iris.label, "share": round(shares[iris.pk].share, 4)},
        }
        for iris in sources.outlines(iris=shares)
    ]
    points = [_point(landlord, row) for row in rows]
    return geojson([*points, *shapes, *areas_around(rows, request)])


def _point(landlord: Landlord, row: Any) -> dict[str, Any]:
    url = reverse("site_sheet", kwargs={"landlord_id": landlord.pk, "residence_id": row.pk})
    level = Level(row.level) if row.level else None
    words = f"situation {level.label.lower()}" if level else "à coter"
    shown = {"level": level.rank} if level else {}
    return feature(row.lon, row.lat, name=row.name, note=words, url=url, **shown)
