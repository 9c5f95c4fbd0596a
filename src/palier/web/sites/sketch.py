"""A large map before the map: its squares drawn in the page itself, where the map will lay them when its script has come."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass

from palier.sites.queries import Box, Square

WORLD = 512
"""Pixels of the whole earth on a map at zoom 0."""
# What the map's own script draws: radius by how many, tone by share (``map.js``, ``.map-share-…`` in ``map.css``).
_STEPS, _RADII = (10, 100, 1_000), (11, 15, 20, 26)
_SHARES = (0.001, 0.1, 0.25, 0.5)
# The canvas without its margins: as high as the page makes it, as wide as on a screen.
_WIDE, _HIGH = 1_000, 352


@dataclass(frozen=True, slots=True)
class Mark:
    """One square: where its circle is in the drawing, how many residences, and the step of its share (None: nothing rated)."""

    x: int
    y: int
    radius: int
    count: int
    step: int | None


@dataclass(frozen=True, slots=True)
class Sketch:
    """The drawing, in pixels of a wide screen."""

    width: int
    height: int
    marks: tuple[Mark, ...]


class Fitted:
    """A box fitted into the canvas, as the map does it: Mercator’s projection, the whole box seen."""

    def __init__(self, box: Box) -> None:
        self.west, self.north = _mercator(box[0], box[3])
        east, south = _mercator(box[2], box[1])
        self.across, self.down = max(east - self.west, 1e-6), max(south - self.north, 1e-6)
        self.scale = min(_WIDE / self.across, _HIGH / self.down)

    def degrees(self, pixels: float) -> float:
        """So many pixels of the drawing, in degrees of longitude."""
        return 360 * pixels / self.scale

    def sketch(self, squares: Iterable[Square]) -> Sketch:
        """The squares in their places, the fullest first."""
        marks = []
        for one in sorted(squares, key=lambda square: (-square.residences, square.lon, square.lat)):
            x, y = _mercator(one.lon, one.lat)
            step = bisect(_SHARES, one.complex_homes / one.homes) if one.homes else None
            place = round((x - self.west) * self.scale), round((y - self.north) * self.scale)
            marks.append(Mark(*place, _RADII[bisect(_STEPS, one.residences)], one.residences, step))
        return Sketch(math.ceil(self.across * self.scale), math.ceil(self.down * self.scale), tuple(marks))


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    """A point on an earth 1 wide and 1 high, from its north-west corner."""
    north = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return (180 + lon) / 360, 0.5 - north / (2 * math.pi)
