"""Points and contours: shapes made valid, and which district each point is in. No Django, no database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Points = NDArray[np.float64]
# About 10 metres: enough for a map of a commune, a tenth of the weight.
OUTLINE_TOLERANCE = 0.0001


class BadShape(ValueError):
    """A geometry that is no area, even once repaired."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An area made valid: its WKB, its outline for maps as GeoJSON, its box."""

    wkb: bytes
    outline: dict[str, Any]
    west: float
    south: float
    east: float
    north: float


def shape_of(geometry: Mapping[str, Any]) -> Shape:
    """An area from its GeoJSON. Rings that cross or touch themselves are repaired; lines and points left over are dropped.

    Raises:
        BadShape: when there is no area.
    """
    try:
        area = shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.ShapelyError, TypeError, ValueError) as problem:
        raise BadShape(str(problem)) from problem
    if area is None:
        raise BadShape("no geometry")
    whole = mended(np.array([area]))[0]
    if whole is None:
        raise BadShape("no area")
    west, south, east, north = shapely.bounds(whole).tolist()
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadShape("not in degrees")
    simple = shapely.simplify(whole, OUTLINE_TOLERANCE, preserve_topology=True)
    outline = json.loads(shapely.to_geojson(shapely.set_precision(simple, 0.00001)))
    return Shape(shapely.to_wkb(whole), outline, west, south, east, north)


def mended(areas: NDArray[np.object_]) -> NDArray[np.object_]:
    """Areas made valid, in the same order: rings that cross are repaired, lines and points left over are dropped.

    None where there is no area. The quick repair is kept where it keeps the area within a hundredth; it loses the rings
    that are drawn twice.
    """
    found = areas.copy()
    bad = np.flatnonzero(~shapely.is_valid(areas))
    found[bad] = shapely.make_valid(areas[bad], method="structure", keep_collapsed=False)
    drawn = shapely.area(areas[bad])
    off = bad[~(np.abs(shapely.area(found[bad]) - drawn) <= drawn / 100)]
    found[off] = shapely.make_valid(areas[off])
    mixed = ~np.isin(shapely.get_type_id(found), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    for index in np.flatnonzero(mixed):
        parts = shapely.get_parts(found[index])
        found[index] = shapely.union_all(parts[shapely.area(parts) > 0])
    found[~(shapely.area(found) > 0)] = None
    return found


def locate(lon: Points, lat: Points, shapes: Sequence[bytes]) -> NDArray[np.int64]:
    """For each point, the index of the shape it is in, or -1. A point in two shapes is in the first: counted once."""
    found = np.full(len(lon), -1, dtype=np.int64)
    order = np.argsort(lon, kind="stable")
    sorted_lon, sorted_lat = lon[order], lat[order]
    for index, wkb in enumerate(shapes):
        area = shapely.from_wkb(wkb)
        west, south, east, north = shapely.bounds(area)
        start, end = np.searchsorted(sorted_lon, west, "left"), np.searchsorted(sorted_lon, east, "right")
        near = order[start:end][
            (sorted_lat[start:end] >= south) & (sorted_lat[start:end] <= north) & (found[order[start:end]] < 0)
        ]
        if near.size:
            shapely.prepare(area)
            found[near[shapely.contains_xy(area, lon[near], lat[near])]] = index
    return found
