"""The list of assessments, one as a whole, and its life on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.frameworks.models import Assessment, FrameworkVersion
from palier.frameworks.operations import Entry, fill, finish, import_version, release, start
from tests.frameworks.samples import SMALL
from tests.frameworks.test_assessments import SECOND, everything

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def url(assessment: Assessment, rest: str = "") -> str:
    return f"/organismes/{assessment.landlord_id}/evaluations/{assessment.pk}/{rest}"


def test_the_list_costs_the_same_with_one_and_with_thirty(
    assessment: Assessment, version: FrameworkVersion, landlord: Landlord, lead: Person, office: Client, at: datetime
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert office.get(f"/organismes/{landlord.pk}/evaluations/").status_code == 200
        return len([q for q in seen if "SAVEPOINT" not in q["sql"]])

    cost()
    one = cost()
    for n in range(29):
        started = start(version=version, landlord=landlord, subject=("residence", n, f"Résidence {n}"), by=lead, at=at)
        fill(assessment=started, entries=[Entry("desk", 1 + n % 4)], by=lead, at=at)
    assert cost() == one <= 8


def test_the_list_is_searched_filtered_and_sorted(
    version: FrameworkVersion, landlord: Landlord, lead: Person, office: Client, at: datetime
) -> None:
    for n, label in enumerate(("Les Glycines", "Les Acacias", "La Tour")):
        one = start(version=version, landlord=landlord, subject=("residence", n, label), title=label, by=lead, at=at)
        if n:
            fill(assessment=one, entries=[Entry("desk", n)], by=lead, at=at)

    def subjects(query: str) -> list[str]:
        rows = office.get(f"/organismes/{landlord.pk}/evaluations/{query}").context["rows"]
        return [row["assessment"].subject_label for row in rows]

    assert subjects("?sort=subject") == ["La Tour", "Les Acacias", "Les Glycines"]
    assert subjects("?sort=-score") == ["La Tour", "Les Acacias", "Les Glycines"]
    assert subjects("?q=acac") == ["Les Acacias"]
    assert subjects("?status=finished") == []
    assert subjects("?purpose=complex_sites") == []
    assert len(subjects("?sort=x&status=x&page=y")) == 3


def test_the_team_starts_a_review_of_its_charter_by_itself(
    version: FrameworkVersion, held_version: FrameworkVersion, landlord: Landlord, office: Client
) -> None:
    address = f"/organismes/{landlord.pk}/evaluations/"
    assert "Petite grille" in office.get(address).text
    response = office.post(address, {"framework": "small"})
    started = Assessment.objects.get()
    assert response["Location"] == url(started)
    again = office.post(address, {"framework": "small"})
    assert again.status_code == 422
    assert "déjà en cours" in again.text
    assert office.post(address, {"framework": "held"}).status_code == 404


def test_an_assessment_says_where_it_stands_and_why_it_cannot_be_finished(assessment: Assessment, office: Client) -> None:
    page = office.get(url(assessment))
    assert "Thème 1, Propreté" in page.text
    assert 'aria-disabled="true"' in page.text
    assert "Exemple." in page.text
    refused = office.post(url(assessment, "terminer/"))
    assert refused.status_code == 422
    assert "3 critères à noter" in refused.text


def test_it_is_finished_reopened_and_printed(
    assessment: Assessment, landlord: Landlord, lead: Person, office: Client, keep: Callable[..., Document], at: datetime
) -> None:
    fill(assessment=assessment, entries=everything(keep(landlord, title="Fiche de contrôle")), by=lead, at=at)
    assert 'aria-disabled="true"' not in office.get(url(assessment)).text
    assert "elle ne change plus" in office.post(url(assessment, "terminer/"), follow=True).text
    assert "<textarea" not in office.get(url(assessment, "themes/cleaning/")).text
    paper = office.get(url(assessment, "imprimer/")).text
    for words in ("1.1 Contrôle", "Fiche de contrôle", "Vu.", "Sans objet", "version 1"):
        assert words in paper
    assert "est rouverte" in office.post(url(assessment, "rouvrir/"), {"because": "oubli"}, follow=True).text
    assert office.post(url(assessment, "rouvrir/"), {"because": ""}).status_code == 422


def test_it_is_handed_out_as_a_table_that_runs_nothing(
    assessment: Assessment, lead: Person, office: Client, at: datetime
) -> None:
    fill(assessment=assessment, entries=[Entry("desk", 2, justification="=1+1")], by=lead, at=at)
    table = office.get(url(assessment, "exporter/csv/")).content.decode("utf-8-sig").splitlines()
    assert len(table) == 6
    assert "2.2;Guichet;Accueil;2;2 À améliorer;1;'=1+1;;oui;Mme B.;10/03/2026 12:00:00" in table
    assert office.get(url(assessment, "exporter/xlsx/")).status_code == 200
    assert office.get(url(assessment, "exporter/pdf/")).status_code == 404


def test_it_is_entrusted_on_its_page(
    assessment: Assessment, landlord: Landlord, office: Client, make_person: Callable[..., Person]
) -> None:
    guardian = make_person(Role.CONTRIBUTOR, landlord, name="Mme G.")
    page = office.post(url(assessment, "confier/"), {"person": guardian.pk}, follow=True)
    assert "Mme G. peut répondre" in page.text
    assert office.post(url(assessment, "confier/"), {"person": 999_999}).status_code == 404


def test_what_the_auditor_writes_is_hidden_until_it_is_released(
    held_version: FrameworkVersion,
    landlord: Landlord,
    auditor: Person,
    office: Client,
    sign_in: SignIn,
    keep: Callable[..., Document],
    at: datetime,
) -> None:
    one = start(
        version=held_version, landlord=landlord, subject=("landlord", landlord.pk, "x"), title="CANARI", by=auditor, at=at
    )
    theirs = sign_in(auditor)
    assert theirs.post(url(one, "criteres/waste/"), {"value": "3", "revision": "0"}).status_code == 302
    for rest in ("", "themes/cleaning/", "imprimer/", "criteres/waste/textes/"):
        assert office.get(url(one, rest)).status_code == 404
    assert "CANARI" not in office.get(f"/organismes/{landlord.pk}/evaluations/").text
    rest = [e for e in everything(keep(landlord)) if e.criterion != "waste"]
    fill(assessment=one, entries=rest, by=auditor, at=at)
    finish(assessment=one, by=auditor, at=at)
    release(assessment=one, by=auditor, at=at)
    assert "CANARI" in office.get(url(one)).text
    assert office.post(url(one, "criteres/waste/"), {"value": "1", "revision": "1"}).status_code == 403


def test_it_is_carried_over_after_its_report_was_read(
    assessment: Assessment, landlord: Landlord, lead: Person, office: Client, keep: Callable[..., Document], at: datetime
) -> None:
    fill(assessment=assessment, entries=everything(keep(landlord)), by=lead, at=at)
    assert "version plus récente" not in office.get(url(assessment)).text
    later = SECOND.replace("Exemple.", "Exemple à venir.")
    import_version(text=later, by=lead, at=at, effective_from=date(2126, 4, 1))
    assert "version plus récente" not in office.get(url(assessment)).text
    assert "n’est en vigueur" in office.post(url(assessment, "reprendre/")).text
    import_version(text=SECOND, by=lead, at=at, effective_from=date(2026, 3, 1))
    assert "version plus récente" in office.get(url(assessment)).text
    report = office.get(url(assessment, "reprendre/")).text
    for words in (
        "Nouveau (1)",
        "Supprimé (1)",
        "Échelle changée (1)",
        "Libellé modifié (1)",
        "Identique (2)",
        "la note est à refaire",
        "3 Satisfaisant",
    ):
        assert words in report
    done = office.post(url(assessment, "reprendre/"), follow=True)
    carried = Assessment.objects.get(carried_from=assessment)
    assert "Ce que sont devenues les réponses" in done.text
    assert url(carried, "criteres/phone/") in done.text
    assert "Réponse reprise" in office.get(url(carried, "themes/cleaning/")).text
    assert office.get(url(assessment, "reprendre/")).status_code == 200
    assert office.post(url(assessment, "reprendre/")).status_code == 422


def test_tenants_read_the_review_of_the_charter_and_change_nothing(
    assessment: Assessment, make_person: Callable[..., Person], landlord: Landlord, sign_in: SignIn, referent: Person
) -> None:
    theirs = sign_in(referent)
    assert theirs.get(url(assessment)).status_code == 200
    assert "Terminer l’évaluation" not in theirs.get(url(assessment)).text
    assert theirs.post(f"/organismes/{landlord.pk}/evaluations/", {"framework": "small"}).status_code == 404
    assert SMALL
