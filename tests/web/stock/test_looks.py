"""The stock's pages in a real browser: nothing, one, many; from the deposit to the map; accessible at every width."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from palier.directory.models import Landlord, Person
from palier.stock import operations, queries
from palier.stock.models import Import
from tests.browser import OpenPage, check
from tests.fixtures import NOON
from tests.stock import files
from tests.stock.conftest import Bring

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def work() -> None:
    """What the worker does with what pages left to it."""
    for pk in Import.objects.filter(state__in=["reading", "applying"]).values_list("pk", flat=True):
        operations.run_import(import_id=pk, at=NOON)


def test_from_the_first_deposit_to_the_stock(browser_page: OpenPage, landlord: Landlord, lead: Person, tmp_path: Path) -> None:
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/patrimoine/")
    check(page, "stock-none")
    page.get_by_role("link", name="Importer un fichier").first.click()
    check(page, "stock-deposit")
    file = tmp_path / "parc.csv"
    rows = [
        ["Bailleur", "Code UG", "Nom résidence", "Agence", "Adresse", "INSEE", "Typologie", "Remarques"],
        *(
            [
                "OPH de Bondy" if n % 3 else "Autre",
                f"UG{n:04}",
                f"Résidence {n % 7}",
                "Nord",
                f"{n % 20} rue du Lac",
                "93010",
                f"T{n % 4 + 1}",
                "x",
            ]
            for n in range(140)
        ),
    ]
    file.write_bytes(files.table(rows))
    page.get_by_label("Fichier du patrimoine").set_input_files(file)
    page.get_by_label("Millésime").fill("2025")
    page.get_by_role("button", name="Déposer le fichier").click()
    page.get_by_text("Vous pouvez quitter cette page").wait_for()
    check(page, "stock-import-reading")
    work()
    page.get_by_role("heading", name="Préciser la lecture").wait_for()
    check(page, "stock-import-columns")
    assert page.get_by_label("OPH de Bondy").is_checked()
    page.get_by_label("Garder cette correspondance").fill("Export de l’ERP")
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_text("Vous pouvez quitter cette page").wait_for()
    work()
    page.get_by_role("button", name="Intégrer le patrimoine 2025").wait_for()
    check(page, "stock-import-preview-first")
    page.get_by_role("button", name="Intégrer le patrimoine 2025").click()
    page.get_by_text("Intégration au patrimoine").first.wait_for()
    work()
    page.get_by_text("Intégré le").first.wait_for()
    check(page, "stock-import-applied")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/")
    check(page, "stock-one")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/correspondances/")
    check(page, "stock-mappings")


def test_the_preview_of_a_new_vintage_and_a_refused_file(
    browser_page: OpenPage, landlord: Landlord, lead: Person, bring_in: Bring, read_in: Bring
) -> None:
    bring_in(files.statutory((files.statutory_line(h) for h in files.homes(300, residences=30)), year=2024), year=2024)
    made = []
    for home in files.homes(320, residences=30):
        if home.rank % 30 in {4, 9}:
            continue
        changes = {"occupancy": "2"} if home.rank % 11 == 0 else {"dpe": "B"} if home.rank % 17 == 0 else {}
        made.append(files.statutory_line(home, **changes, **({"programme": "LE CLOS NEUF"} if home.rank % 30 == 12 else {})))
    item = read_in(files.statutory(made, siret="99912345600017"))
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/patrimoine/imports/{item.pk}/")
    for summary in page.locator("details.fold > summary").all():
        summary.click()
    check(page, "stock-import-preview")
    made[7][3], made[20] = "9301", made[20][:30]
    refused = read_in(files.statutory(made))
    page.goto(f"/organismes/{landlord.pk}/patrimoine/imports/{refused.pk}/")
    check(page, "stock-import-refused")
    Import.objects.filter(pk=refused.pk).update(state="failed", problem="MemoryError")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/imports/{refused.pk}/")
    check(page, "stock-import-failed")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/imports/")
    check(page, "stock-imports")


@pytest.mark.skipif(not files.BONDY.exists(), reason="the real Bondy files are not on this machine (../shared/data)")
def test_the_stock_of_bondy_listed_mapped_and_corrected(
    browser_page: OpenPage, landlord: Landlord, lead: Person, bring_in: Bring
) -> None:
    operations.import_districts(path=files.TERRITORY / "qpv2024.geojson", version="2024", by=None, at=NOON)
    town = {"commune": "93010", "commune_name": "Bondy"}
    for year in (2021, 2022):
        path = files.BONDY / f"bondy_rpls{year}_batiments.geojson"
        owners = {"owners": frozenset({"OPH de Bondy"})} if year == 2021 else {}
        bring_in(path.read_bytes(), name=path.name, year=year, answers=town | owners, when=NOON + timedelta(days=year))
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/patrimoine/")
    check(page, "stock-many")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/?qpv=partly&sort=-homes")
    check(page, "stock-filtered")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/?q=nulle+part")
    check(page, "stock-nothing-found")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/carte/")
    page.locator("[data-map-ready]").wait_for()
    check(page, "stock-map")
    residence = queries.residences(landlord=landlord).get(name="Quartier Noue Caillet")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/residences/{residence.pk}/")
    page.locator("[data-map-ready]").wait_for()
    check(page, "residence")
    page.goto(f"/organismes/{landlord.pk}/patrimoine/residences/{residence.pk}/corriger/")
    check(page, "residence-correct")
    page.get_by_role("textbox", name="Nom", exact=True).fill("")
    page.get_by_role("button", name="Enregistrer le nom").click()
    page.get_by_text("Donnez un nom à la résidence").first.wait_for()
    check(page, "residence-correct-error")
