"""The pages of a committee in a real browser: composed by hand, accessible and within the window."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.browser import OpenPage, check
from tests.committee.conftest import Bench

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_committee_composed_in_the_browser(browser_page: OpenPage, bench: Bench) -> None:
    page = browser_page(bench.referent)
    page.goto(reverse("committees"))
    page.get_by_role("link", name="Créer un comité").click()
    check(page, "committee-add")
    page.goto(reverse("committees"))
    check(page, "committees")
    page.get_by_role("link", name="Comité national").click()
    check(page, "committee-vacant")
    page.locator("tbody a").first.click()
    check(page, "committee-seat-vacant")
    page.get_by_role("link", name="Nommer une personne").first.click()
    check(page, "committee-appoint")
    page.get_by_label("Nom affiché").fill("Mme N.")
    page.get_by_label("Adresse électronique").fill("n@example.test")
    page.get_by_role("button", name="Enregistrer la nomination").click()
    page.get_by_text("Mme N. y siège.").wait_for()
    page.get_by_text("Confier la présidence").first.click()
    page.get_by_role("button", name="Confier la présidence").last.click()
    page.get_by_text("Mme N. exerce désormais la présidence.").wait_for()
    check(page, "committee-seat")
    page.goto(reverse("committee", kwargs={"committee_id": bench.committee.pk}))
    check(page, "committee")
    page.get_by_role("link", name="Ouvrir un siège").click()
    check(page, "committee-seat-add")


def test_terms_prepared_and_tried_in_the_browser(browser_page: OpenPage, bench: Bench) -> None:
    page = browser_page(bench.referent)
    page.goto(reverse("committee_terms", kwargs={"committee_id": bench.committee.pk}))
    check(page, "committee-terms-versions")
    page.get_by_role("link", name="Préparer la version suivante").click()
    check(page, "committee-terms-form")
    page.get_by_label("Consultation écrite possible").uncheck()
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_text("1 différence").wait_for()
    page.get_by_label("Pour", exact=True).fill("2")
    page.get_by_label("Contre", exact=True).fill("1")
    page.get_by_label("La présidence").select_option("for")
    page.get_by_role("button", name="Compter les voix").click()
    page.get_by_text("Adopté : 2 voix pour, 1 contre, 0 abstention.").wait_for()
    check(page, "committee-terms")
