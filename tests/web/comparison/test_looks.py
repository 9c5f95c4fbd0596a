"""The pages of the comparison in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from palier.comparison import operations
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.sites.operations import declare_priority
from palier.sites.rules import Level
from palier.stock.models import Residence
from tests.browser import OpenPage, check
from tests.comparison.conftest import AFTER, QUARTER, Region, agree_all

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIX = {"A": (101, 2.1), "B": (123, 4.2), "C": (97, 6.2), "D": (113, 8.2), "E": (103, 10.3), "F": (107, 12.3)}


def test_comparing(browser_page: OpenPage, make_region: Callable[..., Region], make_person: Callable[..., Person]) -> None:
    region = make_region({"Montfictif": SIX, "Valexemple": SIX, "Rivimage": {"A": (80, 1.0), "B": (70, 2.0)}})
    for there in region.residences.values():
        for residence in there.values():
            Residence.objects.filter(pk=residence.pk).update(lon=2.4, lat=48.9)
            declare_priority(
                landlord=residence.landlord, residence=residence, level=Level.IMPORTANT, reasons="Halls.", by=None, at=AFTER
            )
    lead = make_person(Role.QUALITY_LEAD, region.landlords["A"], "Mme Q.")
    page, path = browser_page(lead), f"/organismes/{region.landlords['A'].pk}/comparaison/"
    page.goto("/comparaison/")
    check(page, "comparison-nothing")
    page.goto(path)
    check(page, "own-comparison-nothing")
    page.get_by_role("link", name="Choisir ce que vous comparez").click()
    check(page, "comparison-consents")
    agree_all(region, but=["A"])
    page.get_by_label("Vacance de plus de 3 mois, dans la région").check()
    page.get_by_role("button", name="Enregistrer les accords").click()
    page.get_by_text("1 accord de plus, 0 de moins.").wait_for()
    check(page, "own-comparison-agreed")
    agree_all(region)
    operations.publish(period=QUARTER, at=AFTER)
    page.goto("/comparaison/")
    check(page, "comparison-region")
    page.goto("/comparaison/?territoire=&indicateur=vacancy&sort=-mediane")
    page.get_by_text("désignerait trop peu d’organismes").or_(page.get_by_text("trop peu d’organismes")).first.wait_for()
    check(page, "comparison-towns")
    page.goto(path)
    page.get_by_text("dans le quart le plus favorable").first.wait_for()
    check(page, "own-comparison")
    page.goto(f"{path}voisins/")
    page.get_by_role("button", name="Montrer aux voisins Résidence A Montfictif").click()
    page.get_by_text("est montrée aux organismes voisins.").wait_for()
    check(page, "comparison-neighbours")
