"""A landlord's documents: listed, deposited, downloaded as attachments, shared and withdrawn; never another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.documents.operations import share, withdraw
from palier.documents.storage import path_of
from palier.ledger.models import Entry, Reply
from palier.ledger.rules import Audience
from tests.documents.samples import pdf

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def upload(content: bytes = b"", name: str = "Procédure.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or pdf().getvalue())


def test_a_piece_is_deposited_and_read_back_as_an_attachment(landlord: Landlord, office: Client) -> None:
    url = f"/organismes/{landlord.pk}/documents/"
    response = office.post(url, {"title": "Accueil", "kind": "procedure", "audience": "file", "file": upload()}, follow=True)
    assert "est déposé." in response.text
    document = Document.objects.get()
    file = office.get(f"{url}{document.pk}/versions/1/")
    assert b"".join(file.streaming_content) == pdf().getvalue()  # type: ignore[attr-defined]
    assert file["Content-Disposition"].startswith("attachment;")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Cache-Control"] == "private, no-store"
    assert office.get(f"{url}{document.pk}/versions/2/").status_code == 404


def test_an_act_cut_after_its_file_leaves_no_row_and_can_be_sent_again(
    landlord: Landlord, office: Client, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(**_: object) -> None:
        raise ConnectionError

    sent = {"title": "Accueil", "kind": "procedure", "audience": "file", "idempotency_key": "k"}
    url = f"/organismes/{landlord.pk}/documents/"
    office.raise_request_exception = False
    lines = Entry.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr("palier.documents.operations.record", killed)
        assert office.post(url, sent | {"file": upload()}).status_code == 500
    assert [path for path in documents.rglob("[!.]*") if path.is_file()] == [path_of(sha256(pdf().getvalue()).hexdigest())]
    assert [model.objects.count() for model in (Document, Reply, Entry)] == [0, 0, lines]
    answers = [office.post(url, sent | {"file": upload()}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Document.objects.count() == 1


def test_a_refused_file_says_why_and_keeps_what_was_typed(landlord: Landlord, office: Client) -> None:
    url = f"/organismes/{landlord.pk}/documents/"
    response = office.post(url, {"title": "Mon titre", "kind": "photo", "audience": "file", "file": upload(b"MZ", "photo.jpg")})
    assert response.status_code == 422
    assert "son contenu est d’un autre type" in response.text
    assert 'value="Mon titre"' in response.text
    assert not Document.objects.exists()


def test_the_next_version_stands_beside_the_first(landlord: Landlord, office: Client, keep: Callable[..., Document]) -> None:
    document = keep()
    url = f"/organismes/{landlord.pk}/documents/{document.pk}/"
    page = office.post(url, {"file": upload(pdf("2").getvalue())}, follow=True)
    assert "La version 2 est déposée." in page.text
    assert f"{url}versions/1/" in page.text
    assert office.post(url, {"file": upload(pdf("2").getvalue())}).status_code == 422


def test_the_list_is_searched_filtered_and_sorted(landlord: Landlord, office: Client, keep: Callable[..., Document]) -> None:
    for title, kind in (("Été", "minutes"), ("Accueil", "procedure"), ("Zèle", "minutes")):
        keep(title, kind)
    url = f"/organismes/{landlord.pk}/documents/"

    def titles(query: str) -> list[str]:
        return [row["document"].title for row in office.get(url + query).context["rows"]]

    assert titles("?sort=title") == ["Accueil", "Été", "Zèle"]
    assert titles("?sort=-title") == ["Zèle", "Été", "Accueil"]
    assert titles("?q=ETE") == ["Été"]
    assert titles("?kind=procedure") == ["Accueil"]
    assert titles("?sort=nonsense&kind=nonsense&page=99") == ["Zèle", "Accueil", "Été"]
    assert "Aucune pièce ne répond à ce filtre." in office.get(f"{url}?q=absent").text


def test_the_list_costs_the_same_with_one_and_with_thirty(
    landlord: Landlord, office: Client, keep: Callable[..., Document]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert office.get(f"/organismes/{landlord.pk}/documents/").status_code == 200
        return len([q for q in seen if "SAVEPOINT" not in q["sql"]])

    keep("0")
    one = cost()
    for n in range(29):
        keep(f"Pièce {n}")
    assert cost() == one <= 8


def test_a_withdrawn_piece_leaves_the_list_and_stays_in_the_history(
    landlord: Landlord, office: Client, keep: Callable[..., Document]
) -> None:
    document = keep()
    url = f"/organismes/{landlord.pk}/documents/"
    assert office.post(f"{url}{document.pk}/retirer/", {"because": ""}).status_code == 422
    page = office.post(f"{url}{document.pk}/retirer/", {"because": "déposée par erreur"}, follow=True)
    assert page.context["rows"] == []
    assert [r["document"] for r in office.get(f"{url}?withdrawn=on").context["rows"]] == [document]
    assert "déposée par erreur" in office.get(f"{url}{document.pk}/").text


def test_representatives_read_what_is_shared_and_nothing_else(
    landlord: Landlord,
    office: Client,
    keep: Callable[..., Document],
    representative: tuple[Organisation, Person],
    sign_in: SignIn,
) -> None:
    association, person = representative
    shown, hidden = keep("Information aux locataires"), keep("CANARI-CONFIDENTIEL")
    url = f"/organismes/{landlord.pk}/documents/"
    office.post(f"{url}{shown.pk}/partager/", {"organisation": association.pk})
    theirs = sign_in(person)
    page = theirs.get(url)
    assert "Information aux locataires" in page.text
    assert "CANARI" not in page.text
    assert theirs.get(f"{url}{shown.pk}/versions/1/").status_code == 200
    one = theirs.get(f"{url}{shown.pk}/").text
    assert "Histoire" not in one
    assert "Déposer" not in one
    for address in (f"{hidden.pk}/", f"{hidden.pk}/versions/1/"):
        assert theirs.get(url + address).status_code == 404
    assert theirs.post(url, {"title": "x"}).status_code == 403
    opened = shown.shares.get()
    office.post(f"{url}{shown.pk}/partages/{opened.pk}/reprendre/")
    assert theirs.get(f"{url}{shown.pk}/").status_code == 404


def test_an_auditors_piece_is_not_there_for_the_landlord(
    landlord: Landlord, office: Client, keep: Callable[..., Document]
) -> None:
    piece = keep("Relevé de l’auditeur", "control_sheet", audience=Audience.AUDIT)
    url = f"/organismes/{landlord.pk}/documents/"
    assert "Relevé de l’auditeur" not in office.get(url).text
    assert office.get(f"{url}{piece.pk}/").status_code == 404
    assert office.get(f"{url}{piece.pk}/versions/1/").status_code == 404


def test_another_landlords_documents_do_not_exist(
    keep: Callable[..., Document],
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: SignIn,
    landlord: Landlord,
) -> None:
    document, other = keep(), make_landlord()
    stranger = sign_in(make_person(Role.QUALITY_LEAD, other))
    assert stranger.get(f"/organismes/{landlord.pk}/documents/{document.pk}/").status_code == 404
    assert stranger.get(f"/organismes/{other.pk}/documents/{document.pk}/").status_code == 404
    assert stranger.get(f"/organismes/{other.pk}/documents/{document.pk}/versions/1/").status_code == 404


def test_a_deposit_sent_twice_is_done_once(landlord: Landlord, office: Client) -> None:
    url = f"/organismes/{landlord.pk}/documents/"
    for _ in range(2):
        office.post(
            url,
            {"title": "Accueil", "kind": "procedure", "audience": "file", "file": upload(), "idempotency_key": "k" * 32},
        )
    assert Document.objects.count() == 1
    assert Entry.objects.filter(act="documents.version_kept").count() == 1


def test_a_shared_piece_that_is_withdrawn_is_no_longer_shared(
    landlord: Landlord,
    keep: Callable[..., Document],
    representative: tuple[Organisation, Person],
    sign_in: SignIn,
    lead: Person,
    at: datetime,
) -> None:
    association, person = representative
    document = keep()
    share(document=document, organisation=association, by=lead, at=at)
    withdraw(document=document, because="erreur", by=lead, at=at)
    assert sign_in(person).get(f"/organismes/{landlord.pk}/documents/{document.pk}/").status_code == 404
