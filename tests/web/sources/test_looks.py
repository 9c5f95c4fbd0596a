"""The pages of the sources in a real browser: a phone in a hall, a file at a desk, what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.jobs import tasks
from palier.sources import operations
from palier.sources.models import Incident, Intake
from palier.sources.operations import Entry
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Given
from palier.stock.models import Residence
from tests.browser import OpenPage, check
from tests.fixtures import NOON
from tests.stock.test_districts import feature, square

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILE = (
    "Résidence;Logements vacants;Impayés;Total ménages en impaye;Taux de rotation\n"
    "Résidence A;3;5;38;7,5\nRésidence B;1;2;40;NC\nRésidence C;0;1;36;4\n"
).encode()


def test_a_field_worker_tells_an_incident_on_a_phone(
    browser_page: OpenPage, landlord: Landlord, residences: list[Residence], make_person: Callable[..., Person]
) -> None:
    page = browser_page(make_person(Role.CONTRIBUTOR, landlord, "Mme T."))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/organismes/{landlord.pk}/incidents/signaler/")
    check(page, "incident-report")
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("button", name="Enregistrer l’incident").click()
    page.get_by_text("Dites ce qui s’est passé.").first.wait_for()
    check(page, "incident-errors")
    page.get_by_label("Tag", exact=True).check()
    page.get_by_label("Hall", exact=True).check()
    page.get_by_label("Dans quelle résidence ?").select_option(label="Résidence B")
    smallest = min(box.bounding_box()["height"] for box in page.locator(".tiles label").all()[:20] if box.is_visible())  # type: ignore[index]
    assert smallest >= 44
    page.get_by_role("button", name="Enregistrer l’incident").click()
    page.get_by_text("L’incident est enregistré. Merci.").wait_for()
    assert Incident.objects.get().residence == residences[1]
    page.goto(f"/organismes/{landlord.pk}/incidents/")
    check(page, "incidents")
    page.get_by_role("link", name="Annuler l’incident").click()
    check(page, "incident-void")


def test_a_file_from_its_columns_to_its_figures(
    browser_page: OpenPage, landlord: Landlord, lead: Person, residences: list[Residence]
) -> None:
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/sources/")
    check(page, "sources-missing")
    page.get_by_role("link", name="Importer un fichier").first.click()
    check(page, "sources-deposit")
    page.get_by_label("Fichier de chiffres ou d’incidents").set_input_files(
        {"name": "gestion-2025.csv", "mimeType": "text/csv", "buffer": FILE}
    )
    page.get_by_role("button", name="Déposer le fichier").click()
    page.get_by_role("heading", name="Confirmer les colonnes").wait_for()
    check(page, "sources-columns")
    page.get_by_label("Début de la période").fill("2025-01-01")
    page.get_by_label("Fin de la période").fill("2025-12-31")
    page.get_by_label("Garder cette correspondance sous le nom").fill("Gestion locative")
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_text("Relisez ce qui va entrer").wait_for()
    check(page, "sources-preview")
    page.get_by_role("button", name="Intégrer ce fichier").click()
    page.get_by_text("« gestion-2025.csv » est intégré.").wait_for()
    assert Intake.objects.get().state == "applied"
    page.goto(f"/organismes/{landlord.pk}/sources/fichiers/")
    check(page, "sources-files")
    page.goto(f"/organismes/{landlord.pk}/sources/correspondances/")
    check(page, "sources-mappings")
    page.goto(f"/organismes/{landlord.pk}/sources/")
    check(page, "sources")
    page.goto(f"/organismes/{landlord.pk}/sources/importer/")
    bad = FILE.replace(b";3;5;38;", b";trois;45;38;")
    page.get_by_label("Fichier de chiffres ou d’incidents").set_input_files(
        {"name": "gestion-2026.csv", "mimeType": "text/csv", "buffer": bad}
    )
    page.get_by_role("button", name="Déposer le fichier").click()
    page.get_by_label("Début de la période").fill("2025-01-01")
    page.get_by_label("Fin de la période").fill("2025-12-31")
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_text("Rien n’a été importé").wait_for()
    check(page, "sources-refused")


def test_figures_typed_like_in_a_spreadsheet(
    browser_page: OpenPage, landlord: Landlord, lead: Person, residences: list[Residence]
) -> None:
    given = Given(date(2024, 1, 1), date(2024, 12, 31), Decimal(6))
    operations.record_readings(
        landlord=landlord, entries=[Entry(residences[0].pk, "vacancy", given)], origin=Origin.FORM, by=lead, at=NOON
    )
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/sources/indicateurs/vacancy/?periode=2025")
    page.get_by_label("Compte, Résidence A").fill("41")
    page.get_by_role("button", name="Enregistrer la page").click()
    page.get_by_text("1 ligne à reprendre.").wait_for()
    check(page, "sources-grid-error")
    page.get_by_label("Compte, Résidence A").fill("3")
    page.get_by_role("button", name="Enregistrer la page").click()
    page.get_by_text("1 chiffre enregistré.").wait_for()
    check(page, "sources-grid")
    page.goto(f"/organismes/{landlord.pk}/sources/residences/{residences[0].pk}/")
    check(page, "sources-residence")


def test_the_labels_team_sees_what_is_loaded(
    browser_page: OpenPage, make_person: Callable[..., Person], make_organisation: Callable[..., Organisation]
) -> None:
    page = browser_page(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER, "Union")))
    page.goto("/donnees-publiques/")
    check(page, "open-data")


def test_a_list_of_districts_is_loaded_and_the_page_follows_the_worker(
    browser_page: OpenPage,
    residences: list[Residence],
    tmp_path: Path,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
) -> None:
    path = tmp_path / "qpv.geojson"
    page = browser_page(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER, "Union"), "M. R."))
    page.goto("/donnees-publiques/")
    page.get_by_label("liste de 2024").check()
    for features, said in (
        ([{}], "Quartier n° 1 du fichier"),
        ([feature("QN09312I", square(2.48, 48.9))], "il reste 1 millésime de patrimoine"),
    ):
        path.write_text(json.dumps({"features": features}))
        page.get_by_label("liste de 2024").check()
        page.get_by_label("Fichier", exact=True).set_input_files(path)
        page.get_by_role("button", name="Charger le fichier").click()
        page.get_by_text(said).first.wait_for()
        check(page, f"open-data-districts-{len(said)}")
    tasks.stand_again(import_id=residences[0].last_source_id, version="2024")
    ProcrastinateJob.objects.filter(task_name="stock.stand_again").update(status="succeeded")
    page.get_by_text("il reste 1 millésime de patrimoine").wait_for(state="detached")
    check(page, "open-data-districts-done")
