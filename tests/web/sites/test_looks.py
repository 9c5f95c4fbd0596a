"""The pages of the rating in a real browser: a stock to rate, a list to confirm."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.sites import operations
from palier.sites.operations import Given
from palier.sites.rules import Level
from palier.stock.models import Residence
from tests.browser import OpenPage, check
from tests.fixtures import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_rating_a_stock(
    browser_page: OpenPage,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_stock: Callable[..., list[Residence]],
    diagnose: Callable[..., object],
) -> None:
    landlord = make_landlord("Montfictif Habitat")
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme Q.")
    page, path = browser_page(lead), f"/organismes/{landlord.pk}/sites/"
    page.goto(path)
    check(page, "sites-no-stock")
    residences = make_stock(landlord, 30)
    page.goto(path)
    check(page, "sites-to-open")
    page.get_by_role("button", name="Ouvrir la cotation").click()
    page.get_by_text("La cotation est ouverte.").wait_for()
    check(page, "sites-to-rate")
    page.get_by_label("Situation, Résidence A").select_option("important")
    page.get_by_role("button", name="Enregistrer la page").click()
    page.get_by_text("1 ligne à reprendre").wait_for()
    check(page, "sites-row-error")
    page.get_by_label("Raisons, Résidence A").fill("Halls occupés chaque soir.")
    page.get_by_role("button", name="Enregistrer la page").click()
    page.get_by_text("1 résidence à jour.").wait_for()
    campaign = operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON)
    levels = list(Level)
    given = [Given(r.pk, levels[n % 4], "Dépôts sauvages et nuisances depuis un an.") for n, r in enumerate(residences[1:])]
    operations.rate(campaign=campaign, given=given, by=lead, at=NOON)
    page.goto(f"{path}?sort=-niveau")
    check(page, "sites-rated")
    page.goto(f"{path}{residences[2].pk}/")
    check(page, "site")
    page.goto(f"{path}prioritaires/")
    check(page, "priority-proposed")
    page.get_by_label("Choisir Résidence A").check()
    page.get_by_role("button", name="Ajouter à la liste").click()
    page.get_by_text("1 site sur la liste.").wait_for()
    check(page, "priority-undiagnosed")
    diagnose(residences[0], lead)
    page.goto(f"{path}prioritaires/")
    check(page, "priority-list")
    page.get_by_role("button", name="Confirmer la liste").click()
    page.get_by_text("La liste est confirmée.").wait_for()
    page.goto(f"{path}confier/")
    check(page, "sites-entrust")
    director = browser_page(make_person(Role.DIRECTOR, landlord, "Mme D."))
    director.goto(path)
    director.get_by_role("button", name="Arrêter la cotation").click()
    director.get_by_text("La cotation est arrêtée. Le parcours peut continuer.").wait_for()
    check(director, "sites-closed")
