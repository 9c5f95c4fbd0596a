"""The sites of all landlords: who follows whose, the list, the map, the files; nobody reads beyond what they follow."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_member, open_file
from palier.directory.rules import Kind, Role
from palier.sites import operations
from palier.sites.operations import Given, declare_priority
from palier.sites.rules import Level
from palier.stock.models import Residence
from palier.web.sites import maps
from tests.browser import OpenPage, check
from tests.fixtures import NOON

SignIn = Callable[[Person], Client]
Stock = Callable[..., list[Residence]]


@dataclass
class Country:
    """Two landlords in two regions, two rated residences each; the first of each is a priority site."""

    near: Landlord
    far: Landlord
    region: Organisation
    lead: Person
    near_sites: list[Residence]
    far_sites: list[Residence]


@pytest.fixture
def country(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    make_stock: Stock,
) -> Country:
    region, elsewhere = (make_organisation(Kind.REGIONAL_ASSOCIATION, f"Union {name}") for name in ("du Nord", "du Sud"))
    landlords = [
        make_landlord("Boréal Habitat", regional_association=region),
        make_landlord("Austral Habitat", regional_association=elsewhere),
    ]
    lead = make_person(Role.QUALITY_LEAD, landlords[0], "Mme Q.")
    stocks = []
    for landlord, lon, level in zip(landlords, (2.48, 5.37), (Level.MEDIUM, Level.EXTREME), strict=True):
        residences = make_stock(landlord, 2)
        for number, residence in enumerate(residences):
            residence.lon, residence.lat, residence.commune = lon + number / 1000, 48.9, "93010"
            residence.name = residence.plain_name = f"{landlord.name.split()[0].lower()} {'ab'[number]}"
            residence.save()
        campaign = operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON)
        given = [Given(r.pk, kind, "Halls occupés.") for r, kind in zip(residences, (level, Level.NONE), strict=True)]
        operations.rate(campaign=campaign, given=given, by=lead, at=NOON)
        declare_priority(landlord=landlord, residence=residences[0], level=level, reasons="Halls occupés.", by=lead, at=NOON)
        stocks.append(residences)
    return Country(*landlords, region, lead, *stocks)


@pytest.fixture
def relay(country: Country, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.RELAY, country.region, "M. L.")


def names(answer: Any) -> list[str]:
    return [row["site"].name for row in answer.context["rows"]]


WINDOW = {"box": "-5,42,9,51", "zoom": "9"}


@pytest.mark.django_db
def test_the_list_is_that_of_the_landlords_one_follows(
    sign_in: SignIn, country: Country, relay: Person, referent: Person
) -> None:
    assert names(sign_in(referent).get(reverse("all_sites"))) == ["austral a", "boréal a"], "the worst first"
    assert names(sign_in(relay).get(reverse("all_sites"))) == ["boréal a"]
    for name, more in (("all_sites_export", {"form": "csv"}), ("all_sites_map", {}), ("all_sites_points", {})):
        said = sign_in(relay).get(reverse(name, kwargs=more), WINDOW).content.decode()
        assert "ustral" not in said
    shown = sign_in(relay).get(reverse("all_sites_map"))
    assert shown.context["extent"].residences == 2
    assert {row["site"].landlord_id for row in sign_in(relay).get(reverse("all_sites")).context["rows"]} == {country.near.pk}


@pytest.mark.django_db
def test_a_file_open_by_another_role_is_not_followed(
    sign_in: SignIn, country: Country, relay: Person, make_organisation: Callable[..., Organisation]
) -> None:
    """A relay who also judges reads the landlords it judges in their own files, once declared without a link."""
    body = make_organisation(Kind.MINISTRY)
    add_member(person=relay, organisation=body, role=Role.COMMITTEE_MEMBER, by=None, at=NOON)
    open_file(landlord=country.far, holder=body, role=Role.COMMITTEE_MEMBER, source="committee", by=None, at=NOON)
    assert names(sign_in(relay).get(reverse("all_sites"))) == ["boréal a"]


@pytest.mark.django_db
def test_only_who_reads_plans_reads_actions(sign_in: SignIn, country: Country, relay: Person, referent: Person) -> None:
    """Being more elsewhere changes nothing: a relay who leads the quality of one landlord reads no plan of the others."""
    add_member(person=relay, organisation=country.near, role=Role.QUALITY_LEAD, by=None, at=NOON)
    for person, reads in ((referent, True), (relay, False)):
        client = sign_in(person)
        assert ("Actions" in client.get(reverse("all_sites")).content.decode()) is reads
        assert ("Actions" in client.get(reverse("all_sites_export", kwargs={"form": "csv"})).content.decode()) is reads


@pytest.mark.django_db
def test_nobody_else_enters(
    sign_in: SignIn, country: Country, make_person: Callable[..., Person], make_organisation: Callable[..., Organisation]
) -> None:
    member = make_person(Role.COMMITTEE_MEMBER, make_organisation(Kind.MINISTRY))
    for person in (country.lead, member):
        for name in ("all_sites", "all_sites_map", "all_sites_points"):
            assert sign_in(person).get(reverse(name)).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "AUSTRAL"}, ["austral a"]),
        ({"q": "boréal habitat"}, ["boréal a"]),
        ({"q": "93010", "sort": "nom"}, ["austral a", "boréal a"]),
        ({"q": "93011"}, []),
        ({"niveau": "medium"}, ["boréal a"]),
        ({"niveau": "no such level"}, ["austral a", "boréal a"]),
        ({"qpv": "oui"}, []),
        ({"qpv": "non"}, []),
        ({"sort": "-organisme"}, ["boréal a", "austral a"]),
        ({"sort": "no such column"}, ["austral a", "boréal a"]),
    ],
)
def test_the_list_is_searched_narrowed_and_sorted(
    sign_in: SignIn, country: Country, referent: Person, asked: dict[str, str], found: list[str]
) -> None:
    assert names(sign_in(referent).get(reverse("all_sites"), asked)) == found


@pytest.mark.django_db
def test_a_region_narrows_list_map_and_points(sign_in: SignIn, country: Country, referent: Person) -> None:
    client, region = sign_in(referent), {"region": str(country.region.pk)}
    assert names(client.get(reverse("all_sites"), region)) == ["boréal a"]
    assert client.get(reverse("all_sites_map"), region).context["extent"].residences == 2
    features = client.get(reverse("all_sites_points"), WINDOW | region).json()["features"]
    assert [one["properties"]["note"] for one in features if "note" in one["properties"]] == [
        "Boréal Habitat, situation moyenne",
        "Boréal Habitat, situation sans difficulté",
    ]


@pytest.mark.django_db
def test_a_place_leads_to_its_priority_sites_where_there_are_some(
    sign_in: SignIn, country: Country, referent: Person, make_stock: Stock
) -> None:
    client = sign_in(referent)
    Residence.objects.filter(pk=country.near_sites[1].pk).update(commune="93011")
    region = {"region": str(country.region.pk)}
    link = f'href="{reverse("all_sites")}?q=93010'
    assert f'{link}&amp;region={country.region.pk}"' in client.get(reverse("all_sites_map"), region).content.decode()
    page = client.get(reverse("all_sites_map")).content.decode()
    assert f'{link}"' in page
    assert "?q=93011" not in page


@pytest.mark.django_db
def test_the_map_groups_far_off_and_tells_the_latest_rating(
    sign_in: SignIn, country: Country, referent: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(referent)
    [place] = client.get(reverse("all_sites_map")).context["shown"].page
    assert (place.residences, place.rated, place.complex, place.homes, place.complex_homes) == (4, 4, 1, 160, 40)
    monkeypatch.setattr(maps, "MOST_POINTS", 1)
    squares = client.get(reverse("all_sites_points"), WINDOW).json()["features"]
    counted = [one["properties"] for one in squares if "count" in one["properties"]]
    assert sorted((one["count"], one["share"]) for one in counted) == [(2, 0.0), (2, 0.5)]
    operations.open_campaign(landlord=country.far, cycle=2, by=country.lead, at=NOON)
    [place] = client.get(reverse("all_sites_map")).context["shown"].page
    assert (place.residences, place.rated, place.complex) == (4, 2, 0)
    assert client.get(reverse("all_sites_points")).status_code == 404


@pytest.mark.django_db
def test_what_is_removed_or_gone_is_said(sign_in: SignIn, country: Country, referent: Person, make_stock: Stock) -> None:
    operations.remove_priority(site=country.far_sites[0].priorities.get(), because="Traité.", by=country.lead, at=NOON)
    assert names(sign_in(referent).get(reverse("all_sites"))) == ["boréal a"]
    assert not sign_in(referent).get(reverse("all_sites"), {"q": "austral"}).context["rows"]
    here = sign_in(referent).get(reverse("all_sites"))
    assert here.context["totals"].homes == 40
    make_stock(country.near, 1, year=2026)
    page = sign_in(referent).get(reverse("all_sites"))
    assert names(page) == ["boréal a"]
    declare_priority(
        landlord=country.far, residence=country.far_sites[1], level=Level.MEDIUM, reasons="Halls.", by=country.lead, at=NOON
    )
    by_homes = sign_in(referent).get(reverse("all_sites"), {"sort": "logements"})
    assert names(by_homes) == ["boréal a", "austral b"], "none is left of the one that is gone"
    operations.remove_priority(site=country.far_sites[1].priorities.get(), because="Traité.", by=country.lead, at=NOON)
    assert page.context["totals"].homes == 0
    assert "sortie du patrimoine" in page.content.decode()
    where = {"landlord_id": country.near.pk, "residence_id": country.near_sites[0].pk}
    assert f'href="{reverse("residence", kwargs=where)}"' in page.content.decode()
    assert reverse("site", kwargs=where) not in page.content.decode()
    assert sign_in(referent).get(reverse("residence", kwargs=where)).status_code == 200
    file = sign_in(referent).get(reverse("all_sites_export", kwargs={"form": "csv"})).content.decode("utf-8-sig")
    [header, line] = csv.reader(io.StringIO(file), delimiter=";")
    assert dict(zip(header, line, strict=True))["Dans le patrimoine"] == "non"


@pytest.mark.django_db
def test_one_and_thirty_sites_cost_the_same(sign_in: SignIn, country: Country, referent: Person, make_stock: Stock) -> None:
    client, counts = sign_in(referent), []
    for more in (0, 30):
        for residence in make_stock(country.near, more, year=2024):
            declare_priority(
                landlord=country.near, residence=residence, level=Level.MEDIUM, reasons="Halls.", by=country.lead, at=NOON
            )
        for name, kwargs in (("all_sites", {}), ("all_sites_map", {}), ("all_sites_export", {"form": "csv"})):
            client.get(reverse(name, kwargs=kwargs))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(name, kwargs=kwargs))
            counts.append(len(queries))
    assert counts[:3] == counts[3:]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_looks(browser_page: OpenPage, country: Country, referent: Person) -> None:
    page = browser_page(referent)
    page.goto(reverse("all_sites"))
    check(page, "all-sites")
    page.get_by_role("link", name="Carte").click()
    page.locator("[data-map-ready]").wait_for()
    check(page, "all-sites-map")
    page.goto(f"{reverse('all_sites')}?q=rien")
    check(page, "all-sites-none")
