"""One landlord inside the application: the same answer as from files, each caller with its own tables."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from palier.sites.chain.crossing import Crossed
from palier.sites.chain.landlord import of_landlord
from palier.sites.chain.registry import registry_plan
from tests.sites.chain.scenes import ON, PLAN, contours, crossed, line, rows_of, square

AREAS = contours(square("QN1", 2.0, 48.0, 0.2))


def _of(homes: int) -> Crossed:
    tables = {
        "dwellings": rows_of("dwellings", [{"residence": "7", "lon": 2.1, "lat": 48.1, "homes": homes}]),
        "incidents": rows_of("incidents", [{"residence": "7", "month": date(2025, 1, 9), "kind": "fire", "count": 2}]),
    }
    return of_landlord(tables, PLAN, districts=AREAS)


def test_a_landlord_is_crossed_as_files_are() -> None:
    found = _of(40)
    homes = [{"residence": "7", "lon": 2.1, "lat": 48.1, "homes": 40}]
    notes = [{"residence": "7", "month": date(2025, 1, 9), "kind": "fire", "count": 2}]
    same = crossed(dwellings=homes, incidents=notes, districts=AREAS)
    assert found.residences.equals(same.residences)
    assert found.values.tobytes() == same.values.tobytes()
    assert line(found, "7")["incidents"] == 2 * 100 * 365.25 / (40 * 365)


def test_what_somebody_found_of_the_district_stands_before_the_contours() -> None:
    given = {
        "dwellings": rows_of("dwellings", [{"residence": "7", "lon": 2.1, "lat": 48.1, "homes": 40}]),
        "readings": rows_of("readings", [{"residence": "7", "indicator": "qpv_share", "ends_on": ON, "value": 12.5}]),
    }
    assert line(of_landlord(given, registry_plan(ON), districts=AREAS), "7")["qpv_share"] == 12.5


def test_two_landlords_at_once_do_not_see_each_other() -> None:
    sizes = [10, 20, 30, 40] * 5
    with ThreadPoolExecutor(4) as together:
        found = list(together.map(_of, sizes))
    assert [line(one, "7")["homes"] for one in found] == sizes
