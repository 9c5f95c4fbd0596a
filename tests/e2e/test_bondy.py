"""The real public files of Bondy in a browser, from their import to the local project of a confirmed site.

Incidents alone are made up: nobody publishes them by residence.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from palier.calendar import add_months, paris_day
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.frameworks import operations as grids
from palier.frameworks.models import Assessment
from palier.frameworks.queries import framework
from palier.projects.models import Project
from palier.sites.models import SiteScore
from palier.sites.operations import note_changes, score
from palier.sites.queries import priority_sites, rating_verdict
from palier.stock.models import Import, Residence
from palier.stock.operations import run_import
from palier.stock.operations.districts import import_districts
from palier.stock.queries import residences, stock_summary
from tests.browser import OpenPage, check

if TYPE_CHECKING:
    from playwright.sync_api import Page

DATA = Path(__file__).resolve().parents[1] / "data" / "bondy"
HARD = 2
"""How many residences have incidents, and become priority sites."""
REASONS = "Halls occupés le soir, signalés par le gardien et par l’amicale."
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_from_the_public_files_to_a_local_project(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    browser_page: OpenPage,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.DATA = settings.DOCUMENTS = tmp_path
    now = timezone.now()
    grids.load_shipped(at=now)
    import_districts(path=_unpacked("qpv2024.geojson", tmp_path), version="2024", by=None, at=now)
    landlord = make_landlord("Bondy d’Exemple")
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme B.")
    director = make_person(Role.DIRECTOR, landlord, "M. D.")
    referent = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER, "Union"), "Mme R.")
    home = f"/organismes/{landlord.pk}"

    page = browser_page(lead)
    _import_stock(page, home, _unpacked("rpls2022.geojson", tmp_path))
    summary = stock_summary(landlord=landlord.pk)
    assert summary.homes == 10_862
    assert summary.inside > 0
    _load_public(browser_page(referent))
    hard = list(residences(landlord=landlord)[:HARD])
    _import_incidents(page, home, hard, now)

    assert note_changes(at=timezone.now()) == [landlord.pk]
    run = score(landlord=landlord, at=timezone.now())
    assert run
    ranks = SiteScore.objects.filter(run=run).order_by("rank", "pk").values_list("residence", flat=True)
    assert set(ranks[:HARD]) == {one.pk for one in hard}
    page.goto(f"{home}/sites/?sort=rang")
    check(page, "bondy-scores")
    page.goto(f"{home}/sites/{hard[0].pk}/")
    for words in ("Ce que disent les sources", "Occupations de hall et trafics"):
        page.get_by_text(words).first.wait_for()
    check(page, "bondy-site")

    _rate_all(page, home, summary.residences)
    page.goto(f"{home}/sites/carte/")
    page.locator("[data-map-ready]").wait_for()
    check(page, "bondy-sites-map")
    _confirm(page, home, hard, lead)
    chief = browser_page(director)
    chief.goto(f"{home}/sites/")
    chief.get_by_role("button", name="Arrêter la cotation").click()
    chief.get_by_text("La cotation est arrêtée").first.wait_for()
    assert priority_sites(landlord=landlord.pk, on=timezone.localdate()).count() == HARD
    assert rating_verdict(landlord=landlord.pk, cycle=1)

    page.goto(f"{home}/sites/{hard[0].pk}/")
    page.get_by_role("link", name="Ouvrir un projet local").click()
    page.get_by_label("Projet de gestion de site (PGS)").check()
    page.get_by_label("Nom du projet").fill("Projet de gestion de la première résidence")
    check(page, "bondy-project-open")
    page.get_by_role("button", name="Ouvrir le projet").click()
    page.get_by_role("heading", name="Projet de gestion de la première résidence").wait_for()
    check(page, "bondy-project")
    assert Project.objects.get().site.residence == hard[0]


def _unpacked(name: str, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(gzip.decompress((DATA / f"{name}.gz").read_bytes()))
    return path


def _import_stock(page: Page, home: str, file: Path) -> None:
    page.goto(f"{home}/patrimoine/")
    check(page, "bondy-empty")
    page.goto(f"{home}/patrimoine/importer/")
    page.get_by_label("Fichier du patrimoine").set_input_files(file)
    page.get_by_label("Millésime").fill("2022")
    page.get_by_role("button", name="Déposer le fichier").click()
    page.wait_for_url("**/imports/*/**")
    page.goto("about:blank")  # the page of an import in progress comes back by itself, and would cut the next one short
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
    page.goto(f"{home}/patrimoine/carte/")
    page.locator("[data-map-ready]").wait_for()
    check(page, "bondy-map")


def _load_public(page: Page) -> None:
    for what, year, file in (
        ("Délinquance enregistrée", "", "offences2024.json.gz"),
        ("Revenus par IRIS", "", "incomes2021.json.gz"),
        ("Contours des IRIS", "2022", "iris2022.geojson.gz"),
    ):
        page.goto("/donnees-publiques/")
        page.get_by_label(what).check()
        page.get_by_label("Millésime").fill(year)
        page.get_by_label("Fichier", exact=True).set_input_files(DATA / file)
        page.get_by_role("button", name="Charger le fichier").click()
        page.get_by_text("chargée").first.wait_for()
    check(page, "bondy-open-data")


def _import_incidents(page: Page, home: str, hard: list[Residence], now: datetime) -> None:
    """Two halls held, more and more over the last eighteen months, and a few tags elsewhere."""
    last = paris_day(now).replace(day=1) - timedelta(days=1)
    rows = ["Date incident;Résidence;Nature;Lieu"]
    for back in range(18):
        day = add_months(last.replace(day=3), -back)
        for one in hard:
            rows += [f"{day:%d/%m/%Y};{one.name};Occupation de hall;Hall"] * (9 - back // 2)
            rows += [f"{day:%d/%m/%Y};{one.name};Menaces;Hall"] * 2
        rows.append(f"{day:%d/%m/%Y};{hard[0].name};Tag;Ascenseur")
    page.goto(f"{home}/sources/importer/")
    page.get_by_label("Fichier de chiffres ou d’incidents").set_input_files(
        {"name": "incidents.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    page.get_by_role("button", name="Déposer le fichier").click()
    page.get_by_role("heading", name="Confirmer les colonnes").wait_for()
    check(page, "bondy-incidents-columns")
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_text("Relisez ce qui va entrer").wait_for()
    page.get_by_role("button", name="Intégrer ce fichier").click()
    page.get_by_text("« incidents.csv » est intégré.").wait_for()
    page.goto(f"{home}/sources/")
    check(page, "bondy-sources")


def _rate_all(page: Page, home: str, many: int) -> None:
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
            levels.nth(row).select_option("important" if rated + row < HARD else "none")
            if rated + row < HARD:
                reasons.nth(row).fill(REASONS)
        if not rated:
            check(page, "bondy-rating")
        with page.expect_navigation():
            page.get_by_role("button", name="Enregistrer la page").click()
        rated += count
    assert rated == many


def _confirm(page: Page, home: str, hard: list[Residence], lead: Person) -> None:
    """The list, which waits for the diagnosis of each of its sites."""
    page.goto(f"{home}/sites/prioritaires/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    check(page, "bondy-proposed")
    with page.expect_navigation():
        page.get_by_role("button", name="Ajouter à la liste").click()
    check(page, "bondy-undiagnosed")
    for one in hard:
        page.goto(f"{home}/sites/prioritaires/")
        page.get_by_role("link", name="Ouvrir le diagnostic").first.click()
        page.get_by_role("button", name="Remplir la grille complète").click()
        page.wait_for_url("**/evaluations/**")
        grid = Assessment.objects.get(subject_id=one.pk)
        entries = [grids.Entry(code, 2, justification="Vu sur place.") for code in framework(grid.version).criteria]
        grids.fill(assessment=grid, entries=entries, by=lead, at=timezone.now())
        page.reload()
        page.get_by_role("button", name="Terminer l’évaluation").click()
        page.get_by_text("Terminée le").first.wait_for()
    page.goto(f"{home}/sites/prioritaires/")
    page.get_by_role("button", name="Confirmer la liste").click()
    page.get_by_text("La liste est confirmée.").wait_for()
    page.goto(f"{home}/sites/prioritaires/")
    check(page, "bondy-priority")
