"""The documents pages in a real browser: nothing, one, many; deposit with its progress; accessible at every width."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from palier.directory.models import Landlord, Organisation, Person
from palier.documents.models import Document
from palier.documents.operations import share
from tests.browser import OpenPage, check
from tests.documents.samples import pdf
from tests.fixtures import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_documents_from_none_to_many(
    browser_page: OpenPage,
    landlord: Landlord,
    lead: Person,
    keep: Callable[..., Document],
    representative: tuple[Organisation, Person],
    tmp_path: Path,
) -> None:
    page = browser_page(lead)
    page.goto(f"/organismes/{landlord.pk}/documents/")
    check(page, "documents-none")
    page.get_by_text("Déposer une pièce").click()
    check(page, "documents-deposit")
    file = tmp_path / "Fiches de contrôle.pdf"
    file.write_bytes(pdf().getvalue())
    page.get_by_label("Titre").first.fill("Fiches de contrôle, agence Nord")
    page.get_by_label("Nature").first.select_option("control_sheet")
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Déposer la pièce").click()
    page.get_by_text("est déposé.").wait_for()
    check(page, "document")
    document = Document.objects.get()
    share(document=document, organisation=representative[0], by=lead, at=NOON)
    for n in range(30):
        keep(f"Compte rendu de la réunion de secteur n° {n}", "minutes")
    page.goto(f"/organismes/{landlord.pk}/documents/")
    check(page, "documents-many")
    theirs = browser_page(representative[1])
    theirs.goto(f"/organismes/{landlord.pk}/documents/")
    check(theirs, "documents-representative")
    theirs.get_by_role("link", name="Fiches de contrôle, agence Nord", exact=True).click()
    check(theirs, "document-representative")
