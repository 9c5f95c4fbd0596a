"""Projected points come out where PROJ 9 puts them."""

from __future__ import annotations

import pytest

from palier.stock.reading.projections import degrees


@pytest.mark.parametrize(
    ("x", "y", "epsg", "lon", "lat"),
    [
        (700_000, 6_600_000, 2154, 3.0, 46.5),
        (652_469.02, 6_862_035.26, 2154, 2.3522, 48.8566),
        (100_000, 6_850_000, 2154, -5.1317655, 48.471965),
        (1_242_000, 6_050_000, 2154, 9.4645031, 41.3521428),
        (656_000, 1_795_000, 5490, -61.5403893, 16.2306107),
        (353_000, 545_000, 2972, -52.3258059, 4.9293416),
        (338_000, 7_690_000, 2975, 55.4425938, -20.8831447),
        (520_000, 8_586_000, 4471, 45.184278, -12.7907242),
        (2.48, 48.9, 4326, 2.48, 48.9),
    ],
)
def test_each_french_territory_comes_out_in_degrees(x: float, y: float, epsg: int, lon: float, lat: float) -> None:
    assert degrees(x, y, epsg) == pytest.approx((lon, lat), abs=2e-7)


def test_an_unknown_system_or_a_point_out_of_the_earth_gives_none() -> None:
    assert degrees(1.0, 1.0, 27572) is None
    assert degrees(2.0, 140.0, 4326) is None
