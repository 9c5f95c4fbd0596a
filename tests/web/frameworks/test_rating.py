"""Answering on a theme's page: autosave, stale saves with both texts, evidence, and nothing for those whose part it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.frameworks import queries
from palier.frameworks.models import Assessment, FrameworkVersion
from palier.frameworks.operations import entrust, save_answer, start
from palier.ledger.models import Entry
from tests.documents.samples import pdf

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"HX-Request": "true"}}


def url(assessment: Assessment, rest: str = "") -> str:
    return f"/organismes/{assessment.landlord_id}/evaluations/{assessment.pk}/{rest}"


def test_a_theme_shows_its_criteria_its_scale_and_what_is_missing(assessment: Assessment, office: Client) -> None:
    page = office.get(url(assessment, "themes/cleaning/"))
    assert page.status_code == 200
    assert "1.1 Contrôle" in page.text
    assert "Solide" in page.text
    assert "3 critères à noter<" in page.text
    assert "Aucun critère noté pour l’instant." in page.text
    assert office.get(url(assessment, "themes/absent/")).status_code == 404


def test_an_answer_saves_itself_and_refreshes_what_depends_on_it(assessment: Assessment, office: Client) -> None:
    sent = {"value": "2", "justification": "Peu.", "revision": "0"}
    answer = office.post(url(assessment, "criteres/waste/"), sent, **HTMX)
    assert answer.status_code == 200
    assert "Enregistré à" in answer.text
    assert 'name="revision" value="1" hx-swap-oob="true"' in answer.text
    assert "2\u00a0÷\u00a01" in answer.text or "2 ÷ 1 = 2" in answer.text
    assert "<html" not in answer.text
    kept = queries.answers(assessment)["waste"]
    assert (kept.value, kept.justification) == (2, "Peu.")
    again = office.post(url(assessment, "criteres/waste/"), {"value": "na", "justification": "Sans.", "revision": "1"}, **HTMX)
    assert 'value="2" hx-swap-oob' in again.text
    assert queries.answers(assessment)["waste"].not_applicable


def test_without_script_the_button_saves_and_comes_back_to_the_criterion(assessment: Assessment, office: Client) -> None:
    response = office.post(url(assessment, "criteres/waste/"), {"value": "3", "revision": "0"})
    assert response.status_code == 302
    assert response["Location"] == url(assessment, "themes/cleaning/") + "#c-waste"
    assert office.get(url(assessment, "criteres/waste/"))["Location"].endswith("#c-waste")


@pytest.mark.parametrize("sent", [{"value": "9", "revision": "0"}, {"value": "3"}, {"value": "3", "revision": "x"}])
def test_an_impossible_answer_is_refused_in_words(assessment: Assessment, office: Client, sent: dict[str, str]) -> None:
    refused = office.post(url(assessment, "criteres/waste/"), sent, **HTMX)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert queries.answers(assessment)["waste"].revision == 0


@pytest.fixture
def stale(assessment: Assessment, colleague: Person, at: datetime) -> dict[str, str]:
    """What somebody sends after a colleague has saved."""
    save_answer(
        assessment=assessment, criterion="waste", revision=0, value=3, justification="Affiché partout.", by=colleague, at=at
    )
    return {"value": "2", "justification": "Affiché au Nord.", "revision": "0"}


def test_a_stale_save_shows_both_texts_and_three_choices(assessment: Assessment, office: Client, stale: dict[str, str]) -> None:
    answer = office.post(url(assessment, "criteres/waste/"), stale, **HTMX)
    assert answer.status_code == 409
    for words in ("M. D.", "12:00", "Garder le mien", "Prendre le sien", "Réunir les deux textes", "<ins>au Nord</ins>"):
        assert words in answer.text
    assert 'name="over" value="1"' in answer.text
    assert queries.answers(assessment)["waste"].justification == "Affiché partout."
    page = office.post(url(assessment, "criteres/waste/"), stale)
    assert page.status_code == 409
    assert "Affiché au Nord.</textarea>" in page.text
    assert "Réunir les deux textes" in page.text


def test_mine_theirs_or_both_nothing_is_lost(assessment: Assessment, office: Client, stale: dict[str, str]) -> None:
    office.post(url(assessment, "criteres/waste/"), {**stale, "over": "1", "keep": "theirs"})
    assert queries.answers(assessment)["waste"].justification == "Affiché partout."
    both = office.post(url(assessment, "criteres/waste/"), {**stale, "over": "1", "keep": "both"})
    assert "Affiché au Nord.\n\nAffiché partout.</textarea>" in both.text
    assert 'name="revision" value="1"' in both.text
    assert queries.answers(assessment)["waste"].revision == 1
    office.post(url(assessment, "criteres/waste/"), {**stale, "over": "1", "keep": "mine"})
    kept = queries.answers(assessment)["waste"]
    assert (kept.justification, kept.revision) == ("Affiché au Nord.", 2)
    texts = office.get(url(assessment, "criteres/waste/textes/")).text
    assert "M. D." in texts
    assert "Mme B." in texts


def test_mine_is_refused_again_when_they_went_on_writing(
    assessment: Assessment, office: Client, stale: dict[str, str], colleague: Person, at: datetime
) -> None:
    save_answer(assessment=assessment, criterion="waste", revision=1, value=4, justification="Encore.", by=colleague, at=at)
    answer = office.post(url(assessment, "criteres/waste/"), {**stale, "over": "1", "keep": "mine"})
    assert answer.status_code == 409
    assert 'name="over" value="2"' in answer.text


def test_saving_costs_at_most_twelve_queries_with_one_assessment_and_with_thirty(
    assessment: Assessment, version: FrameworkVersion, landlord: Landlord, office: Client, lead: Person, at: datetime
) -> None:
    def cost(revision: int) -> int:
        sent = {"value": str(2 + revision % 2), "justification": f"Texte {revision}.", "revision": str(revision)}
        with CaptureQueriesContext(connection) as seen:
            assert office.post(url(assessment, "criteres/waste/"), sent, **HTMX).status_code == 200
        return len([q for q in seen if "SAVEPOINT" not in q["sql"]])

    cost(0)
    alone = cost(1)
    for n in range(30):
        start(version=version, landlord=landlord, subject=("residence", n, f"Résidence {n}"), by=lead, at=at)
    assert cost(2) == alone
    assert alone <= 12


def test_a_piece_is_deposited_attached_and_detached(assessment: Assessment, office: Client) -> None:
    page = office.get(url(assessment, "criteres/control/preuves/"))
    assert "Procédure ou mode opératoire" in page.text
    sent = {"kind": "procedure", "title": "Contrôle du ménage", "file": SimpleUploadedFile("a.pdf", pdf().getvalue())}
    back = office.post(url(assessment, "criteres/control/preuves/"), sent, follow=True)
    assert "est déposé et joint au critère 1.1." in back.text
    piece = Document.objects.get()
    assert queries.given(assessment)["control"].kinds == {"procedure"}
    assert f"/documents/{piece.pk}/versions/1/" in back.text
    office.post(url(assessment, f"criteres/control/preuves/{piece.pk}/retirer/"))
    assert not queries.evidence(assessment)
    assert piece.title in office.get(url(assessment, "criteres/control/preuves/")).text
    office.post(url(assessment, "criteres/control/preuves/"), {"document": piece.pk})
    assert len(queries.evidence(assessment)["control"]) == 1


def test_a_refused_file_says_why_and_attaches_nothing(assessment: Assessment, office: Client) -> None:
    sent = {"kind": "procedure", "title": "x", "file": SimpleUploadedFile("a.pdf", b"MZ")}
    page = office.post(url(assessment, "criteres/control/preuves/"), sent)
    assert page.status_code == 422
    assert "son contenu est d’un autre type" in page.text
    assert not Document.objects.exists()


def test_a_piece_in_use_is_not_withdrawn(
    assessment: Assessment, landlord: Landlord, office: Client, keep: Callable[..., Document]
) -> None:
    piece = keep(landlord)
    office.post(url(assessment, "criteres/control/preuves/"), {"document": piece.pk})
    refused = office.post(f"/organismes/{landlord.pk}/documents/{piece.pk}/retirer/", {"because": "erreur"})
    assert refused.status_code == 422
    assert "sert de preuve" in refused.text
    page = office.get(f"/organismes/{landlord.pk}/documents/{piece.pk}/").text
    assert "L’en retirer d’abord" in page
    assert 'name="because"' not in page


def test_another_landlords_piece_is_not_attached(
    assessment: Assessment, make_landlord: Callable[..., Landlord], office: Client, keep: Callable[..., Document]
) -> None:
    other = keep(make_landlord())
    assert office.post(url(assessment, "criteres/control/preuves/"), {"document": other.pk}).status_code == 404
    assert office.post(url(assessment, "criteres/control/preuves/"), {"document": "x"}).status_code == 404


def test_who_only_reads_has_no_form_and_no_right_to_save(
    assessment: Assessment, auditor: Person, sign_in: Callable[[Person], Client]
) -> None:
    theirs = sign_in(auditor)
    page = theirs.get(url(assessment, "themes/cleaning/"))
    assert page.status_code == 200
    assert "<textarea" not in page.text
    for rest in ("criteres/waste/", "criteres/control/preuves/", "criteres/control/preuves/1/retirer/", "terminer/"):
        assert theirs.post(url(assessment, rest), {"value": "1", "revision": "0"}).status_code == 403
    assert not Entry.objects.filter(act__startswith="frameworks.answer")


def test_somebody_of_the_team_answers_what_is_entrusted_to_them(
    held_version: FrameworkVersion,
    landlord: Landlord,
    lead: Person,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    from palier.frameworks.operations import import_version
    from tests.frameworks.samples import SMALL

    text = SMALL.replace("charter_review", "complex_sites").replace("code: small", "code: sites")
    of = import_version(text=text, by=None, at=at, effective_from=at.date())
    guardian = make_person(Role.CONTRIBUTOR, landlord)
    one = start(version=of, landlord=landlord, subject=("residence", 1, "Les Glycines"), by=lead, at=at)
    theirs = sign_in(guardian)
    sent = {"value": "3", "revision": "0"}
    assert theirs.post(url(one, "criteres/waste/"), sent).status_code == 403
    entrust(assessment=one, person=guardian, by=lead, at=at)
    assert theirs.post(url(one, "criteres/waste/"), sent).status_code == 302
    assert theirs.post(url(one, "confier/"), {"person": ""}).status_code == 403


def test_another_landlords_assessment_does_not_exist(
    assessment: Assessment,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
) -> None:
    other = make_landlord()
    stranger = sign_in(make_person(Role.QUALITY_LEAD, other))
    for landlord_id in (assessment.landlord_id, other.pk):
        for rest in ("", "themes/cleaning/", "criteres/waste/", "criteres/waste/textes/", "imprimer/", "reprendre/"):
            assert stranger.get(f"/organismes/{landlord_id}/evaluations/{assessment.pk}/{rest}").status_code == 404
        assert stranger.post(f"/organismes/{landlord_id}/evaluations/{assessment.pk}/criteres/waste/").status_code == 404
