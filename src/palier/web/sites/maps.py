"""The rating of a landlord's stock on a map: residences by situation, over IRIS by the share of homes in complex sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from palier.directory.models import Landlord
from palier.sites import queries
from palier.sites.rules import Level, Standing
from palier.sources import queries as sources
from palier.stock.rules.districts import version_on
from palier.web.doors import Request, door
from palier.web.sites.forms import WindowForm
from palier.web.sites.sketch import WORLD, Fitted
from palier.web.sites.views import READ, cycle_of
from palier.web.stock.maps import TOWNS, areas_around, areas_in, feature, geojson, towns

SORTS = {"lieu": "label", "residences": "residences", "logements": "homes", "complexes": "complex", "part": "share"}


# Residences with a point beyond which places are communes, and the map is counted by squares.
LARGE = 5_000
# Points that a window of a large map shows one by one.
MOST_POINTS = 1_000
_PER_PAGE = 25
# What the map's own shades say (``.map-share-…`` in ``map.css``), the lightest first.
SHARES = ("Rien en site complexe", "Moins de 10 % des logements", "Moins de 25 %", "Moins de 50 %", "50 % ou plus")
# Pixels of a square's side.
SQUARE = 72
# The zoom from which a large map draws the districts of its window.
_NEAR = 10


def _places(rows: list[Any]) -> list[queries.Place]:
    where = sources.iris_of(residences=rows)
    found: dict[str, queries.Place] = {}
    for row in rows:
        iris = where.get(row.pk)
        code, label = (iris.code, iris.label) if iris else (row.commune, row.commune_name or row.commune or "lieu inconnu")
        place = found.setdefault(code, queries.Place(code, label, iris.pk if iris else None))
        place.residences += 1
        if row.level:
            place.rated += 1
            place.homes += row.homes or 0
            if Level(row.level).standing is Standing.COMPLEX:
                place.complex += 1
                place.complex_homes += row.homes or 0
    return list(found.values())


class Places:
    """The places of a map as its table shows them: sorted as asked, a page at a time."""

    def __init__(self, places: list[queries.Place], request: Request) -> None:
        self.sort = request.GET.get("sort", "-part")
        if self.sort.removeprefix("-") not in SORTS:
            self.sort = "-part"
        places.sort(key=lambda p: p.label)
        places.sort(key=lambda p: getattr(p, SORTS[self.sort.removeprefix("-")]), reverse=self.sort.startswith("-"))
        self.rated = sum(place.rated for place in places)
        self.by_iris = any(place.iris for place in places)
        self.page = Paginator(places, _PER_PAGE).get_page(request.GET.get("page"))


@door(GET=READ)
def sites_map(request: Request, landlord: Landlord) -> HttpResponse:
    """The table of places, then the map of the same."""
    campaign = queries.campaign(landlord=landlord.pk, cycle=cycle_of(landlord))
    ground = queries.ground(landlord=landlord.pk, campaign=campaign)
    extent = queries.extent(ground=ground)
    large = extent.located > LARGE
    sketch = None
    if large and extent.box:
        fitted = Fitted(extent.box)
        places, squares = queries.overview(ground=ground, side=fitted.degrees(SQUARE))
        sketch = fitted.sketch(squares)
    else:
        places = _places(list(queries.residences(landlord=landlord.pk, campaign=campaign, on=request.on)))
    context = {
        "landlord": landlord,
        "shown": Places(places, request),
        "extent": extent,
        "sketch": sketch,
        "box": ",".join(str(edge) for edge in extent.box) if large and extent.box else "",
        "version": version_on(request.on),
        "levels": list(Level),
        "shares": SHARES,
    }
    return render(request, "sites/map.html", context)


@door(GET=READ)
def sites_points(request: Request, landlord: Landlord) -> JsonResponse:
    """Residences with their situation, IRIS with their share of homes in complex sites, districts, as GeoJSON.

    With a ``box`` and a ``zoom``, what a window of a large map shows: its residences, or how many each square holds.
    """
    campaign = queries.campaign(landlord=landlord.pk, cycle=cycle_of(landlord))
    window = WindowForm(request.GET)
    if window.is_valid():
        return seen(request, queries.ground(landlord=landlord.pk, campaign=campaign), window)
    found = queries.residences(landlord=landlord.pk, campaign=campaign, on=request.on).filter(lon__isnull=False)
    rows: list[Any] = list(found)
    shares = {place.iris: place for place in _places(rows) if place.iris and place.share >= 0}
    shapes = [
        {
            "type": "Feature",
            "geometry": iris.outline,
            "properties": {"name": iris.label, "share": round(shares[iris.pk].share, 4)},
        }
        for iris in sources.outlines(iris=shares)
    ]
    points = [_point(queries.Point(landlord.pk, row.pk, row.name, row.lon, row.lat, row.level, row.homes or 0)) for row in rows]
    return geojson([*points, *towns(rows), *shapes, *areas_around(rows, request)])


def seen(request: Request, ground: queries.Ground, window: WindowForm, names: Mapping[int, str] | None = None) -> JsonResponse:
    """What a window of a large map shows: residences, or how many each square holds; districts from near by.

    ``names`` are those of the landlords, told beside each residence where there are many.
    """
    box, zoom = window.cleaned_data["box"], window.cleaned_data["zoom"]
    if queries.located_in(ground=ground, box=box) <= MOST_POINTS:
        here = [_point(one, (names or {}).get(one.landlord, "")) for one in queries.points(ground=ground, box=box)]
    else:
        here = [
            feature(
                round(one.lon, 5),
                round(one.lat, 5),
                count=one.residences,
                **({"share": round(one.complex_homes / one.homes, 4)} if one.homes else {}),
            )
            for one in queries.squares(ground=ground, box=box, side=360 / WORLD / 2**zoom * SQUARE)
        ]
    written = [feature(lon, lat, town=town) for town, lon, lat in queries.towns(ground=ground, box=box, most=TOWNS)]
    return geojson([*here, *written, *(areas_in(box, request) if zoom >= _NEAR else [])])


def _point(one: queries.Point, landlord: str = "") -> dict[str, Any]:
    url = reverse("site_sheet", kwargs={"landlord_id": one.landlord, "residence_id": one.residence})
    level = Level(one.level) if one.level else None
    words = f"situation {level.label.lower()}" if level else "à coter"
    hard = level is not None and level.standing is Standing.COMPLEX
    shown = {"level": level.rank, "homes": one.homes, "hard": one.homes if hard else 0} if level else {}
    return feature(one.lon, one.lat, name=one.name, note=", ".join(filter(None, (landlord, words))), url=url, **shown)
