"""The results in a real browser, at both widths."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from palier.answers.operations.results import commit_to, note_context, show_to_tenants
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.stock.models import Residence
from tests.answers.counted import closed, counted, households, version
from tests.browser import OpenPage, check
from tests.fixtures import NOON
from tests.sites.conftest import make_stock

__all__ = ["make_stock"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_results_of_a_wave(
    browser_page: OpenPage,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_stock: Callable[..., list[Residence]],
) -> None:
    landlord = make_landlord("OPH de Bondy")
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme L.")
    residences = make_stock(landlord, 14)
    everybody = [
        *households(landlord, residences[:2], 120, NOON),
        *households(landlord, residences[2:12], 22, NOON),
        *households(landlord, residences[12:], 6, NOON),
    ]
    asked, then = version(NOON), NOON - timedelta(days=1000)
    counted(closed(landlord, everybody, asked, then, name="Enquête 2023", seed=2, satisfied=0.68), then)
    commit_to(landlord=landlord, question="overall_satisfaction", percent=70, by=lead, at=NOON)
    recount = counted(closed(landlord, everybody, asked, NOON, name="Enquête triennale 2026"), NOON)
    address = {"landlord_id": landlord.pk, "wave_id": recount.wave_id}
    page = browser_page(lead)
    page.goto(reverse("results", kwargs=address))
    page.get_by_text("Comparer avec « Enquête 2023 »").wait_for()
    check(page, "results-before")
    note_context(recount=recount, text="Le gardien de trois résidences a changé.", by=lead, at=NOON)
    page.reload()
    check(page, "results")
    page.get_by_role("group").evaluate_all("folds => folds.forEach(fold => { fold.open = true; })")
    check(page, "results-answers")
    page.get_by_role("link", name="Note de méthode").click()
    check(page, "method-note")
    show_to_tenants(recount=recount, words="Merci. Nous reprenons la propreté des halls.", by=lead, at=NOON)
    page.goto(reverse("shown_results", kwargs={"wave_id": recount.wave_id}))
    check(page, "shown-results")
