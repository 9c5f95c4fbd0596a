"""The real files of Bondy, from the import to the list of priority sites, in a browser.

The files are public (RPLS by address, contours of the priority districts). Where they are absent, the test is skipped
and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.frameworks.operations import load_shipped as load_grids
from palier.sites.queries import priority_sites, rating_verdict
from palier.stock.models import Import
from palier.stock.operations import run_import
from palier.stock.operations.districts import import_districts
from palier.stock.queries import stock_summary
from tests.browser import OpenPage, check

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.skipif(not DATA.exists(), reason="the public files of Bondy are not beside the checkout"),
]


def test_from_the_files_to_the_priority_sites(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    browser_page: OpenPage,
    settings: object,
    tmp_path: Path,
) -> None:
    settings.DATA = settings.DOCUMENTS = tmp_path  # type: ignore[attr-defined]
    now = timezone.now()
    load_grids(at=now)
    import_districts(path=DATA / "territory" / "qpv2024.geojson", version="2024", by=None, at=now)
    landlord = make_landlord("Bondy d’Exemple")
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme B.")
    director = make_person(Role.DIRECTOR, landlord, "M. D.")
    home = f"/organismes/{landlord.pk}"

    page = browser_page(lead)
    page.set_default_timeout(40_000)
    page.goto(f"{home}/patrimoine/")
    check(page, "bondy-empty")
    page.goto(f"{home}/patrimoine/importer/")
    page.get_by_label("Fichier du patrimoine").set_input_files(DATA / "bondy" / "bondy_rpls2022_batiments.geojson")
    page.get_by_label("Millésime").fill("2022")
    page.get_by_role("button", name="Déposer le fichier").click()
    page.wait_for_url("**/imports/*/**")
    item = Import.objects.get()
    run_import(import_id=item.pk, at=timezone.now())
    page.goto(f"{home}/patrimoine/imports/{item.pk}/")
    check(page, "bondy-columns")
    page.get_by_label("Code INSEE de la commune").fill("93010")
    page.get_by_label("Nom de la commune").fill("Bondy")
    page.get_by_label("Garder cette correspondance").fill("Adresses RPLS")
    with page.expect_navigation():
        page.get_by_role("button", name="Lire le fichier").click()
    run_import(import_id=item.pk, at=timezone.now())
    page.goto(f"{home}/patrimoine/imports/{item.pk}/")
    check(page, "bondy-preview")
    with page.expect_navigation():
        page.get_by_role("button", name="Intégrer le patrimoine 2022").click()
    run_import(import_id=item.pk, at=timezone.now())
    page.goto(f"{home}/patrimoine/")
    check(page, "bondy-stock")
    summary = stock_summary(landlord=landlord.pk)
    assert summary.homes == 10_862
    assert summary.inside > 0
    page.goto(f"{home}/patrimoine/carte/")
    page.locator("canvas").first.wait_for()
    check(page, "bondy-map")

    page.goto(f"{home}/sites/")
    with page.expect_navigation():
        page.get_by_role("button", name="Ouvrir la cotation").click()
    rated = 0
    while True:
        page.goto(f"{home}/sites/a-coter/")
        levels, reasons = page.get_by_label("Situation, "), page.get_by_label("Raisons, ")
        if not (count := levels.count()):
            break
        for row in range(count):
            levels.nth(row).select_option("important" if rated + row < 3 else "none")
            if rated + row < 3:
                reasons.nth(row).fill("Halls occupés le soir, signalés par le gardien et par l’amicale.")
        if not rated:
            check(page, "bondy-rating")
        with page.expect_navigation():
            page.get_by_role("button", name="Enregistrer la page").click()
        rated += count
    assert rated == summary.residences

    page.goto(f"{home}/sites/prioritaires/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    check(page, "bondy-proposed")
    with page.expect_navigation():
        page.get_by_role("button", name="Ajouter à la liste").click()
    page.get_by_role("button", name="Confirmer la liste").click()
    page.get_by_text("La liste est confirmée.").wait_for()
    page.goto(f"{home}/sites/prioritaires/")
    check(page, "bondy-priority")
    chief = browser_page(director)
    chief.goto(f"{home}/sites/")
    chief.get_by_role("button", name="Arrêter la cotation").click()
    chief.get_by_text("La cotation est arrêtée").first.wait_for()
    assert priority_sites(landlord=landlord.pk, on=timezone.localdate()).count() == 3
    assert rating_verdict(landlord=landlord.pk, cycle=1)
