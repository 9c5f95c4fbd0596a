"""Projected coordinates of the French territories into longitude and latitude (WGS 84), in degrees.

The formulas are those of the IGN (Lambert conformal conic, NTG 71) and the usual series of the transverse Mercator
(Krüger, to the third order): well under a metre, where the register itself is good to a few.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

_A = 6_378_137.0
_F = 1 / 298.257222101
_E = math.sqrt(2 * _F - _F * _F)


@dataclass(frozen=True, slots=True)
class _Conic:
    """Lambert-93: two standard parallels, origin in degrees, false origin in metres."""

    parallels: tuple[float, float] = (44.0, 49.0)
    latitude: float = 46.5
    longitude: float = 3.0
    east: float = 700_000.0
    north: float = 6_600_000.0


_ZONES = {32620: -63.0, 4559: -63.0, 5490: -63.0, 2972: -51.0, 2975: 57.0, 4471: 45.0}
_SOUTH = frozenset({2975, 4471})
_GEOGRAPHIC = frozenset({4326, 4171, 4258, 84})
KNOWN = frozenset({2154, *_ZONES, *_GEOGRAPHIC})


def _isometric(phi: float) -> float:
    sine = math.sin(phi)
    return math.atanh(sine) - _E * math.atanh(_E * sine)


def _latitude(isometric: float) -> float:
    phi = 2 * math.atan(math.exp(isometric)) - math.pi / 2
    for _ in range(8):
        phi = math.asin(math.tanh(isometric + _E * math.atanh(_E * math.sin(phi))))
    return phi


def _normal(phi: float) -> float:
    return _A / math.sqrt(1 - (_E * math.sin(phi)) ** 2)


def _conic_constants(conic: _Conic) -> tuple[float, float, float]:
    one, two = (math.radians(p) for p in conic.parallels)
    exponent = math.log(_normal(two) * math.cos(two) / (_normal(one) * math.cos(one))) / (_isometric(one) - _isometric(two))
    constant = _normal(one) * math.cos(one) / exponent * math.exp(exponent * _isometric(one))
    pole = conic.north + constant * math.exp(-exponent * _isometric(math.radians(conic.latitude)))
    return exponent, constant, pole


_LAMBERT_93 = _Conic()
_N, _C, _YS = _conic_constants(_LAMBERT_93)


def _lambert_93(x: float, y: float) -> tuple[float, float]:
    radius = math.hypot(x - _LAMBERT_93.east, y - _YS)
    angle = math.atan2(x - _LAMBERT_93.east, _YS - y)
    longitude = math.radians(_LAMBERT_93.longitude) + angle / _N
    return math.degrees(longitude), math.degrees(_latitude(-math.log(radius / _C) / _N))


def _transverse_mercator(x: float, y: float, meridian: float, *, south: bool) -> tuple[float, float]:
    n = _F / (2 - _F)
    radius = _A / (1 + n) * (1 + n**2 / 4 + n**4 / 64) * 0.9996
    xi, eta = (y - (10_000_000.0 if south else 0.0)) / radius, (x - 500_000.0) / radius
    betas = (n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96, n**2 / 48 + n**3 / 15, 17 * n**3 / 480)
    xi2 = xi - sum(b * math.sin(2 * k * xi) * math.cosh(2 * k * eta) for k, b in enumerate(betas, 1))
    eta2 = eta - sum(b * math.cos(2 * k * xi) * math.sinh(2 * k * eta) for k, b in enumerate(betas, 1))
    conformal = math.asin(math.sin(xi2) / math.cosh(eta2))
    longitude = meridian + math.degrees(math.atan2(math.sinh(eta2), math.cos(xi2)))
    return longitude, math.degrees(_latitude(math.atanh(math.sin(conformal))))


@lru_cache(maxsize=65_536)
def degrees(x: float, y: float, epsg: int) -> tuple[float, float] | None:
    """Longitude and latitude of a projected point; None when the system is not one of the French territories'.

    Points that fall outside of the Earth (a slip of the keyboard) give None too.
    """
    if epsg in _GEOGRAPHIC:
        lon, lat = x, y
    elif epsg == 2154:
        lon, lat = _lambert_93(x, y)
    elif epsg in _ZONES:
        lon, lat = _transverse_mercator(x, y, _ZONES[epsg], south=epsg in _SOUTH)
    else:
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return round(lon, 7), round(lat, 7)
