"""The pages of surveys in a real browser, at the sizes of a telephone and of a desk."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from palier.directory.models import Landlord, Person
from palier.surveys import operations
from palier.surveys.models import Household, Invitation, Stratum, Wave
from palier.surveys.operations.calls import HELD
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.waves import Design, EventKind, Pace, Split
from tests.browser import OpenPage, check
from tests.surveys.waves import EITHER, wave_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILE = (
    "Référence locataire;Résidence;Nom;E-mail;Mobile;Langue\n"
    "L1;Résidence A;Mme N.;n@example.test;06 12 34 56 78;français\nL2;Résidence B;M. P.;;;portugais\n"
).encode()
Households = Callable[..., list[Household]]
SAMPLE = {"design": Design.SAMPLE, "split": Split.AGENCY, "margin": Decimal(10), "expected_rate": 30}


@pytest.mark.usefixtures("residences")
def test_the_file_of_tenants_from_its_columns_to_the_list(browser_page: OpenPage, landlord: Landlord, lead: Person) -> None:
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/enquetes/")
    check(page, "surveys-empty")
    page.goto(f"/organismes/{landlord.pk}/enquetes/locataires/importer/")
    check(page, "frame-deposit")
    page.get_by_label("Fichier des locataires").set_input_files(
        [{"name": "locataires.csv", "mimeType": "text/csv", "buffer": FILE}]
    )
    page.get_by_role("button", name="Déposer le fichier").click()
    page.get_by_role("heading", name="Confirmer les colonnes").wait_for()
    check(page, "frame-columns")
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_role("heading", name="Ce qui entrera").wait_for()
    check(page, "frame-preview")
    page.get_by_role("button", name="Intégrer ce fichier").click()
    page.get_by_text("est intégré").wait_for()
    operations.object_to(household=Household.objects.get(reference="L2"), origin=Origin.PAGE, by=None, at=timezone.now())
    page.goto(f"/organismes/{landlord.pk}/enquetes/locataires/")
    check(page, "households")
    page.goto(f"/organismes/{landlord.pk}/enquetes/locataires/oppositions/")
    check(page, "objections")


def test_a_wave_prepared_launched_and_stopped(
    browser_page: OpenPage, landlord: Landlord, lead: Person, make_households: Households
) -> None:
    make_households(400)
    wave = wave_of(landlord, until="draft", at=timezone.now(), **SAMPLE)
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/enquetes/preparer/")
    check(page, "wave-form")
    there = f"/organismes/{landlord.pk}/enquetes/{wave.pk}/"
    page.goto(there)
    check(page, "wave-draft")
    page.get_by_role("button", name="Tirer l’échantillon").click()
    page.get_by_text("L’échantillon est tiré").wait_for()
    check(page, "wave-drawn")
    page.locator("summary", has_text="Lancer la vague").click()
    page.get_by_role("button", name="Lancer la vague").last.click()
    page.get_by_text("La vague est lancée").wait_for()
    for rank, invitation in enumerate(Invitation.objects.order_by("pk")[:60]):
        if rank % 6:
            operations.note_answer(invitation=invitation.pk)
        else:
            operations.note_refusal(invitation=invitation, outcome=Outcome.REFUSED)
    page.goto(there)
    check(page, "wave-running")
    page.locator("summary", has_text="Arrêter les envois").click()
    page.get_by_role("button", name="Arrêter les envois").last.click()
    page.get_by_text("Les envois sont arrêtés. Rien").wait_for()
    check(page, "wave-stopped")
    page.goto(f"/organismes/{landlord.pk}/enquetes/")
    check(page, "surveys")
    page.goto(f"/organismes/{landlord.pk}/enquetes/reglages/")
    check(page, "survey-terms")
    assert Stratum.objects.count() == 2


def test_a_hot_wave_says_what_it_waits_for(browser_page: OpenPage, landlord: Landlord, lead: Person) -> None:
    hot = {
        "design": Design.HOT,
        "trigger": EventKind.INTERVENTION,
        "delay_hours": 24,
        "paces": (Pace(0, EITHER), Pace(4, EITHER)),
    }
    wave = wave_of(landlord, until="drawn", at=timezone.now(), **hot)
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/enquetes/{wave.pk}/")
    check(page, "wave-hot")


def test_the_telephone_and_the_paper(
    browser_page: OpenPage, landlord: Landlord, caller: Person, make_households: Households
) -> None:
    make_households(8)
    now = timezone.now()
    wave: Wave = wave_of(landlord, until="running", at=now, split=Split.AGENCY)
    invitation = Invitation.objects.order_by("pk")[0]
    invitation.held_by, invitation.held_until = caller, now + HELD
    invitation.save()
    page = browser_page(caller)
    page.goto(f"/organismes/{landlord.pk}/enquetes/{wave.pk}/appels/")
    check(page, "survey-calls")
    page.goto(f"/organismes/{landlord.pk}/enquetes/{wave.pk}/appels/{invitation.pk}/")
    check(page, "survey-call")
    page.get_by_role("button", name="Noter l’appel").click()
    page.get_by_text("Dites comment l’appel s’est terminé.").first.wait_for()
    page.goto(f"/organismes/{landlord.pk}/enquetes/saisie/")
    check(page, "survey-paper")


def test_letters_are_prepared_once_confirmed(
    browser_page: OpenPage, landlord: Landlord, lead: Person, make_households: Households
) -> None:
    make_households(5, email="", phone="")
    Household.objects.filter(reference="L00000").update(address="Appartement 29")
    wave: Wave = wave_of(landlord, until="running", at=timezone.now())
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/enquetes/{wave.pk}/courriers/")
    check(page, "survey-letters")
    page.locator("summary", has_text="Préparer 4 courriers").click()
    page.get_by_role("dialog").get_by_role("button", name="Préparer 4 courriers").click()
    page.get_by_text("4 courriers à imprimer.").wait_for()
    check(page, "survey-letters-prepared")
