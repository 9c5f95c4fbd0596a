"""A study in a real browser, from the association that opens it to the landlord that reads its own place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from palier.directory.rules import Role
from palier.studies.models import Study, StudyAnswer
from tests.browser import OpenPage, check, turn
from tests.studies.conftest import LEAST, Region, validated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MEMBERS = [("oph", 4_000)] * 5 + [("esh", 16_000)] * 6
SAID = LEAST | {
    "commitment_taken": "yes",
    "commitments": ["iso_9001", "quali_hlm"],
    "priority_themes": ["technical_requests", "cleanliness"],
    "site_detection": "yes",
    "evaluation_tools": ["surveys", "site_visits"],
}


def test_a_study_from_the_invitation_to_the_report(
    browser_page: OpenPage, make_region: Callable[..., Region], make_person: Callable[..., Any]
) -> None:
    region = make_region(MEMBERS, "Union de la région", year=2025)
    lead, director = (
        make_person(role, region.landlords[0], name) for role, name in ((Role.QUALITY_LEAD, "Mme Q."), (Role.DIRECTOR, "M. D."))
    )
    StudyAnswer.objects.all().delete()
    Study.objects.all().delete()
    relay = browser_page(region.by)
    relay.goto("/etudes/")
    check(relay, "studies-none")
    relay.get_by_role("link", name="Ouvrir une étude").click()
    relay.get_by_label("Dernier jour pour répondre").fill("2090-01-31")
    check(relay, "study-open")
    relay.get_by_role("button", name="Ouvrir et inviter").click()
    relay.get_by_text("11 organismes sont invités").wait_for()
    region.study = Study.objects.get()
    for number in range(1, 9):
        more = {"commitment_planned": "yes" if number % 2 else "no", "landlord_homes_in_districts": 10 * number}
        more |= {"commitment_taken": "no"} if number % 3 == 0 else {}
        said = SAID | {"landlord_homes": 4_000 if number < 5 else 16_000} | more
        validated(
            region.answer(number),
            {k: v for k, v in said.items() if said["commitment_taken"] == "yes" or k != "commitments"},
            region.by,
        )
    relay.reload()
    relay.get_by_text("73 % des organismes").wait_for()
    check(relay, "study-live")
    _answer(browser_page(lead), browser_page(director), region)
    relay.reload()
    relay.get_by_text("82 % des organismes").wait_for()
    relay.get_by_text("Clore l’étude", exact=True).first.click()
    relay.get_by_role("button", name="Clore l’étude").last.click()
    relay.get_by_text("L’étude est close et comptée").wait_for()
    relay.get_by_text("Écrire les messages clés").click()
    relay.get_by_role("textbox", name="Vos sites complexes").fill("La plupart repèrent leurs sites.")
    check(relay, "study-results")
    relay.get_by_role("button", name="Enregistrer les messages").click()
    relay.get_by_text("Les messages sont enregistrés.").wait_for()
    with relay.expect_download() as download:
        relay.get_by_role("link", name="Rapport PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    relay.get_by_text("Publier", exact=True).first.click()
    relay.get_by_role("button", name="Publier").last.click()
    relay.get_by_text("L’étude est publiée").wait_for()
    page = browser_page(lead)
    page.goto(f"/organismes/{region.landlords[0].pk}/enquetes/")
    page.get_by_role("link", name="Études régionales").click()
    check(page, "own-studies")
    page.get_by_role("link", name="Lire les résultats").click()
    page.get_by_role("heading", name="Votre place").wait_for()
    page.get_by_text("La plupart repèrent leurs sites.").wait_for()
    check(page, "own-study-results")


def _answer(page: Any, director: Any, region: Region) -> None:
    """The lead goes through the pages and hands; the director validates."""
    path = f"/organismes/{region.landlords[0].pk}/etudes/{region.study.pk}/"
    page.goto(path)
    check(page, "own-study")
    page.get_by_role("link", name="Commencer").click()
    page.get_by_text("Proposé d’après votre fiche dans Palier").first.wait_for()
    check(page, "study-sheet")
    page.locator("input[type=text][name=landlord_homes]").fill("beaucoup")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_text("Écrivez un nombre entier, en chiffres.").wait_for()
    check(page, "study-sheet-wrong")
    page.locator("input[type=text][name=landlord_homes]").fill("4000")
    page.locator("input[type=text][name=landlord_homes_in_districts]").fill("55")
    turn(page, "Enregistrer et continuer")
    while page.get_by_role("button", name="Enregistrer et continuer").count():
        for key in ("commitment_taken", "commitment_planned"):
            if page.locator(f"[name={key}]").count():
                page.locator(f"[name={key}][value=no]").check()
        turn(page, "Enregistrer et continuer")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("button", name="Remettre à la direction").click()
    page.get_by_text("La réponse est remise à la direction").wait_for()
    director.goto(path)
    check(director, "own-study-handed")
    director.get_by_role("button", name="Valider la réponse").click()
    director.get_by_text("La réponse est validée").wait_for()
    check(director, "own-study-validated")
