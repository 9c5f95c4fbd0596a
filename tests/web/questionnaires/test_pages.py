"""Questionnaires are read by all who work with them, tried without keeping anything, published by whom they belong to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.questionnaires.models import QuestionnaireVersion
from palier.questionnaires.operations import import_version, load_shipped
from tests.questionnaires.test_publishing import TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(referent: Person, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(referent)


@pytest.fixture
def triennial(at: datetime) -> QuestionnaireVersion:
    return next(version for version in load_shipped(at=at) if version.questionnaire.code == "triennial")


def test_questionnaires_are_listed_and_told(triennial: QuestionnaireVersion, office: Client) -> None:
    assert "Enquête triennale de satisfaction" in office.get("/questionnaires/").text
    page = office.get(f"/questionnaires/{triennial.pk}/").text
    assert "Ce questionnaire est destiné aux locataires" in page
    assert "Posée si la réponse" in page
    assert office.get("/questionnaires/999999/").status_code == 404


def test_the_list_asks_the_same_queries_whatever_its_length(at: datetime, team: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert team.get("/questionnaires/").status_code == 200
        return len(seen)

    import_version(text=TEXT, owner=None, by=None, at=at)
    asked()
    few = asked()
    for number in range(30):
        import_version(text=TEXT.replace("code: own", f"code: own_{number}"), owner=None, by=None, at=at)
    assert asked() == few


def test_the_preview_follows_the_branches_and_keeps_nothing(triennial: QuestionnaireVersion, office: Client) -> None:
    where = f"/questionnaires/{triennial.pk}/apercu/"
    first = office.get(where).text
    assert "Dans l’ensemble, de votre bailleur" in first
    assert "Étape 1 sur 7" in first
    wrong = office.get(where, {"feuille": "1"}).text
    assert "Choisissez une réponse." in wrong
    second = office.get(where, {"feuille": "1", "overall_satisfaction": "very_satisfied"}).text
    assert "Votre quartier" in second
    assert '<input type="hidden" name="overall_satisfaction" value="very_satisfied">' in second
    lift = office.get(where, {"feuille": "3", "overall_satisfaction": "very_satisfied", "residence_has_lift": "yes"}).text
    assert "Du fonctionnement de l’ascenseur" in lift
    back = office.get(where, {"feuille": "5", "overall_satisfaction": "very_satisfied", "retour": "1"}).text
    assert "Votre résidence" in back
    assert "Overall, with your landlord" in office.get(where, {"langue": "en"}).text
    assert "Fin du questionnaire" in office.get(where, {"feuille": "10", "overall_satisfaction": "very_satisfied"}).text


def test_a_landlord_publishes_its_own_and_nobody_elses(
    office: Client,
    landlord: Landlord,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    make_landlord: Callable[..., Landlord],
) -> None:
    form = office.get("/questionnaires/importer/")
    assert "Tout le monde" not in form.text
    sent = {"text": TEXT, "owner": str(landlord.pk)}
    shown = office.post("/questionnaires/importer/", sent)
    assert "Rien n’est encore publié" in shown.text
    assert not QuestionnaireVersion.objects.exists()
    done = office.post("/questionnaires/importer/", sent | {"publish": "1"})
    one = QuestionnaireVersion.objects.get()
    assert done.headers["Location"] == f"/questionnaires/{one.pk}/"
    assert office.post("/questionnaires/importer/", {"text": TEXT, "owner": "0"}).status_code == 422
    other = sign_in(make_person(role=Role.QUALITY_LEAD, organisation=make_landlord()))
    assert other.get(f"/questionnaires/{one.pk}/").status_code == 404
    assert "Le nôtre" not in other.get("/questionnaires/").text


def test_a_faulty_text_shows_its_lines_and_stays_typed(team: Client) -> None:
    page = team.post("/questionnaires/importer/", {"text": TEXT.replace("minutes: 1", "minutes: deux"), "owner": "0"})
    assert page.status_code == 422
    assert ">Ligne 7</th>" in page.text
    assert "minutes: deux" in page.text


def test_the_next_version_starts_from_the_last_and_says_what_no_longer_compares(
    triennial: QuestionnaireVersion, team: Client
) -> None:
    assert "code: triennial" in team.get(f"/questionnaires/importer/?from={triennial.pk}").text
    text = triennial.source.replace("      - key: evolution\n", "")
    shown = team.post("/questionnaires/importer/", {"text": text, "owner": "0"}).text
    assert "Publier la version 2" in shown
    assert "Ne se comparent pas" in shown
    team.post("/questionnaires/importer/", {"text": text, "owner": "0", "publish": "1"})
    second = QuestionnaireVersion.objects.get(number=2)
    changes = team.get(f"/questionnaires/{second.pk}/depuis/{triennial.pk}/").text
    assert "Question retirée" in changes
    source = team.get(f"/questionnaires/{second.pk}/fichier/")
    assert source.content.decode() == text


def test_whoever_only_reads_publishes_nothing(
    make_person: Callable[..., Person], sign_in: Callable[[Person], Client], landlord: Landlord
) -> None:
    client = sign_in(make_person(role=Role.CONTRIBUTOR, organisation=landlord))
    assert client.get("/questionnaires/importer/").status_code == 403
    assert client.post("/questionnaires/importer/", {"text": TEXT, "owner": "0"}).status_code == 403
