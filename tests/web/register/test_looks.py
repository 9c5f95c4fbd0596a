"""From the award to a stranger who verifies, in a real browser: accessible and within the window."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from palier.directory.models import Person
from palier.jobs.tasks import issue_certificates
from palier.register.models import Certificate
from tests.browser import OpenPage, check
from tests.processes import palier
from tests.register.conftest import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_award_to_a_stranger_who_verifies(
    browser_page: OpenPage, scene: Scene, tmp_path: Path, make_landlord: Callable[..., object]
) -> None:
    journey = scene.journey("Aubeclaire")
    scene.at = timezone.now()
    scene.decide(journey, "label_awarded", "decision_award")
    with suppress(AlreadyEnqueued):  # a worker of another test may have left its own
        issue_certificates.defer(timestamp=0)  # what the worker does each minute
    with palier("worker", "--once") as worker:
        assert worker.wait(60) == 0
    code = Certificate.objects.get().code

    page = browser_page(Person.objects.get(memberships__organisation=journey.landlord))
    page.goto(reverse("home"))
    page.get_by_role("link", name="Label", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF signé").click()
    held = tmp_path / "certificat.pdf"
    download.value.save_as(held)
    page.get_by_role("link", name="Déclarer un usage").click()
    check(page, "mark-declare")
    page.get_by_label("Où, précisément").fill("aubeclaire.example")
    page.get_by_role("button", name="Déclarer cet usage").click()
    page.get_by_text("L’usage de la marque est déclaré.").wait_for()
    check(page, "mark-used")
    page.get_by_role("link", name="Confirmer le retrait").click()
    page.get_by_label("Retirée le").wait_for()

    stranger = browser_page()
    stranger.goto(reverse("home"))
    stranger.get_by_role("link", name="Registre", exact=True).click()
    check(stranger, "register")
    stranger.set_viewport_size({"width": 360, "height": 780})
    stranger.get_by_role("link", name="Jusqu’au").click()  # a phone sorts too
    stranger.wait_for_url("**/?sort=jusqu-au")
    stranger.get_by_role("link", name="Lire ces données").click()
    check(stranger, "register-about")
    stranger.goto(reverse("register"))
    stranger.get_by_role("link", name="Aubeclaire").click()
    check(stranger, "register-landlord")
    stranger.goto(f"/verifier/{code}/")  # what the square to scan says
    stranger.get_by_text("authentique et valable aujourd’hui").wait_for()
    check(stranger, "verify-valid")
    stranger.get_by_label("Le PDF reçu").set_input_files(held)
    stranger.get_by_role("button", name="Comparer ce PDF").click()
    stranger.get_by_text("Sa signature tient.").wait_for()
    stranger.get_by_label("Code ou numéro").fill("7K3M-9QPX-2TAB")
    stranger.get_by_role("button", name="Vérifier", exact=True).click()
    stranger.get_by_text("Aucun certificat ne porte").wait_for()

    scene.decide(journey, "suspended", reasons="Sites non traités.")
    stranger.goto(f"/verifier/{code}/")
    stranger.get_by_text("mais le label est suspendu").wait_for()
    check(stranger, "verify-suspended")
    stranger.goto("/verifier/?texte=pal 2026 1")
    stranger.get_by_text("inscrit au registre, mais le label est suspendu").wait_for()
    check(stranger, "verify-number")

    team = browser_page(scene.referent)
    team.goto(reverse("mark_scheme"))
    check(team, "mark-scheme")
