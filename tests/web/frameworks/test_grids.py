"""Grids are read by all, published by the label's team, with errors by line and what changes shown first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from palier.directory.models import Person
from palier.frameworks.models import FrameworkVersion
from palier.frameworks.operations import import_version, load_shipped
from tests.frameworks.samples import SMALL

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(referent: Person, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(referent)


def test_grids_and_their_versions_are_listed_and_read(at: datetime, office: Client) -> None:
    load_shipped(at=at)
    page = office.get("/grilles/")
    assert "Diagnostic HQS" in page.text
    assert "En vigueur" in page.text
    assert "Importer une grille" not in page.text
    hqs = office.get("/grilles/hqs/1/")
    assert "rien d’officiel" in hqs.text
    assert "Le ménage des parties communes est contrôlé" in hqs.text
    assert office.get("/grilles/hqs/9/").status_code == 404


def test_the_text_of_a_version_is_handed_back_as_it_came(version: FrameworkVersion, office: Client) -> None:
    response = office.get("/grilles/small/1/fichier/")
    assert response.content.decode() == SMALL
    assert response["Content-Disposition"] == 'attachment; filename="small-v1.yaml"'


def test_what_changed_between_two_versions_is_told(version: FrameworkVersion, office: Client, at: datetime) -> None:
    import_version(
        text=SMALL.replace("title: Guichet", "title: Accueil physique"), by=None, at=at, effective_from=date(2027, 1, 1)
    )
    page = office.get("/grilles/small/1/2/").text
    assert "Libellé modifié (1)" in page
    assert "<ins>Accueil physique</ins>" in page


def test_only_the_labels_team_publishes(office: Client) -> None:
    assert office.get("/grilles/importer/").status_code == 403
    assert office.post("/grilles/importer/", {"text": SMALL}).status_code == 403


def test_a_faulty_grid_shows_its_lines_and_publishes_nothing(team: Client) -> None:
    text = SMALL.replace("title: Guichet", "titre: Guichet")
    page = team.post("/grilles/importer/", {"text": text, "effective_from": "2027-01-01"})
    assert page.status_code == 422
    assert "Rien n’est publié" in page.text
    assert ">Ligne 26</th>" in page.text
    assert "titre: Guichet" in page.text
    assert not FrameworkVersion.objects.exists()


def test_the_next_version_is_written_from_the_one_before(version: FrameworkVersion, team: Client, office: Client) -> None:
    assert "Écrire la version suivante" not in office.get("/grilles/small/1/").text
    assert f"/grilles/importer/?from={version.pk}" in team.get("/grilles/small/1/").text
    page = team.get("/grilles/importer/")
    assert f"?from={version.pk}" in page.text
    assert "title: Petite grille" in team.get(f"/grilles/importer/?from={version.pk}").text


def test_a_grid_for_another_use_is_refused_before_it_is_shown_and_stays_typed(version: FrameworkVersion, team: Client) -> None:
    text = SMALL.replace("charter_review", "hqs_diagnosis")
    page = team.post("/grilles/importer/", {"text": text, "effective_from": "2027-01-01"})
    assert page.status_code == 422
    assert "donnez un autre code" in page.text
    assert "purpose: hqs_diagnosis" in page.text


def test_a_grid_is_shown_then_published(version: FrameworkVersion, team: Client) -> None:
    file = SimpleUploadedFile("grille.yaml", SMALL.replace("title: Guichet", "title: Comptoir").encode())
    shown = team.post("/grilles/importer/", {"file": file, "effective_from": "2027-01-01"})
    assert "Publier la version 2" in shown.text
    assert "Libellé modifié (1)" in shown.text
    assert FrameworkVersion.objects.count() == 1
    sent = {"text": shown.context["text"], "effective_from": "2027-01-01", "publish": "1"}
    done = team.post("/grilles/importer/", sent, follow=True)
    assert "La version 2 est publiée." in done.text
    assert FrameworkVersion.objects.get(number=2).effective_from == date(2027, 1, 1)
    assert "rien n’est publié" in team.post("/grilles/importer/", sent, follow=True).text


@pytest.mark.parametrize(
    ("file", "said"),
    [(b"\xff\xfe\x00", "UTF-8"), (b"x" * 1_000_001, "1 Mo"), (b"", "vide")],
)
def test_a_file_that_is_not_a_grid_is_refused(team: Client, file: bytes, said: str) -> None:
    page = team.post("/grilles/importer/", {"file": SimpleUploadedFile("a.yaml", file), "effective_from": "2027-01-01"})
    assert page.status_code == 422
    assert said in page.text
