"""The pages of scores and alerts: who reads them, what they say, how an alert is answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association
from palier.directory.rules import Kind, Role
from palier.frameworks.operations import load_shipped
from palier.sites import operations
from palier.sites.models import SiteAlert
from palier.sites.operations import Given
from palier.sites.rules import AlertState, Level
from palier.stock.models import Residence
from tests.fixtures import NOON
from tests.sites.figures import TODAY, bring, finish_grid, lay_incidents, quiet

pytestmark = pytest.mark.django_db
Stock = Callable[..., list[Residence]]
SignIn = Callable[[Person], Client]


@pytest.fixture
def scored(landlord: Landlord, lead: Person, make_stock: Stock) -> list[Residence]:
    """A stock where Résidence A is hard and tips over, B is easy, and nothing is known of the others."""
    residences = make_stock(landlord, 26)
    bring(residences[0], assaults=5, satisfied=48, vacancy=7, staff_reports=30, damage=25)
    bring(residences[1], assaults=0, satisfied=88, vacancy=1, staff_reports=2, damage=1)
    quiet(residences[1:])
    lay_incidents(residences[0], [3] * 25 + [14] * 5, TODAY)
    operations.score(landlord=landlord, at=NOON)
    return residences


def url(name: str, landlord: Landlord, **more: object) -> str:
    return reverse(name, kwargs={"landlord_id": landlord.pk, **more})


def words(answer: HttpResponse) -> str:
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def test_a_residence_shows_both_readings_its_rank_interval_what_drives_it_and_what_is_missing(
    landlord: Landlord, lead: Person, scored: list[Residence], sign_in: SignIn
) -> None:
    campaign = operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON)
    operations.rate(campaign=campaign, given=[Given(scored[0].pk, Level.MEDIUM, "Halls occupés.")], by=lead, at=NOON)
    page = words(sign_in(lead).get(url("site", landlord, residence_id=scored[0].pk)))
    assert "à « extrême »</b> : à confirmer par un diagnostic" in page
    assert "Lecture prudente : extrême, si les indicateurs qui manquent étaient au pire." in page
    assert "Rang 1" in page
    assert "points sur 10" in page
    assert "en hausse depuis octobre 2025" in page
    assert "Mme Q. a confirmé « moyenne ». C’est cette situation qui compte." in page
    assert "Retours des prestataires" in page
    assert "Un score ne décide jamais" in page
    assert "Alertes en cours" in page


def test_a_residence_that_too_little_is_known_of_has_no_class_and_it_is_said(
    landlord: Landlord, lead: Person, make_stock: Stock, sign_in: SignIn
) -> None:
    residence = make_stock(landlord, 1)[0]
    client, where = sign_in(lead), url("site", landlord, residence_id=residence.pk)
    assert "Les scores ne sont pas encore calculés" in words(client.get(where))
    bring(residence, vacancy=3)
    operations.score(landlord=landlord, at=NOON)
    page = words(client.get(where))
    assert "ni classe ni rang. Ce n’est pas « sans difficulté »" in page
    assert client.get(url("site_sensitivity", landlord, residence_id=residence.pk)).status_code == 200


def test_the_list_puts_people_and_sources_side_by_side_and_sorts_by_rank(
    landlord: Landlord, lead: Person, scored: list[Residence], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    page = words(client.get(url("sites", landlord) + "?sort=-rang"))
    assert "Les sources" in page
    assert "1 alerte à examiner" in page
    first = words(client.get(url("sites", landlord) + "?sort=rang"))
    assert first.index("Résidence A") < first.index("Résidence C")
    assert "à confirmer par un diagnostic" in first
    sheet = client.get(url("sites_export", landlord, form="csv")).content.decode("utf-8-sig")
    assert "Sources, lecture prudente" in sheet


def test_representatives_and_the_committee_see_neither_scores_nor_alerts(
    landlord: Landlord,
    lead: Person,
    scored: list[Residence],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    sign_in: SignIn,
) -> None:
    neighbours = make_organisation(Kind.TENANTS_ASSOCIATION)
    add_association(landlord=landlord, association=neighbours, by=lead, at=NOON)
    reader = sign_in(make_person(Role.TENANT_REPRESENTATIVE, neighbours))
    page = words(reader.get(url("site", landlord, residence_id=scored[0].pk)))
    assert "Ce que disent les sources" not in page
    assert "Les sources" not in words(reader.get(url("sites", landlord)))
    assert reader.get(url("site_alerts", landlord)).status_code in {403, 404}
    assert "Sources, lecture prudente" not in reader.get(url("sites_export", landlord, form="csv")).content.decode()


def test_an_alert_is_explained_with_its_reason(
    landlord: Landlord, lead: Person, scored: list[Residence], sign_in: SignIn
) -> None:
    client, alert = sign_in(lead), SiteAlert.objects.get()
    listed = words(client.get(url("site_alerts", landlord)))
    assert "Occupations de hall et trafics" in listed
    assert "De 3 à 14 par mois" in listed or "De 3,0 à 14,0 par mois" in listed
    where = url("site_alert", landlord, alert_id=alert.pk)
    answer = client.post(where, {"answer": "explained", "reason": ""})
    assert answer.status_code == 422
    assert "Dites en une phrase ce qui explique" in words(answer)
    answer = client.post(where, {"answer": "", "reason": "Gardée"})
    assert "Choisissez une réponse" in words(answer)
    assert "Gardée" in words(answer)
    assert client.post(where, {"answer": "explained", "reason": "Chantier du tram."}).status_code == 302
    assert "Chantier du tram." in words(client.get(where))
    assert "Expliquée" in words(client.get(url("site_alerts", landlord) + "?etat=explained"))
    assert "Chantier du tram." in client.get(url("site_alerts_export", landlord, form="csv")).content.decode("utf-8-sig")


def test_an_alert_becomes_a_diagnosis(landlord: Landlord, lead: Person, scored: list[Residence], sign_in: SignIn) -> None:
    load_shipped(at=NOON)
    client, alert = sign_in(lead), SiteAlert.objects.get()
    answer = client.post(url("site_alert", landlord, alert_id=alert.pk), {"answer": "diagnosis", "reason": ""})
    alert.refresh_from_db()
    assert alert.diagnosis_id is not None
    assert answer["Location"] == url("assessment", landlord, assessment_id=alert.diagnosis_id)


def test_the_diagnosis_of_an_alert_is_concluded_after_the_rating_is_closed(
    landlord: Landlord, lead: Person, scored: list[Residence], sign_in: SignIn
) -> None:
    load_shipped(at=NOON)
    campaign = operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON)
    type(campaign).objects.filter(pk=campaign.pk).update(list_confirmed_at=NOON, closed_at=NOON)
    client, alert = sign_in(lead), SiteAlert.objects.get()
    where = url("site_alert", landlord, alert_id=alert.pk)
    client.post(where, {"answer": "diagnosis", "reason": ""})
    assert "Conclure le diagnostic" not in words(client.get(where))
    alert.refresh_from_db()
    grid = alert.diagnosis
    assert grid is not None
    finish_grid(grid, lead, grid.started_at)
    assert "Conclure le diagnostic" in words(client.get(where))
    assert client.post(where, {"led": "important", "reason": ""}).status_code == 422
    assert client.post(where, {"led": "important", "reason": "Halls occupés."}).status_code == 302
    assert "Site prioritaire" in words(client.get(url("site_alerts", landlord)))
    listed = words(client.get(url("priority_sites", landlord)))
    assert "1 site ajouté depuis" in listed
    assert "Ajouté après la confirmation de la liste" in listed
    assert "après la confirmation de la liste : Halls occupés." in listed, "« Ce qui s’est passé » says it too"


def test_the_list_marks_the_residences_with_an_alert_and_narrows_to_them(
    landlord: Landlord, lead: Person, scored: list[Residence], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    page = words(client.get(url("sites", landlord)))
    assert page.count("Alerte en cours") == 1
    narrowed = words(client.get(url("sites", landlord) + "?alerte=oui"))
    assert "1 résidence du dernier millésime" in narrowed
    assert "Alerte en cours" in narrowed


def test_who_only_reads_gets_no_form(
    landlord: Landlord, scored: list[Residence], make_person: Callable[..., Person], sign_in: SignIn
) -> None:
    client, alert = sign_in(make_person(Role.CONTRIBUTOR, landlord)), SiteAlert.objects.get()
    where = url("site_alert", landlord, alert_id=alert.pk)
    assert "Enregistrer la réponse" not in words(client.get(where))
    assert client.post(where, {"answer": "acknowledged"}).status_code == 403
    alert.refresh_from_db()
    assert alert.state == AlertState.OPEN


def test_the_sensitivity_of_a_rank_is_computed_when_asked_for(
    landlord: Landlord, lead: Person, scored: list[Residence], sign_in: SignIn
) -> None:
    page = words(sign_in(lead).get(url("site_sensitivity", landlord, residence_id=scored[1].pk)))
    assert "Analyse de sensibilité" in page
    assert "Ce que diraient les sources absentes" in page or "son rang est sûr" in page


def test_another_landlords_alert_does_not_exist(
    landlord: Landlord,
    scored: list[Residence],
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: SignIn,
) -> None:
    other = make_landlord("Voisin Habitat")
    client = sign_in(make_person(Role.QUALITY_LEAD, other))
    assert client.get(url("site_alert", other, alert_id=SiteAlert.objects.get().pk)).status_code == 404


def test_thirty_alerts_ask_no_more_of_the_database_than_one(
    landlord: Landlord, lead: Person, scored: list[Residence], sign_in: SignIn
) -> None:
    client, where = sign_in(lead), url("site_alerts", landlord)
    client.get(where)
    with CaptureQueriesContext(connection) as one:
        client.get(where)
    alert = SiteAlert.objects.get()
    for number, residence in enumerate(scored[1:]):
        SiteAlert.objects.create(
            landlord=landlord,
            residence=residence,
            indicator="damage",
            since=TODAY,
            before=1,
            after=4 + number,
            at_least=1.5,
            q=0.02,
            first_seen_at=NOON,
            seen_at=NOON,
            state=AlertState.ACKNOWLEDGED,
            answered_by=lead,
            answered_at=NOON + timedelta(hours=1),
            answered_rate=alert.after,
        )
    with CaptureQueriesContext(connection) as many:
        page = words(client.get(where))
    assert "26 alertes" in page
    # The pages that follow cost one count of nothing.
    assert len(many) == len(one)
