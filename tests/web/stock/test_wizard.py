"""A file goes from its deposit to the stock, page after page; the worker works between two pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.jobs.tasks import run_import
from palier.stock import operations, queries
from palier.stock.models import ColumnMapping, Import
from palier.stock.rules.imports import State
from tests.stock import files
from tests.stock.conftest import Bring
from tests.web.stock.conftest import words

pytestmark = pytest.mark.django_db


def url(landlord: Landlord, rest: str = "") -> str:
    return f"/organismes/{landlord.pk}/patrimoine/{rest}"


def work() -> None:
    """What the worker does with the jobs that pages left."""
    for job in ProcrastinateJob.objects.filter(task_name="stock.run_import", status="todo").order_by("id"):
        run_import(**job.args)
    ProcrastinateJob.objects.filter(task_name="stock.run_import").update(status="succeeded")


def drop(visitor: Client, landlord: Landlord, content: bytes, *, name: str = "rpls.csv", **more: object) -> Import:
    response = visitor.post(url(landlord, "importer/"), {"file": SimpleUploadedFile(name, content), **more})
    assert response.status_code == 302, response.text
    work()
    return Import.objects.latest("pk")


def statutory(count: int = 20, **changes: str) -> bytes:
    return files.statutory([files.statutory_line(home, **changes) for home in files.homes(count)])


def test_a_declaration_goes_from_deposit_to_stock_in_two_acts(visitor: Client, landlord: Landlord, lead: Person) -> None:
    response = visitor.post(url(landlord, "importer/"), {"file": SimpleUploadedFile("rpls.csv", statutory())}, follow=True)
    item = Import.objects.get()
    assert (item.state, item.by_id) == (State.READING, lead.pk)
    assert "Vous pouvez quitter cette page" in words(response)
    assert 'hx-trigger="every 2s"' in words(response)
    fragment = visitor.get(url(landlord, f"imports/{item.pk}/avancement/"))
    assert "HX-Refresh" not in fragment
    assert "<html" not in words(fragment)
    work()
    assert visitor.get(url(landlord, f"imports/{item.pk}/avancement/"))["HX-Refresh"] == "true"
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    assert "Rien n’est encore entré dans le patrimoine." in page
    assert "regroupés par le nom de programme" in page
    assert "Intégrer le patrimoine 2025" in page
    assert "rpls.csv" in words(visitor.get(url(landlord)))  # the list says that it waits
    visitor.post(url(landlord, f"imports/{item.pk}/integrer/"))
    assert Import.objects.get().state == State.APPLYING
    work()
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    assert "Intégré le" in page
    assert "a intégré le patrimoine 2025 : 20 logements, 5 résidences." in page
    assert queries.stock_summary(landlord=landlord).homes == 20


def test_the_same_deposit_sent_twice_is_one_import(visitor: Client, landlord: Landlord) -> None:
    for _ in range(2):
        sent = {"file": SimpleUploadedFile("rpls.csv", statutory()), "idempotency_key": "k" * 32}
        assert visitor.post(url(landlord, "importer/"), sent).status_code == 302
    assert Import.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name="stock.run_import").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("parc.xls", b"x", "Enregistrez-le en .xlsx"),
        ("parc.zip", b"x", "Décompressez-le"),
        ("parc.pdf", b"x", "Palier lit les fichiers .csv"),
        ("parc.csv", b"", "Ce fichier est vide."),
    ],
)
def test_a_file_that_is_not_taken_says_what_to_do(
    visitor: Client, landlord: Landlord, name: str, content: bytes, said: str
) -> None:
    response = visitor.post(url(landlord, "importer/"), {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert said in words(response)
    assert not Import.objects.exists()


def test_a_refused_file_shows_each_place_and_hands_out_the_list(visitor: Client, landlord: Landlord) -> None:
    lines = [files.statutory_line(home) for home in files.homes(3)]
    lines[1][3] = "9301"
    item = drop(visitor, landlord, files.statutory(lines))
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    assert "Rien n’a été importé" in page
    assert "Ligne 3, position 4 (code INSEE de la commune)" in page
    assert "n’a que 4 caractères, il en faut 5" in page
    sheet = visitor.get(url(landlord, f"imports/{item.pk}/anomalies.csv")).content.decode("utf-8-sig")
    assert "Ligne 3, position 4" in sheet
    assert visitor.get(url(landlord, f"imports/{item.pk}/anomalies.txt")).status_code == 404
    refused = visitor.post(url(landlord, f"imports/{item.pk}/integrer/"))
    assert refused.status_code == 422
    assert "n’est pas prêt" in words(refused)


OWN = [
    ["Code UG", "Nom résidence", "Adresse", "Typologie", "Notes"],
    ["A1", "Les Lilas", "1 rue du Lac", "T3", "vu"],
    ["A2", "Les Roses", "2 rue du Lac", "T2", "à voir"],
]


def test_columns_are_proposed_corrected_kept_and_recognised_next_time(visitor: Client, landlord: Landlord) -> None:
    item = drop(visitor, landlord, files.xlsx({"Logements": OWN}), name="parc.xlsx", year=2025)
    assert item.state == State.TO_COMPLETE
    page = visitor.get(url(landlord, f"imports/{item.pk}/"), follow=True)
    assert page.request["PATH_INFO"].endswith("/lecture/")
    assert "feuille « Logements »" in words(page)
    assert '<option value="own_id" selected>' in words(page)
    answers = {
        "year": "2025",
        "unit": "home",
        "commune": "93010",
        "commune_name": "Bondy",
        "save_as": "Notre ERP",
        "column_0": "own_id",
        "column_1": "programme",
        "column_2": "address",
        "column_3": "rooms",
        "column_4": "",
    }
    assert visitor.post(url(landlord, f"imports/{item.pk}/lecture/"), answers).status_code == 302
    work()
    item.refresh_from_db()
    assert item.state == State.READY
    assert "Notre ERP" in words(visitor.get(url(landlord, "correspondances/")))
    again = drop(visitor, landlord, files.xlsx({"Logements": OWN}), name="parc.xlsx", year=2026)
    assert again.state == State.READY
    mapping = ColumnMapping.objects.get()
    visitor.post(url(landlord, f"correspondances/{mapping.pk}/retirer/"))
    assert not ColumnMapping.objects.exists()


def test_the_sheet_is_chosen_on_the_page(visitor: Client, landlord: Landlord) -> None:
    other = [["Agence", "Mois"], *([f"Agence {n}", n] for n in range(40))]
    item = drop(visitor, landlord, files.xlsx({"Synthèse": other, "Logements": OWN}), name="parc.xlsx", year=2025)
    path = url(landlord, f"imports/{item.pk}/lecture/")
    assert '<option value="Synthèse" selected>' in words(visitor.get(path))
    assert visitor.post(path, {"sheet": "Logements", "column_0": "sector"}).status_code == 302
    work()
    page = words(visitor.get(path))
    assert '<option value="Logements" selected>' in page
    assert '<option value="own_id" selected>' in page


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (2019, "il complète le passé, et le patrimoine d’aujourd’hui ne change pas."),
        (2025, "ce fichier prendra la place de « fichier.csv »"),
        (2026, None),
    ],
)
def test_a_preview_says_what_the_stock_of_today_becomes(
    visitor: Client, landlord: Landlord, bring_in: Bring, year: int, said: str | None
) -> None:
    bring_in(statutory(8))
    item = drop(visitor, landlord, files.statutory(map(files.statutory_line, files.homes(8)), year=year))
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    assert ("prendra la place" in page or "complète le passé" in page) == bool(said)
    assert said is None or said in page


def test_a_file_that_would_empty_the_stock_warns_before_it_enters(visitor: Client, landlord: Landlord, bring_in: Bring) -> None:
    bring_in(statutory(20))
    others = [files.statutory_line(home) for home in files.homes(20, first=12)]
    item = drop(visitor, landlord, files.statutory(others, year=2026))
    assert "La plupart des logements du millésime 2025 ne se retrouvent pas" in words(
        visitor.get(url(landlord, f"imports/{item.pk}/"))
    )


def test_answers_that_do_not_do_are_told_with_every_reason_and_kept(visitor: Client, landlord: Landlord) -> None:
    item = drop(visitor, landlord, files.table(OWN), year=2025)
    response = visitor.post(
        url(landlord, f"imports/{item.pk}/lecture/"), {"year": "", "unit": "home", "column_3": "rooms", "commune": "9301"}
    )
    assert response.status_code == 422
    assert "Un code INSEE compte 5 caractères" in words(response)
    response = visitor.post(url(landlord, f"imports/{item.pk}/lecture/"), {"year": "2025", "unit": "home", "column_3": "rooms"})
    assert response.status_code == 422
    assert "rien ne distingue les lignes" in words(response)
    assert '<option value="rooms" selected>' in words(response)
    item.refresh_from_db()
    assert item.state == State.TO_COMPLETE


def test_a_file_of_several_landlords_asks_which_are_ours(visitor: Client, landlord: Landlord) -> None:
    rows = [["RS", "Adresse", "Logements"], ["OPH de Bondy", "1 rue X", "10"], ["Autre bailleur", "2 rue X", "20"]]
    item = drop(visitor, landlord, files.table(rows), year=2025)
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/lecture/")))
    assert "Autre bailleur" in page
    answers = {"year": "2025", "unit": "address", "column_0": "owner", "column_1": "address", "column_2": "homes"}
    refused = visitor.post(url(landlord, f"imports/{item.pk}/lecture/"), answers)
    assert "Ce fichier porte plusieurs bailleurs." in words(refused)
    visitor.post(url(landlord, f"imports/{item.pk}/lecture/"), {**answers, "owners": ["OPH de Bondy"]})
    work()
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    assert "1 ligne d’autres bailleurs laissée de côté." in page


def test_an_open_file_is_vouched_for_on_the_page(visitor: Client, landlord: Landlord) -> None:
    item = drop(visitor, landlord, files.open_2025(files.homes(8)), year=2025)
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    assert "Toutes les lignes de ce fichier sont des logements de l’OPH de Bondy." in page
    assert visitor.post(url(landlord, f"imports/{item.pk}/integrer/")).status_code == 422
    assert visitor.post(url(landlord, f"imports/{item.pk}/integrer/"), {"accepted": "on"}).status_code == 302


def test_a_new_vintage_says_what_came_went_and_changed(visitor: Client, landlord: Landlord, bring_in: Bring) -> None:
    bring_in(statutory(20))
    kept = [files.statutory_line(h, **({"dpe": "A"} if h.rank == 7 else {})) for h in files.homes(25) if h.rank % 5 != 3]
    item = drop(visitor, landlord, files.statutory(kept, year=2026))
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    assert all(
        said in page
        for said in ("4 logements arrivent.", "4 logements partent.", "1 ligne change.", "15 lignes restent sans changement.")
    )
    assert "ne se retrouvent pas dans ce fichier" not in page
    sheet = visitor.get(url(landlord, f"imports/{item.pk}/ecarts.csv")).content.decode("utf-8-sig")
    assert [sheet.count(f"\r\n{movement};") for movement in ("arrive", "part", "change")] == [4, 4, 1]
    assert "1 résidence part</summary>" in page
    assert "Residence 0003 Louise Michel, 4 logements" in page
    assert "Classe énergie du DPE" in page


def test_an_applied_import_is_undone_from_its_page(visitor: Client, landlord: Landlord, bring_in: Bring) -> None:
    item = bring_in(statutory())
    assert "Annuler l’intégration" in words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    page = words(visitor.post(url(landlord, f"imports/{item.pk}/annuler/"), follow=True))
    assert "est annulée." in page
    assert not queries.residences(landlord=landlord).exists()


def test_an_import_that_can_no_longer_be_undone_says_why(
    visitor: Client, landlord: Landlord, bring_in: Bring, at: datetime
) -> None:
    item = bring_in(statutory())
    residence = queries.residences(landlord=landlord)[0]
    operations.rename_residence(residence=residence, name="Les Glycines", by=None, at=at)
    page = words(visitor.get(url(landlord, f"imports/{item.pk}/")))
    assert "Des résidences ont été corrigées depuis cet import." in page
    assert visitor.post(url(landlord, f"imports/{item.pk}/annuler/")).status_code == 422


def test_an_import_is_given_up_or_resumed(visitor: Client, landlord: Landlord) -> None:
    item = drop(visitor, landlord, statutory())
    assert "Rien n’a changé" in words(visitor.post(url(landlord, f"imports/{item.pk}/abandonner/"), follow=True))
    other = drop(visitor, landlord, statutory())
    Import.objects.filter(pk=other.pk).update(state=State.FAILED, problem="MemoryError")
    page = words(visitor.get(url(landlord, f"imports/{other.pk}/")))
    assert "La lecture n’a pas abouti, par notre faute." in page
    visitor.post(url(landlord, f"imports/{other.pk}/reprendre/"))
    work()
    other.refresh_from_db()
    assert other.state == State.READY


def test_who_only_reads_sees_that_the_hand_is_elsewhere(
    visitor: Client, landlord: Landlord, make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    item = drop(visitor, landlord, files.table(OWN), year=2025)
    reader = sign_in(make_person(Role.CONTRIBUTOR, landlord))
    page = words(reader.get(url(landlord, f"imports/{item.pk}/")))
    assert "La main est à la responsable ou au responsable qualité." in page


def test_a_stale_preview_is_refused_with_what_happened(visitor: Client, landlord: Landlord, monkeypatch: Any) -> None:
    item = drop(visitor, landlord, statutory())
    visitor.post(url(landlord, f"imports/{item.pk}/integrer/"))
    again = visitor.post(url(landlord, f"imports/{item.pk}/integrer/"))
    assert again.status_code == 422
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1
