"""The pages of assessments and grids in a real browser: they save themselves, settle conflicts, and are accessible."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from palier.directory.models import Landlord, Person
from palier.documents.models import Document
from palier.frameworks import queries
from palier.frameworks.models import Assessment
from palier.frameworks.operations import Entry, carry_over, fill, import_version, load_shipped, save_answer, start
from tests.browser import OpenPage, check, overflow
from tests.documents.samples import pdf
from tests.frameworks.samples import SMALL

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def charter(landlord: Landlord, lead: Person, at: datetime) -> Assessment:
    """A review of the shipped charter grid, just started."""
    version = next(v for v in load_shipped(at=at) if v.framework.code == "charter_review")
    subject = ("landlord", landlord.pk, landlord.name)
    return start(version=version, landlord=landlord, subject=subject, title="Revue de charte 2026", by=lead, at=at)


def url(assessment: Assessment, rest: str = "") -> str:
    return f"/organismes/{assessment.landlord_id}/evaluations/{assessment.pk}/{rest}"


def test_a_rating_saves_itself_and_the_score_follows(browser_page: OpenPage, charter: Assessment, lead: Person) -> None:
    page = browser_page(lead)
    page.goto(url(charter, "themes/reception/"))
    check(page, "assessment-theme-empty")
    page.reload()  # axe leaves marks that htmx would carry over
    first = page.locator("#c-opening_hours")
    expect(first.get_by_text("facultatif")).to_be_visible()
    first.get_by_role("radio", name="1 Tenu en partie").check()
    first.get_by_text("Enregistré à").wait_for()
    expect(first.get_by_text("facultatif")).to_be_hidden()
    page.locator("#score").get_by_text("1 ÷ 1 = 1").wait_for()
    first.get_by_label("Justification").fill("Fermé le mercredi sans annonce dans deux agences.")
    page.locator("#missing").get_by_text("3 critères à noter").wait_for()
    page.locator("#themes nav").get_by_text("1/4").wait_for()
    first.get_by_text("est noté sans justification").wait_for(state="detached")
    page.locator("#c-phone_delay").get_by_role("radio", name="3 Tenu").check()
    page.locator("#c-phone_delay").get_by_text("attend une preuve").wait_for()
    check(page, "assessment-theme")
    page.reload()
    expect(first.get_by_label("Justification")).to_have_value(re.compile("^Fermé le mercredi"))
    answer = queries.answers(charter)["opening_hours"]
    assert answer.value == 1
    assert queries.drift() == []


def test_two_people_write_and_both_texts_are_shown(
    browser_page: OpenPage, charter: Assessment, lead: Person, colleague: Person, at: datetime
) -> None:
    page = browser_page(lead)
    page.goto(url(charter, "themes/reception/"))
    save_answer(
        assessment=charter,
        criterion="opening_hours",
        revision=0,
        value=2,
        justification="Horaires tenus dans 14 agences sur 16.",
        by=colleague,
        at=at,
    )
    first = page.locator("#c-opening_hours")
    first.get_by_role("radio", name="1 Tenu en partie").check()
    first.get_by_role("button", name="Prendre le sien").wait_for()
    # The words typed last are sent, and refused too: nothing is written over theirs.
    with page.expect_response(lambda answer: "agences" in (answer.request.post_data or "")):
        first.get_by_label("Justification").fill("Horaires tenus dans les agences du Nord.")
    check(page, "assessment-conflict")
    assert queries.answers(charter)["opening_hours"].value == 2
    first.get_by_role("button", name="Réunir les deux textes").click()
    expect(first.get_by_label("Justification")).to_have_value(re.compile("Horaires tenus.*Horaires tenus", re.DOTALL))
    expect(first.get_by_label("Justification")).to_be_focused()
    first.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Critère 1.1 enregistré.").wait_for()
    answer = queries.answers(charter)["opening_hours"]
    assert (answer.revision, answer.value, answer.by) == (2, 1, lead)
    page.goto(url(charter, "criteres/opening_hours/textes/"))
    check(page, "assessment-texts")


def test_a_piece_is_deposited_with_its_progress(
    browser_page: OpenPage, charter: Assessment, landlord: Landlord, lead: Person, keep: Callable[..., Document], tmp_path: Path
) -> None:
    keep(landlord, "indicator", "Tableau de bord des appels")
    page = browser_page(lead)
    page.goto(url(charter, "criteres/phone_delay/preuves/"))
    check(page, "assessment-evidence")
    file = tmp_path / "Délais d’appel.pdf"
    file.write_bytes(pdf("délais").getvalue())
    page.get_by_label("Titre").first.fill("Délais d’appel 2025")
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Déposer et joindre la pièce").click()
    page.get_by_text("est déposé et joint au critère 1.2.").wait_for()
    assert queries.given(charter)["phone_delay"].kinds == {"indicator"}
    there = page.locator("#c-phone_delay")
    expect(there.get_by_role("link", name="Ouvrir Délais d’appel 2025")).to_be_visible()
    assert there.evaluate("place => Math.abs(place.getBoundingClientRect().top)") < 100


def test_without_script_everything_is_there(browser_page: OpenPage, charter: Assessment, lead: Person) -> None:
    page = browser_page(lead, javascript=False)
    page.goto(url(charter, "themes/reception/"))
    first = page.locator("#c-opening_hours")
    first.get_by_role("radio", name="3 Tenu").check()
    first.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Critère 1.1 enregistré.").wait_for()
    assert queries.answers(charter)["opening_hours"].value == 3


def test_an_assessment_its_list_and_its_paper(
    browser_page: OpenPage, charter: Assessment, landlord: Landlord, lead: Person, keep: Callable[..., Document], at: datetime
) -> None:
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/evaluations/")
    check(page, "assessments-one")
    page.goto(url(charter))
    check(page, "assessment-started")
    pieces = {kind: keep(landlord, kind, kind) for kind in ("indicator", "survey", "control_sheet", "minutes")}
    of = queries.framework(charter.version)
    entries = [
        Entry(
            code,
            criterion.scale.levels[n % 4].value,
            justification="Constaté en mars dans les deux agences visitées.",
            documents=tuple(pieces[k] for k in criterion.evidence if k in pieces),
        )
        for n, (code, criterion) in enumerate(of.criteria.items())
    ]
    fill(assessment=charter, entries=entries, by=lead, at=at)
    sites = queries.current_version(code="complex_sites", on=at.date())
    for n in range(27):
        one = start(version=sites, landlord=landlord, subject=("residence", n, f"Résidence des Glycines {n}"), by=lead, at=at)
        fill(assessment=one, entries=[Entry("trafficking", n % 4, justification="Vu.")], by=lead, at=at)
    for path, name in (
        ("", "assessment-complete"),
        ("themes/equipment/", "assessment-theme-complete"),
        ("imprimer/", "assessment-print"),
    ):
        page.goto(url(charter, path))
        check(page, name)
    page.goto(f"/organismes/{landlord.pk}/evaluations/")
    check(page, "assessments-many")
    for width in (320, 768, 1024):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == []


def test_grids_are_read_compared_and_published(
    browser_page: OpenPage, charter: Assessment, lead: Person, referent: Person, at: datetime
) -> None:
    page = browser_page(referent)
    page.goto("/grilles/")
    check(page, "frameworks")
    page.goto("/grilles/hqs/1/")
    check(page, "framework-version")
    page.goto("/grilles/importer/")
    page.get_by_label("Texte de la grille").fill(
        SMALL.replace("title: Guichet", "titre: Guichet").replace("weight: 2", "weight: x")
    )
    page.get_by_role("button", name="Vérifier la grille").click()
    page.get_by_text("Rien n’est publié.").wait_for()
    check(page, "framework-errors")
    source = charter.version.source.replace("Les horaires d’accueil annoncés sont tenus", "Les horaires annoncés sont tenus")
    page.get_by_label("Texte de la grille").fill(source.replace("label: Tenu en partie", "label: En partie tenu"))
    page.get_by_role("button", name="Vérifier la grille").click()
    page.get_by_role("button", name="Publier la grille").wait_for()
    check(page, "framework-preview")
    page.get_by_role("button", name="Publier la grille").click()
    page.get_by_text("La version 2 est publiée.").wait_for()
    page.goto("/grilles/charter_review/1/2/")
    check(page, "framework-changes")
    second = import_version(
        text=charter.version.source.replace("Les horaires d’accueil annoncés sont tenus", "Les horaires annoncés sont tenus"),
        by=None,
        at=at,
        effective_from=date(2026, 3, 1),
    )
    assert second.number == 3
    carried = carry_over(assessment=charter, version=second, by=lead, at=at)
    theirs = browser_page(lead)
    theirs.goto(url(carried, "reprendre/"))
    check(theirs, "assessment-carried")
