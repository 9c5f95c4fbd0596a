"""Priority districts: contours repaired, homes counted once, both lists side by side, what was declared beside."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction

from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.stock import operations, queries
from palier.stock.geography import BadShape, locate, shape_of
from palier.stock.models import DistrictStanding, PriorityDistrict, Residence, ResidenceDistrict
from palier.stock.operations.counting import stand
from palier.stock.rules.districts import Method
from palier.verdict import Refusal
from tests.stock import files
from tests.stock.conftest import Bring

Ring = list[list[float]]


def square(west: float, south: float, side: float = 0.01) -> Ring:
    return [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]


def feature(code: str, ring: Ring, label: str = "Les Acacias") -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code, "label": label, "insee": ["93010"]},
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
    }


@pytest.fixture
def bring_districts(tmp_path: Path, at: datetime) -> Callable[..., int]:
    def make(*features: dict[str, Any], version: str = "2024") -> int:
        path = tmp_path / "qpv.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return operations.import_districts(path=path, version=version, by=None, at=at)

    return make


def addresses(*points: tuple[str, int, float, float]) -> bytes:
    """A GeoJSON by address: programme, homes, point."""
    made = [
        {
            "type": "Feature",
            "properties": {"cle": f"{rank} rue du Lac", "appartement": count, "Nom.du.Programme": name},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for rank, (name, count, lon, lat) in enumerate(points, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": made}).encode()


# --- contours, without a database --------------------------------------------------------------------------------------


def test_a_ring_that_crosses_itself_is_repaired() -> None:
    bow = [[0.0, 45.0], [1.0, 46.0], [1.0, 45.0], [0.0, 46.0], [0.0, 45.0]]
    shape = shape_of({"type": "Polygon", "coordinates": [bow]})
    found = locate(np.array([0.1, 0.9, 0.5]), np.array([45.5, 45.5, 45.9]), [shape.wkb])
    assert found.tolist() == [0, 0, -1]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [2.4, 48.9]},
        {"type": "Polygon", "coordinates": [[[2.4, 48.9], [2.5, 48.9], [2.4, 48.9]]]},
        {"type": "Polygon", "coordinates": [square(652_000, 6_862_000)]},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Nonsense"},
        {},
    ],
)
def test_what_is_no_area_in_degrees_is_refused(geometry: dict[str, Any]) -> None:
    with pytest.raises(BadShape):
        shape_of(geometry)


def test_a_point_in_two_districts_is_counted_once() -> None:
    one, two = (shape_of({"type": "Polygon", "coordinates": [square(w, 48.9)]}) for w in (2.48, 2.485))
    assert locate(np.array([2.4875, 2.493, 2.4]), np.array([48.905, 48.905, 48.905]), [one.wkb, two.wkb]).tolist() == [0, 1, -1]


def test_locating_agrees_with_looking_in_every_shape() -> None:
    draw = np.random.default_rng(3)
    shapes = [
        shape_of({"type": "Polygon", "coordinates": [square(*draw.uniform((2.3, 48.8), (2.6, 49)), 0.03)]}).wkb
        for _ in range(40)
    ]
    lon, lat = draw.uniform(2.3, 2.6, 3_000), draw.uniform(48.8, 49, 3_000)
    each = np.array([locate(lon, lat, [shape]) for shape in shapes])
    first = np.where((each >= 0).any(axis=0), (each >= 0).argmax(axis=0), -1)
    assert (locate(lon, lat, shapes) == first).all()


# --- the list comes in -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_list_comes_in_once_with_its_dates(bring_districts: Callable[..., int]) -> None:
    found = [feature("QN09312I", square(2.48, 48.9)), feature("QN97101M", square(-61.5, 16.2))]
    assert bring_districts(*found) == 2
    assert bring_districts(*found) == 2
    assert dict(PriorityDistrict.objects.values_list("code", "starts_on")) == {
        "QN09312I": date(2024, 1, 1),
        "QN97101M": date(2025, 1, 1),
    }
    bring_districts(feature("QP093012", square(2.48, 48.9)), version="2015")
    assert PriorityDistrict.objects.get(version="2015").ends_on == date(2023, 12, 31)
    assert Entry.objects.filter(act="stock.districts_imported").count() == 3
    assert bring_districts(found[0]) == 1
    assert PriorityDistrict.objects.filter(version="2024").count() == 1


@pytest.mark.django_db
def test_a_list_with_one_bad_contour_brings_nothing_in_and_names_it(bring_districts: Callable[..., int]) -> None:
    good = feature("QN09312I", square(2.48, 48.9))
    with pytest.raises(Refusal, match="Quartier n° 2 du fichier : il faut un code, un nom et un contour fermé"):
        bring_districts(good, feature("QN09313I", [[2.4, 48.9], [2.5, 48.9], [2.4, 48.9]]))
    with pytest.raises(Refusal, match="le code QN09312I y est deux fois"):
        bring_districts(good, good)
    with pytest.raises(Refusal, match="aucun quartier"):
        bring_districts()
    with pytest.raises(Refusal, match="Cette liste n’est pas connue"):
        bring_districts(good, version="1996")
    assert not PriorityDistrict.objects.exists()


GOOD = feature("QN09312I", square(2.48, 48.9))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "pas un JSON"),
        (b"<!doctype html><title>Page</title>", "pas un JSON"),
        (json.dumps({"features": [GOOD]}).encode()[:-9], "pas un JSON"),
        (b"[" * 100_000, "pas un JSON"),
        (b"\xff\xfe\x00", "pas un JSON"),
        (b"[1, 2]", "pas la forme attendue"),
        (b'{"features": null}', "aucun quartier"),
        (b'{"features": {"a": 1}}', "aucun quartier"),
        (b'{"features": [3]}', "Quartier n° 1 "),
        (
            json.dumps({"features": [GOOD, GOOD | {"geometry": {"type": "Point", "coordinates": [2.4, 48.9]}}]}),
            "Quartier n° 2 ",
        ),
        (json.dumps({"features": [feature("QN09312I", square(2.48, 48.9), "A\0")]}), "Quartier n° 1 "),
        (json.dumps({"features": [feature("QN09312I", square(2.48, 48.9), "A\ud800")]}), "Quartier n° 1 "),
        (json.dumps({"features": [GOOD, feature("QP093012", square(2.48, 48.9))]}), "n° 2 .* QP093012 est de la liste de 2015"),
    ],
)
def test_a_file_that_is_no_list_changes_nothing(
    content: bytes | str, said: str, bring_districts: Callable[..., int], tmp_path: Path, at: datetime
) -> None:
    bring_districts(feature("QN09399X", square(2.48, 48.9)))
    path = tmp_path / "wrong"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Refusal, match=said):
        operations.import_districts(path=path, version="2024", by=None, at=at)
    assert [district.code for district in PriorityDistrict.objects.all()] == ["QN09399X"]
    assert Entry.objects.filter(act="stock.districts_imported").count() == 1


def test_a_packed_list_is_read(tmp_path: Path) -> None:
    path = tmp_path / "qpv.geojson.gz"
    path.write_bytes(gzip.compress(json.dumps({"features": [GOOD]}).encode()))
    assert [district.code for district in operations.read_districts(path=path, version="2024")] == ["QN09312I"]


@pytest.mark.django_db
@pytest.mark.skipif(not files.TERRITORY.exists(), reason="the real QPV contours are not on this machine (../shared/data)")
def test_the_real_list_of_2024_comes_in_whole(at: datetime, bring_in: Bring, landlord: Landlord) -> None:
    path = files.TERRITORY / "qpv2024.geojson"
    assert operations.import_districts(path=path, version="2024", by=None, at=at) == 1_584
    geojson = files.BONDY / "bondy_rpls2022_batiments.geojson"
    bring_in(geojson.read_bytes(), name=geojson.name, year=2022, answers={"commune": "93010", "commune_name": "Bondy"})
    summary = queries.stock_summary(landlord=landlord)
    assert (summary.homes, summary.known) == (10_862, 10_862)
    assert 5_000 < summary.inside < 8_000
    inside = queries.residences(landlord=landlord).filter(in_qpv=True)
    districts = queries.districts_of(residences=list(inside), version="2024")
    codes = {row.district.code for rows in districts.values() for row in rows}
    assert {"QN09312I", "QN09314M"} <= codes


# --- what is said of residences ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_where_a_list_has_no_contours_nobody_says_outside(
    bring_districts: Callable[..., int], bring_in: Bring, landlord: Landlord
) -> None:
    bring_districts(feature("QN07501I", square(2.35, 48.88)))
    bring_in(addresses(("Ailleurs", 10, 2.4875, 48.905)), name="a.geojson", answers={"commune": "93010"})
    assert [r.in_qpv for r in queries.residences(landlord=landlord)] == [None]
    assert not queries.stock_summary(landlord=landlord).known


@pytest.mark.django_db
def test_a_residence_is_in_partly_in_or_outside_and_each_home_counts_once(
    bring_districts: Callable[..., int], bring_in: Bring, landlord: Landlord
) -> None:
    bring_districts(feature("QN1", square(2.48, 48.9)), feature("QN2", square(2.485, 48.9), "Les Érables"))
    bring_in(
        addresses(
            ("Dedans", 10, 2.4875, 48.905),
            ("Dedans", 5, 2.4945, 48.905),
            ("À cheval", 30, 2.4875, 48.905),
            ("À cheval", 10, 2.40, 48.905),
            ("Dehors", 7, 2.41, 48.9),
        ),
        name="a.geojson",
    )
    said = {r.name: (r.inside, r.known, r.in_qpv) for r in queries.residences(landlord=landlord)}
    assert said == {"Dedans": (15, 15, True), "À cheval": (30, 40, True), "Dehors": (0, 7, False)}
    summary = queries.stock_summary(landlord=landlord)
    assert (summary.inside, summary.known) == (45, 62)
    dedans = Residence.objects.get(name="Dedans")
    rows = queries.districts_of(residences=[dedans], version="2024")[dedans.pk]
    assert [(row.district.code, row.homes) for row in rows] == [("QN1", 10), ("QN2", 5)]


@pytest.mark.django_db
def test_contours_that_come_later_say_again_where_everything_stands(
    bring_districts: Callable[..., int], bring_in: Bring, landlord: Landlord
) -> None:
    bring_in(addresses(("Lilas", 10, 2.485, 48.905)), name="a.geojson")
    assert [r.in_qpv for r in queries.residences(landlord=landlord)] == [None]
    bring_districts(feature("QN1", square(2.48, 48.9)))
    assert [r.in_qpv for r in queries.residences(landlord=landlord)] == [True]
    bring_districts(feature("QN1", square(2.38, 48.9)))
    assert [r.in_qpv for r in queries.residences(landlord=landlord)] == [False]
    assert ResidenceDistrict.objects.count() == 0


@pytest.mark.django_db
def test_between_a_list_and_what_it_says_of_a_stock_what_was_known_stays(
    bring_districts: Callable[..., int], bring_in: Bring, landlord: Landlord, tmp_path: Path, at: datetime
) -> None:
    bring_districts(feature("QN1", square(2.48, 48.9)))
    bring_districts(feature("QP1", square(2.48, 48.9)), version="2015")
    source = bring_in(addresses(("Lilas", 10, 2.485, 48.905)), name="a.geojson")
    (tmp_path / "moved").write_text(json.dumps({"features": [feature("QN2", square(2.38, 48.9))]}))
    found = operations.read_districts(path=tmp_path / "moved", version="2024")
    assert [r.in_qpv for r in queries.residences(landlord=landlord)] == [True]
    operations.load_districts(found=found, version="2024", by=None, at=at)
    assert [r.in_qpv for r in queries.residences(landlord=landlord)] == [True]
    assert [d.code for d in PriorityDistrict.objects.filter(version="2024")] == ["QN2"]
    assert [r.in_qpv for r in queries.residences(landlord=landlord, on=date(2023, 1, 1))] == [True]
    assert operations.to_stand_again() == [source.pk]
    for _ in range(2):
        assert operations.stand_again(import_id=source.pk, version="2024") == landlord
        assert [r.in_qpv for r in queries.residences(landlord=landlord)] == [False]
    operations.undo_import(item=source, by=None, at=at)
    assert operations.stand_again(import_id=source.pk, version="2024") is None
    assert not DistrictStanding.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_list_waits_for_those_who_stand_in_it_and_they_do_not_wait_for_each_other(bring_in: Bring) -> None:
    source = bring_in(addresses(("Lilas", 10, 2.485, 48.905)), name="a.geojson")

    def free(how: str) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_try_advisory_xact_lock{how}(%s)", [0x570D])
                return bool(cursor.fetchone()[0])
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor(1) as beside:
        stand(source=source)
        assert not beside.submit(free, "").result()
        assert beside.submit(free, "_shared").result()


@pytest.mark.django_db
def test_both_lists_are_kept_side_by_side_and_the_day_chooses(
    bring_districts: Callable[..., int], bring_in: Bring, landlord: Landlord
) -> None:
    bring_districts(feature("QP1", square(2.48, 48.9)), version="2015")
    bring_districts(feature("QN1", square(2.38, 48.9)), version="2024")
    bring_in(addresses(("Lilas", 10, 2.485, 48.905)), name="a.geojson", year=2023)
    (then,) = queries.residences(landlord=landlord, on=date(2023, 6, 1))
    (now,) = queries.residences(landlord=landlord, on=date(2024, 6, 1))
    assert (then.in_qpv, now.in_qpv) == (True, False)


@pytest.mark.django_db
def test_what_was_declared_stays_beside_what_is_computed(
    bring_districts: Callable[..., int], bring_in: Bring, landlord: Landlord
) -> None:
    home = files.homes(6, residences=2)
    made = [files.statutory_line(h, qpv="1") for h in home]
    bring_in(files.statutory(made))
    assert [
        (s.method, s.inside, s.known, s.retained) for s in DistrictStanding.objects.filter(version="2024").order_by("pk")
    ] == [
        (Method.DECLARED, 3, 3, True),
        (Method.DECLARED, 3, 3, True),
    ]
    # The same homes with points that are outside of the contours: computed is retained, the declaration stays readable.
    bring_districts(feature("QN1", square(2.30, 48.8)))
    bring_in(files.open_2025(files.homes(6, residences=2), PLG_QP24="QN09312I"), year=2026)
    standings = DistrictStanding.objects.filter(source__year=2026, version="2024").order_by("residence", "method")
    assert {(s.method, s.inside, s.retained) for s in standings} == {
        (Method.CONTOURS, 0, True),
        (Method.DECLARED, standings[1].known, False),
    }


@pytest.mark.django_db
def test_a_residence_placed_by_hand_lends_its_point_to_homes_without_one(
    bring_districts: Callable[..., int], bring_in: Bring, landlord: Landlord, at: datetime
) -> None:
    bring_districts(feature("QN1", square(2.48, 48.9)))
    bring_in(files.statutory([files.statutory_line(h, qpv="2") for h in files.homes(4, residences=1)]))
    residence = queries.residences(landlord=landlord).get()
    assert (residence.inside, residence.known) == (0, 4)
    operations.place_residence(residence=residence, lon=2.485, lat=48.905, by=None, at=at + timedelta(days=1))
    residence = queries.residences(landlord=landlord).get()
    assert (residence.inside, residence.known, residence.in_qpv) == (4, 4, True)
    # And the next file, without points either, keeps it.
    bring_in(files.statutory([files.statutory_line(h, qpv="2") for h in files.homes(4, residences=1)], year=2026), year=2026)
    assert queries.residences(landlord=landlord).get().inside == 4
