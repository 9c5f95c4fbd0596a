"""The sheet of a residence and several side by side: what is said of figures, and what one sees of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.calendar import add_months
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association
from palier.directory.rules import Kind, Role
from palier.sources import operations as sources
from palier.sources.operations import Entry, Told
from palier.sources.rules.incidents import IncidentKind, Place
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Given
from palier.stock.models import Residence
from tests.browser import NARROW, OpenPage, check
from tests.fixtures import NOON

Stock = Callable[..., list[Residence]]


@pytest.fixture
def known(landlord: Landlord, make_stock: Stock, lead: Person) -> list[Residence]:
    """Three residences with a log of incidents since a year and a half, and what surveys said of the first."""
    residences = make_stock(landlord, 3)
    month = date(2024, 10, 1)
    told = []
    for n in range(18):
        for residence, count in ((residences[0], 2 if n < 5 else 9), (residences[1], 1), (residences[2], 1)):
            told += [Told(residence.pk, add_months(month, n), IncidentKind.GATHERING, Place.HALL)] * count
    for one in told:
        sources.record_incident(landlord=landlord, told=one, origin=Origin.FORM, by=lead, at=NOON)
    first = residences[0].pk
    entries = [
        Entry(first, "satisfied", Given(date(2025, 1, 1), date(2025, 1, 31), Decimal(27), Decimal(41))),
        Entry(first, "satisfied", Given(date(2025, 11, 1), date(2025, 11, 30), Decimal(47), Decimal(96))),
        Entry(first, "vacancy", Given(date(2025, 12, 31), date(2025, 12, 31), Decimal(2))),
    ]
    sources.record_readings(landlord=landlord, entries=entries, origin=Origin.FORM, by=lead, at=NOON)
    return residences


@pytest.mark.django_db
def test_the_sheet_says_how_sure_a_share_is_and_which_source_is_missing(
    sign_in: Callable[[Person], Client], landlord: Landlord, lead: Person, known: list[Residence]
) -> None:
    page = sign_in(lead).get(reverse("site_sheet", kwargs={"landlord_id": landlord.pk, "residence_id": known[0].pk}))
    text = page.content.decode().replace("\u202f", " ").replace("\xa0", " ")
    assert page.status_code == 200
    assert "entre 39 et 59 %, sur 96 réponses" in text
    assert "absentes :</b> Remontées du personnel de proximité, Concertation locative" in text
    assert "Le niveau attendu est celui des autres résidences" in text


@pytest.mark.django_db
def test_who_may_not_read_figures_meets_none(
    sign_in: Callable[[Person], Client],
    landlord: Landlord,
    lead: Person,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    known: list[Residence],
) -> None:
    """Tenants' representatives read the rating of a site, not what the landlord brought of it."""
    association = make_organisation(Kind.TENANTS_ASSOCIATION)
    add_association(landlord=landlord, association=association, by=lead, at=NOON)
    member = make_person(Role.TENANT_REPRESENTATIVE, association)
    page = sign_in(member).get(reverse("site_sheet", kwargs={"landlord_id": landlord.pk, "residence_id": known[0].pk}))
    text = page.content.decode()
    assert page.status_code == 200
    assert "La situation" in text
    for word in ("Locataires satisfaits", "Vacance", "signalés par mois"):
        assert word not in text
    address = reverse("sites_compare", kwargs={"landlord_id": landlord.pk})
    assert sign_in(member).get(address).status_code in {403, 404}


@pytest.mark.django_db
def test_without_a_log_no_month_reads_as_calm(
    sign_in: Callable[[Person], Client], landlord: Landlord, lead: Person, make_stock: Stock
) -> None:
    (residence,) = make_stock(landlord, 1)
    page = sign_in(lead).get(reverse("site_sheet", kwargs={"landlord_id": landlord.pk, "residence_id": residence.pk}))
    text = page.content.decode()
    assert "Aucun incident n’est suivi" in text
    assert "Lire les incidents en tableau" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"r1": 0, "r2": 0}, "La même résidence est choisie deux fois"),
        ({"r1": 0, "r2": 1}, "Vacance de plus de 3 mois"),
        ({"r1": 0}, "Comparer"),
    ],
)
def test_residences_side_by_side(
    sign_in: Callable[[Person], Client],
    landlord: Landlord,
    lead: Person,
    known: list[Residence],
    asked: dict[str, int],
    said: str,
) -> None:
    chosen = {name: known[n].pk for name, n in asked.items()}
    assert said in sign_in(lead).get(reverse("sites_compare", kwargs={"landlord_id": landlord.pk}), chosen).content.decode()


@pytest.mark.django_db
def test_another_landlords_residence_is_not_compared(
    sign_in: Callable[[Person], Client],
    landlord: Landlord,
    lead: Person,
    known: list[Residence],
    make_landlord: Callable[..., Landlord],
    make_stock: Stock,
) -> None:
    (theirs,) = make_stock(make_landlord("ESH d’à côté"), 1)
    asked = {"r1": known[0].pk, "r2": theirs.pk}
    text = sign_in(lead).get(reverse("sites_compare", kwargs={"landlord_id": landlord.pk}), asked).content.decode()
    assert "Vacance de plus de 3 mois" not in text


@pytest.mark.django_db
def test_the_sheet_costs_the_same_whatever_the_stock(
    sign_in: Callable[[Person], Client],
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_stock: Stock,
) -> None:
    counts = []
    for name, many in (("Office A", 1), ("Office B", 30)):
        landlord = make_landlord(name)
        residence = make_stock(landlord, many)[0]
        client = sign_in(make_person(Role.QUALITY_LEAD, landlord, f"Mme {name[-1]}."))
        address = reverse("site_sheet", kwargs={"landlord_id": landlord.pk, "residence_id": residence.pk})
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_looks(browser_page: OpenPage, landlord: Landlord, lead: Person, known: list[Residence]) -> None:
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/sites/{known[0].pk}/fiche/")
    check(page, "site-sheet")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    mark, zone = (page.locator(one).first.bounding_box() for one in (".today-mark", ".timeline-zone"))
    assert mark is not None
    assert zone is not None
    assert zone["x"] <= mark["x"] <= zone["x"] + zone["width"], "on a phone, the time line begins at its latest months"
    page.get_by_role("link", name="Comparer").click()
    page.get_by_label("Résidence 2").select_option(label="Résidence B")
    page.get_by_role("button", name="Comparer").click()
    page.get_by_role("table").wait_for()
    check(page, "sites-compare")
