"""Scores and alerts in a real browser: both readings drawn, an alert answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.sites import operations
from palier.sites.models import SiteAlert
from palier.sites.operations import Given
from palier.sites.rules import Level
from palier.stock.models import Residence, ResidenceVintage
from tests.browser import OpenPage, check
from tests.fixtures import NOON
from tests.sites.figures import TODAY, bring, lay_incidents, quiet

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_the_sources_say(
    browser_page: OpenPage,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_stock: Callable[..., list[Residence]],
) -> None:
    landlord = make_landlord("Montfictif Habitat")
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme Q.")
    page, path = browser_page(lead), f"/organismes/{landlord.pk}/sites/"
    page.goto(f"{path}alertes/")
    check(page, "site-alerts-none")
    residences = make_stock(landlord, 26)
    ResidenceVintage.objects.update(homes=600)
    for rank, residence in enumerate(residences[:20]):
        bad = (20 - rank) / 20
        bring(
            residence,
            assaults=5 * bad**2,
            satisfied=92 - 40 * bad,
            vacancy=1 + 6 * bad,
            staff_reports=30 * bad,
            damage=25 * bad**2,
            late_answers=10 + (rank * 7) % 25,
        )
    quiet(residences[1:])
    lay_incidents(residences[0], [3] * 25 + [14] * 5, TODAY)
    operations.score(landlord=landlord, at=NOON)
    campaign = operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON)
    given = [Given(r.pk, Level.MEDIUM, "Dépôts sauvages depuis un an.") for r in residences[:3]]
    operations.rate(campaign=campaign, given=given, by=lead, at=NOON)
    page.goto(f"{path}?sort=rang")
    check(page, "sites-with-sources")
    page.goto(f"{path}{residences[0].pk}/")
    check(page, "site-with-sources")
    page.goto(f"{path}{residences[8].pk}/")
    check(page, "site-in-the-middle")
    page.get_by_role("link", name="Analyse de sensibilité").click()
    page.get_by_role("heading", name="Ce qui pèse dans le doute").wait_for()
    check(page, "site-sensitivity")
    page.goto(f"{path}alertes/")
    check(page, "site-alerts")
    page.get_by_role("link", name="Résidence A").click()
    check(page, "site-alert")
    page.get_by_label("Je l’explique : la raison est connue.").check()
    page.get_by_role("button", name="Enregistrer la réponse").click()
    page.get_by_text("Dites en une phrase ce qui explique").first.wait_for()
    check(page, "site-alert-refused")
    page.get_by_role("textbox", name="Raison").fill("Chantier du tram, jusqu’en juin.")
    page.get_by_role("button", name="Enregistrer la réponse").click()
    page.get_by_text("Résidence A : expliquée.").wait_for()
    assert SiteAlert.objects.get().reason == "Chantier du tram, jusqu’en juin."
