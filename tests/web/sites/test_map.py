"""The map of the sites: the table says all, the map the same, IRIS by IRIS where the contours are known."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import expect

from palier.directory.models import Landlord, Person
from palier.sites import operations
from palier.sites.operations import Given
from palier.sites.queries import Square
from palier.sites.rules import Level
from palier.sources.models import Iris
from palier.stock.models import Residence
from palier.web.sites import maps
from palier.web.sites.sketch import Fitted, Mark
from tests.browser import WIDE, OpenPage, check
from tests.fixtures import NOON

Stock = Callable[..., list[Residence]]


@pytest.fixture
def rated(landlord: Landlord, lead: Person, make_stock: Stock) -> list[Residence]:
    """Four residences: two in one IRIS, one of them complex; one in another IRIS, ordinary; one without a point, complex."""
    residences = make_stock(landlord, 4)
    for residence, lon in zip(residences, (2.481, 2.482, 2.491), strict=False):
        residence.lon, residence.lat = lon, 48.905
        residence.save(update_fields=["lon", "lat"])
    for number, west in enumerate((2.48, 2.49)):
        box = shapely.box(west, 48.9, west + 0.01, 48.91)
        Iris.objects.create(
            year=2024,
            code=f"93010010{number}",
            label=f"Quartier {number + 1}",
            commune="93010",
            shape=shapely.to_wkb(box),
            outline=shapely.geometry.mapping(box),
            west=west,
            south=48.9,
            east=west + 0.01,
            north=48.91,
        )
    campaign = operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON)
    levels = (Level.EXTREME, Level.NONE, Level.NONE, Level.IMPORTANT)
    given = [Given(r.pk, level, "Halls occupés.") for r, level in zip(residences, levels, strict=True)]
    operations.rate(campaign=campaign, given=given, by=lead, at=NOON)
    return residences


def url(name: str, landlord: Landlord) -> str:
    return reverse(name, kwargs={"landlord_id": landlord.pk})


@pytest.mark.django_db
def test_the_table_and_the_map_say_the_same(
    sign_in: Callable[[Person], Client], landlord: Landlord, lead: Person, rated: list[Residence]
) -> None:
    client = sign_in(lead)
    places = {
        p.label: (p.residences, p.complex, round(p.share, 2))
        for p in client.get(url("sites_map", landlord)).context["shown"].page
    }
    assert places == {"Quartier 1": (2, 1, 0.5), "Quartier 2": (1, 0, 0.0), "Bondy": (1, 1, 1.0)}
    features = client.get(url("sites_points", landlord)).json()["features"]
    shares = {f["properties"]["name"]: f["properties"]["share"] for f in features if "share" in f["properties"]}
    assert shares == {"Quartier 1": 0.5, "Quartier 2": 0.0}
    levels = {f["properties"]["name"]: f["properties"]["level"] for f in features if "level" in f["properties"]}
    assert levels == {"Résidence A": 3, "Résidence B": 0, "Résidence C": 0}


@pytest.mark.django_db
def test_two_communes_of_one_name_are_each_written_where_they_are(
    sign_in: Callable[[Person], Client], landlord: Landlord, lead: Person, rated: list[Residence]
) -> None:
    for residence, commune, lon in zip(rated, ("93010", "77010"), (2.48, 3.0), strict=False):
        Residence.objects.filter(pk=residence.pk).update(commune=commune, lon=lon)
    Residence.objects.filter(pk=rated[2].pk).update(commune_name="")
    box = {"box": "-5,42,9,51", "zoom": "9"}
    for asked in ({}, box):
        features = sign_in(lead).get(url("sites_points", landlord), asked).json()["features"]
        written = [(f["properties"]["town"], f["geometry"]["coordinates"][0]) for f in features if "town" in f["properties"]]
        assert sorted(written) == [("Bondy", 2.48), ("Bondy", 3.0)]


@pytest.mark.django_db
def test_each_place_leads_to_its_residences(
    sign_in: Callable[[Person], Client], landlord: Landlord, lead: Person, rated: list[Residence]
) -> None:
    client = sign_in(lead)
    table = client.get(url("sites_map", landlord)).content.decode()
    found = {}
    for link in ("?iris=930100100", "?iris=930100101", "?commune=Bondy"):
        assert f'href="{url("sites", landlord)}{link}#list"' in table
        found[link] = [r.name for r in client.get(url("sites", landlord) + link).context["page"]]
    assert found["?iris=930100100"] == ["Résidence A", "Résidence B"]
    assert found["?iris=930100101"] == ["Résidence C"]
    assert "Résidence D" in found["?commune=Bondy"]
    assert not client.get(url("sites", landlord) + "?iris=999").context["page"].object_list


@pytest.mark.django_db
def test_the_map_costs_the_same_whatever_the_stock(
    sign_in: Callable[[Person], Client], landlord: Landlord, lead: Person, rated: list[Residence], make_stock: Stock
) -> None:
    client, counts = sign_in(lead), []
    for many in (1, 30):
        make_stock(landlord, many, year=2025 + many)
        Residence.objects.filter(landlord=landlord).update(lon=2.481, lat=48.905)
        for name in ("sites_map", "sites_points"):
            client.get(url(name, landlord))
            with CaptureQueriesContext(connection) as queries:
                client.get(url(name, landlord))
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


@pytest.mark.django_db
def test_a_large_stock_is_told_by_commune_and_by_square(
    sign_in: Callable[[Person], Client],
    landlord: Landlord,
    lead: Person,
    rated: list[Residence],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = sign_in(lead)
    small = client.get(url("sites_map", landlord)).context["shown"].page.object_list
    monkeypatch.setattr(maps, "LARGE", 2)
    page = client.get(url("sites_map", landlord))
    assert page.context["box"] == "2.481,48.905,2.491,48.905"
    Iris.objects.all().delete()
    monkeypatch.setattr(maps, "LARGE", 5_000)
    by_hand = client.get(url("sites_map", landlord)).context["shown"].page.object_list
    assert page.context["shown"].page.object_list == by_hand != small
    window = {"box": "2,48,3,49", "zoom": "12"}
    answer = client.get(url("sites_points", landlord), window).json()["features"]
    assert [one["properties"]["town"] for one in answer if "town" in one["properties"]] == ["Bondy"]
    assert sorted(one["properties"]["name"] for one in answer if "name" in one["properties"]) == [
        "Résidence A",
        "Résidence B",
        "Résidence C",
    ]
    monkeypatch.setattr(maps, "MOST_POINTS", 1)
    squares = [one["properties"] for one in client.get(url("sites_points", landlord), window).json()["features"]]
    assert [one for one in squares if "count" in one] == [{"count": 2, "share": 0.5}, {"count": 1, "share": 0.0}]
    for zoom, counts in (("5", [3]), ("20", [1, 1, 1])):
        found = client.get(url("sites_points", landlord), window | {"zoom": zoom}).json()["features"]
        assert [one["properties"]["count"] for one in found if "count" in one["properties"]] == counts
    assert not client.get(url("sites_points", landlord), window | {"box": "5,48,6,49"}).json()["features"]


@pytest.mark.django_db
@pytest.mark.parametrize("box", ["", "1,2,3", "a,b,c,d", "3,48,2,49", "nan,48,3,49", "2,48,inf,49"])
def test_a_window_that_is_none_shows_everything(
    sign_in: Callable[[Person], Client], landlord: Landlord, lead: Person, rated: list[Residence], box: str
) -> None:
    answer = sign_in(lead).get(url("sites_points", landlord), {"box": box, "zoom": "3"})
    assert sum("level" in one["properties"] for one in answer.json()["features"]) == 3


def test_the_sketch_lays_squares_where_the_map_will() -> None:
    fitted = Fitted((-4.0, 43.0, 7.0, 50.0))
    many = [Square(-4.0, 50.0, 5, 0, 0), Square(7.0, 43.0, 5_000, 100, 30), Square(1.5, 46.632, 200, 10, 0)]
    sketch = fitted.sketch(many)
    assert (sketch.width, sketch.height) == (380, 352)
    assert sketch.marks == (Mark(380, 352, 26, 5_000, 3), Mark(190, 175, 20, 200, 0), Mark(0, 0, 11, 5, None))
    assert fitted.degrees(380) == pytest.approx(11, abs=0.01)
    assert Fitted((2.5, 48.9, 2.5, 48.9)).sketch([Square(2.5, 48.9, 1, 1, 1)]).marks == (Mark(0, 0, 11, 1, 4),)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_large_map_follows_its_window(
    browser_page: OpenPage, landlord: Landlord, lead: Person, rated: list[Residence], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maps, "LARGE", 2)
    monkeypatch.setattr(maps, "MOST_POINTS", 1)
    page = browser_page(lead)
    page.goto(url("sites_map", landlord))
    assert sum(map(int, page.locator(".map-sketch text").all_text_contents())) == 3
    page.locator("[data-map-ready]").wait_for()
    expect(page.locator(".map-sketch")).to_be_hidden()
    page.locator(".map-counts span").first.wait_for()
    assert sum(map(int, page.locator(".map-counts span").all_inner_texts())) == 3
    check(page, "sites-map-large", sizes=(WIDE,))
    monkeypatch.setattr(maps, "MOST_POINTS", 1_000)
    with page.expect_response("**/carte.geojson?*") as asked:
        page.get_by_role("button", name="Agrandir").click()
    assert {one["properties"].get("level") for one in asked.value.json()["features"]} <= {0, 3, None}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_looks(browser_page: OpenPage, landlord: Landlord, lead: Person, rated: list[Residence]) -> None:
    page = browser_page(lead)
    page.goto(url("sites_map", landlord))
    page.locator("[data-map-ready]").wait_for()
    expect(page.locator(".map-towns span")).to_have_text(["Bondy"])
    check(page, "sites-map")
    page.goto(f"{url('sites_map', landlord)}?sort=part")
    page.locator("[data-map-ready]").wait_for()
    expect(page.locator("tbody th").first).to_have_text(re.compile(r"^\s*Quartier 2"))
