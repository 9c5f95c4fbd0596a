"""The stock's pages: the list, one residence, the map, corrections; each landlord its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Person
from palier.directory.operations import open_file
from palier.directory.rules import Kind, Role
from palier.stock import operations, queries
from palier.stock.models import Residence
from tests.stock import files
from tests.stock.conftest import Bring
from tests.stock.test_districts import addresses, feature, square
from tests.web.stock.conftest import words

pytestmark = pytest.mark.django_db


def url(landlord: Landlord, rest: str = "") -> str:
    return f"/organismes/{landlord.pk}/patrimoine/{rest}"


def statutory(count: int, residences: int, year: int = 2025) -> bytes:
    return files.statutory([files.statutory_line(h) for h in files.homes(count, residences=residences)], year=year)


def test_an_empty_stock_says_what_will_come_and_how(visitor: Client, landlord: Landlord) -> None:
    page = words(visitor.get(url(landlord)))
    assert "Aucune résidence pour l’instant." in page
    assert url(landlord, "importer/") in page
    assert "Aucun import pour l’instant." in words(visitor.get(url(landlord, "imports/")))
    assert "Aucune correspondance gardée." in words(visitor.get(url(landlord, "correspondances/")))
    assert "Aucune résidence n’a encore de point." in words(visitor.get(url(landlord, "carte/")))


def test_the_list_says_how_much_and_when(visitor: Client, landlord: Landlord, bring_in: Bring) -> None:
    bring_in(statutory(30, 6))
    page = words(visitor.get(url(landlord)))
    assert "6 résidences, 30 logements au 1er janvier 2025." in page
    assert "20 logements en quartier prioritaire, parmi les 30 que l’on sait situer." in page
    assert "Residence 0000 des Lilas" in page


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 6),
        ("?q=jean moulin", 1),
        ("?q=lilas 0000", 1),
        ("?q=nulle part", 0),
        ("?commune=93010", 2),
        ("?commune=99999", 6),
        ("?qpv=inside", 4),
        ("?qpv=outside", 2),
        ("?qpv=unknown", 0),
        ("?size=small", 6),
        ("?size=large", 0),
        ("?gone=on", 0),
        ("?sort=-homes&page=9", 6),
        ("?sort=<script>", 6),
    ],
)
def test_the_list_is_searched_narrowed_and_sorted(
    visitor: Client, landlord: Landlord, bring_in: Bring, asked: str, count: int
) -> None:
    bring_in(statutory(30, 6))
    response = visitor.get(url(landlord, asked))
    assert response.status_code == 200
    assert len(response.context["rows"]) == count
    assert "<script>" not in words(response).replace("<script type", "")


def test_the_list_takes_as_many_queries_with_1_row_as_with_30(visitor: Client, landlord: Landlord, bring_in: Bring) -> None:
    counts = []
    for year, residences in ((2024, 1), (2025, 30)):
        bring_in(statutory(60, residences, year), year=year)
        visitor.get(url(landlord))
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(url(landlord)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[1] <= 16


def test_the_lists_of_imports_and_of_mappings_take_the_same_queries_however_long(
    visitor: Client, landlord: Landlord, read_in: Bring, at: datetime
) -> None:
    counts: dict[str, list[int]] = {"imports/": [], "correspondances/": []}
    made = 0
    for wanted in (1, 12):
        while made < wanted:
            item = read_in(files.table([["Code UG", "Adresse", f"Autre {made}"], ["1", "1 rue X", ""], ["2", "2 rue X", ""]]))
            operations.complete_import(
                item=item, year=2025, mapping={0: "own_id", 1: "address"}, save_as=f"n° {made}", by=None, at=at
            )
            made += 1
        for page, seen in counts.items():
            with CaptureQueriesContext(connection) as captured:
                assert visitor.get(url(landlord, page)).status_code == 200
            seen.append(len(captured))
    assert all(one == many for one, many in counts.values())


def test_the_whole_selection_is_exported_without_running_anything(
    visitor: Client, landlord: Landlord, bring_in: Bring, at: datetime
) -> None:
    bring_in(statutory(60, 40))
    operations.rename_residence(residence=Residence.objects.order_by("pk")[0], name="=1+1", by=None, at=at)
    response = visitor.get(url(landlord, "export.csv"))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 41
    assert rows[0][:2] == ["Résidence", "Code"]
    assert any(row[0] == "'=1+1" for row in rows)
    narrowed = visitor.get(url(landlord, "export.csv?commune=93010"))
    assert len(narrowed.content.decode("utf-8-sig").splitlines()) < 41
    assert visitor.get(url(landlord, "export.xlsx")).content.startswith(b"PK")
    assert visitor.get(url(landlord, "export.pdf")).status_code == 404


def test_a_residence_shows_its_homes_its_vintages_and_its_districts(
    visitor: Client, landlord: Landlord, bring_in: Bring, tmp_path: Any, at: datetime
) -> None:
    import json

    path = tmp_path / "qpv.geojson"
    path.write_text(json.dumps({"features": [feature("QN1", square(2.48, 48.9), "Les Acacias")]}))
    operations.import_districts(path=path, version="2024", by=None, at=at)
    bring_in(addresses(("Lilas", 10, 2.485, 48.905), ("Lilas", 5, 2.478, 48.9)), name="a.geojson", year=2024)
    bring_in(addresses(("Lilas", 12, 2.485, 48.905), ("Lilas", 5, 2.478, 48.9)), name="b.geojson", year=2025)
    residence = queries.residences(landlord=landlord).get()
    page = words(visitor.get(url(landlord, f"residences/{residence.pk}/")))
    assert "17 logements au 1er janvier 2025." in page
    assert "12 logements sur 17 dans un quartier de la liste 2024." in page
    assert "Les Acacias (QN1)" in page
    assert "1 rue du Lac" in page
    assert page.index(">2025<") < page.index(">2024<")
    points = visitor.get(url(landlord, f"residences/{residence.pk}/carte.geojson")).json()
    assert next(f["geometry"]["type"] for f in points["features"]) == "Point"
    assert points["features"][-1]["properties"]["note"] == "quartier prioritaire QN1"


def test_a_residence_without_point_count_or_make_up_is_still_readable(
    visitor: Client, landlord: Landlord, bring_in: Bring
) -> None:
    bring_in(
        files.table([["Bailleur", "Résidence"], ["OPH", "Les Lilas"], ["OPH", "Les Roses"]]),
        answers={"mapping": {1: "programme"}},
    )
    residence = queries.residences(landlord=landlord)[0]
    page = words(visitor.get(url(landlord, f"residences/{residence.pk}/")))
    assert "ne dit pas combien de logements elle compte" in page
    assert "Pas encore sur la carte." in page
    assert "On ne sait pas si elle est en quartier prioritaire" in page
    assert visitor.get(url(landlord, f"residences/{residence.pk}/carte.geojson")).json()["features"] == []
    assert "inconnu" in words(visitor.get(url(landlord)))


def test_the_map_gives_points_and_contours(
    visitor: Client, landlord: Landlord, bring_in: Bring, tmp_path: Any, at: datetime
) -> None:
    import json

    path = tmp_path / "qpv.geojson"
    found = [feature("QN1", square(2.48, 48.9)), feature("QN2", square(5.0, 45.0), "Au loin")]
    path.write_text(json.dumps({"features": found}))
    operations.import_districts(path=path, version="2024", by=None, at=at)
    bring_in(addresses(("Lilas", 10, 2.485, 48.905), ("Roses", 3, 2.40, 48.9)), name="a.geojson")
    page = words(visitor.get(url(landlord, "carte/")))
    assert "2 résidences sur la carte." in page
    assert url(landlord, "carte.geojson") in page
    response = visitor.get(url(landlord, "carte.geojson"))
    assert response["Content-Type"] == "application/geo+json"
    names = [f["properties"]["name"] for f in response.json()["features"] if "town" not in f["properties"]]
    assert names == ["Lilas", "Roses", "Les Acacias"]
    areas = visitor.get(url(landlord, "quartiers.geojson")).json()["features"]
    assert [area["properties"]["name"] for area in areas] == ["Les Acacias"]


# --- corrections ------------------------------------------------------------------------------------------------------


def test_a_residence_is_corrected_from_its_page(visitor: Client, landlord: Landlord, bring_in: Bring) -> None:
    bring_in(statutory(24, 3))
    one, two, three = queries.residences(landlord=landlord)
    here = url(landlord, f"residences/{one.pk}/")
    page = words(visitor.get(f"{here}corriger/"))
    assert "Une correction vaut pour tous les millésimes" in page
    assert "Réunies à celle-ci" not in page
    assert "Les prochains fichiers le garderont." in words(
        visitor.post(f"{here}nommer/", {"name": "Les Glycines"}, follow=True)
    )
    assert "est placée" in words(visitor.post(f"{here}placer/", {"lat": "48,9", "lon": "2,48"}, follow=True))
    address = queries.addresses_of(residence=one)[0]["address_key"]
    assert "déplacées" in words(visitor.post(f"{here}deplacer/", {"addresses": [address], "to": two.pk}, follow=True))
    assert "est réunie" in words(visitor.post(f"{here}reunir/", {"other": three.pk}, follow=True))
    assert queries.residences(landlord=landlord).count() == 2
    assert "Réunies à celle-ci" in words(visitor.get(f"{here}corriger/"))
    assert visitor.post(f"{here}separer/{two.pk}/").status_code == 404
    assert "est de nouveau à part" in words(visitor.post(f"{here}separer/{three.pk}/", follow=True))
    assert queries.residences(landlord=landlord).count() == 3
    page = words(visitor.get(here))
    assert "a séparé" in page
    assert "a nommé « Les Glycines » la résidence" in page


@pytest.mark.parametrize(
    ("act", "sent", "status", "said"),
    [
        ("nommer", {"name": ""}, 422, "Donnez un nom à la résidence"),
        ("placer", {"lat": "nord", "lon": "2"}, 422, "nombre"),
        ("placer", {"lat": "2,48", "lon": "48,9"}, 422, "Ce point n’est dans aucun territoire français."),
        ("deplacer", {}, 422, "Choisissez au moins une adresse."),
        ("reunir", {"other": "999999"}, 422, "Choisissez une résidence de la liste."),
    ],
)
def test_a_correction_that_does_not_hold_says_why_and_changes_nothing(
    visitor: Client, landlord: Landlord, bring_in: Bring, act: str, sent: dict[str, str], status: int, said: str
) -> None:
    bring_in(statutory(24, 3))
    residence = queries.residences(landlord=landlord)[0]
    response = visitor.post(url(landlord, f"residences/{residence.pk}/{act}/"), sent)
    assert response.status_code == status
    assert said in words(response)
    assert not Residence.objects.filter(corrected_at__isnull=False).exists()


# --- who may --------------------------------------------------------------------------------------------------------


def test_nobody_else_knows_of_the_stock(
    landlord: Landlord,
    bring_in: Bring,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
) -> None:
    item = bring_in(statutory(12, 3))
    residence = queries.residences(landlord=landlord)[0]
    other = make_landlord("Canari Habitat")
    stranger = sign_in(make_person(Role.QUALITY_LEAD, other))
    pages = (
        *("", "export.csv", "carte/", "carte.geojson", "quartiers.geojson", "imports/", "correspondances/", "importer/"),
        *(f"residences/{residence.pk}/", f"residences/{residence.pk}/corriger/", f"imports/{item.pk}/"),
        *(f"imports/{item.pk}/avancement/", f"imports/{item.pk}/anomalies.csv"),
    )
    for page in pages:
        assert stranger.get(url(landlord, page)).status_code == 404, page
        own = url(other, page)
        expected = 404 if "/residences/" in own or f"imports/{item.pk}" in own else 200
        assert stranger.get(own).status_code == expected, page
        assert b"Residence 000" not in stranger.get(own).content
    anonymous = Client().get(url(landlord))
    assert anonymous.status_code == 302


def test_who_reads_does_not_write(
    landlord: Landlord,
    bring_in: Bring,
    make_organisation: Callable[..., Any],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    item = bring_in(statutory(12, 3))
    residence = queries.residences(landlord=landlord)[0]
    association = make_organisation(Kind.TENANTS_ASSOCIATION, "Amicale des Lilas")
    open_file(landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, source="test", by=None, at=at)
    for person in (make_person(Role.TENANT_REPRESENTATIVE, association), make_person(Role.CONTRIBUTOR, landlord)):
        reader = sign_in(person)
        assert "Importer un fichier" not in words(reader.get(url(landlord)))
        assert "Corriger la résidence" not in words(reader.get(url(landlord, f"residences/{residence.pk}/")))
        assert reader.get(url(landlord, f"imports/{item.pk}/")).status_code == 200
        for page in ("importer/", f"residences/{residence.pk}/corriger/", f"imports/{item.pk}/lecture/"):
            assert reader.get(url(landlord, page)).status_code == 403, page
        for act in ("integrer", "abandonner", "reprendre", "annuler", "lecture"):
            assert reader.post(url(landlord, f"imports/{item.pk}/{act}/")).status_code == 403, act
        for act in ("nommer", "placer", "reunir", "deplacer", f"separer/{residence.pk}"):
            assert reader.post(url(landlord, f"residences/{residence.pk}/{act}/")).status_code == 403, act
