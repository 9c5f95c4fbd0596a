"""A version never replaces another, and each act leaves its line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from palier.calendar import paris_day
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import open_file
from palier.directory.rules import Kind, Role
from palier.documents import queries, storage
from palier.documents.models import Document, DocumentShare, Version
from palier.documents.operations import share, store, unshare, widen, withdraw
from palier.ledger.models import Entry
from palier.ledger.rules import Audience
from palier.verdict import Refusal
from tests.documents.samples import pdf

pytestmark = pytest.mark.django_db
Make = Callable[..., Landlord]


@pytest.fixture
def landlord(make_landlord: Make) -> Landlord:
    return make_landlord()


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord)


@pytest.fixture
def document(landlord: Landlord, lead: Person, at: datetime) -> Document:
    return store(
        landlord=landlord, file=pdf(), name="a.pdf", title="Procédure d’accueil", kind="procedure", by=lead, at=at
    ).document


def test_a_new_version_stands_beside_the_old(document: Document, lead: Person, at: datetime) -> None:
    second = store(
        landlord=document.landlord,
        file=pdf("2"),
        name="b.pdf",
        title="",
        kind="procedure",
        by=lead,
        at=at,
        document=document,
    )
    assert second.number == 2
    assert [v.number for v in queries.versions(Document.objects.filter(pk=document.pk))] == [2, 1]
    assert queries.current(document) == second
    assert Entry.objects.filter(act="documents.version_kept").count() == 2
    entry = Entry.objects.order_by("-number")[0]
    assert entry.content is not None
    assert entry.content["summary"] == "a déposé la version 2 de « Procédure d’accueil »."
    assert entry.content["facts"]["sha256"] == second.sha256


def test_the_same_file_twice_is_refused(document: Document, lead: Person, at: datetime) -> None:
    with pytest.raises(Refusal, match="déjà la version 1"):
        store(
            landlord=document.landlord,
            file=pdf(),
            name="b.pdf",
            title="",
            kind="procedure",
            by=lead,
            at=at,
            document=document,
        )


def test_a_version_of_another_kind_is_refused(document: Document, lead: Person, at: datetime) -> None:
    with pytest.raises(Refusal, match="Procédure"):
        store(
            landlord=document.landlord, file=pdf("2"), name="b.pdf", title="", kind="report", by=lead, at=at, document=document
        )


def test_a_document_of_another_landlord_is_not_found(document: Document, make_landlord: Make, at: datetime) -> None:
    with pytest.raises(Document.DoesNotExist):
        store(
            landlord=make_landlord(),
            file=pdf("2"),
            name="b.pdf",
            title="",
            kind="procedure",
            by=None,
            at=at,
            document=document,
        )


@pytest.mark.parametrize("attempt", [lambda v: v.update(name="autre.pdf"), lambda v: v.delete()])
def test_the_database_refuses_to_change_or_remove_a_version(document: Document, attempt: Callable[..., None]) -> None:
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        attempt(Version.objects.filter(document=document))


@pytest.mark.parametrize(
    "change",
    [{"number": 1}, {"number": 0}, {"number": 3, "size": 0}, {"number": 3, "sha256": "../etc"}],
)
def test_the_database_refuses_an_impossible_version(document: Document, at: datetime, change: dict[str, object]) -> None:
    fields: dict[str, object] = {"number": 2, "size": 1, "sha256": "a" * 64, "name": "a.pdf", "media_type": "x", "at": at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.create(document=document, **{**fields, **change})


def test_the_database_refuses_a_withdrawal_without_reason(document: Document, at: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(withdrawn_at=at)


def test_a_withdrawn_document_leaves_the_lists_and_stays_in_the_history(
    document: Document, landlord: Landlord, lead: Person, at: datetime
) -> None:
    with pytest.raises(Refusal):
        withdraw(document=document, because=" ", by=lead, at=at)
    withdraw(document=document, because="déposée par erreur", by=lead, at=at)
    mine = queries.readable(landlord=landlord, roles=frozenset({Role.QUALITY_LEAD}), person=lead, on=paris_day(at))
    assert not queries.listing(mine)
    assert list(queries.listing(mine, withdrawn=True)) == [document]
    assert queries.versions(mine).count() == 1
    with pytest.raises(Refusal, match="déjà retiré"):
        withdraw(document=document, because="encore", by=lead, at=at)
    with pytest.raises(Refusal, match="retiré"):
        store(landlord=landlord, file=pdf("2"), name="b.pdf", title="", kind="procedure", by=lead, at=at, document=document)


def test_representatives_read_what_is_shared_with_their_association_alone(
    document: Document,
    landlord: Landlord,
    lead: Person,
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    at: datetime,
) -> None:
    association, other = (make_organisation(Kind.TENANTS_ASSOCIATION) for _ in range(2))
    people = [make_person(Role.TENANT_REPRESENTATIVE, o) for o in (association, other)]
    with pytest.raises(Refusal, match="association présente"):
        share(document=document, organisation=association, by=lead, at=at)
    for organisation in (association, other):
        open_file(landlord=landlord, holder=organisation, role=Role.TENANT_REPRESENTATIVE, source="test", by=None, at=at)

    def read_by(person: Person) -> list[Document]:
        roles = frozenset({Role.TENANT_REPRESENTATIVE})
        return list(queries.readable(landlord=landlord, roles=roles, person=person, on=paris_day(at)))

    assert read_by(people[0]) == []
    opened = share(document=document, organisation=association, by=lead, at=at)
    assert share(document=document, organisation=association, by=lead, at=at) == opened
    assert read_by(people[0]) == [document]
    assert read_by(people[1]) == []
    unshare(share=opened, by=lead, at=at)
    unshare(share=opened, by=lead, at=at)
    assert read_by(people[0]) == []
    assert Entry.objects.filter(act__in=["documents.shared", "documents.unshared"]).count() == 2
    share(document=document, organisation=association, by=lead, at=at)
    withdraw(document=document, because="erreur", by=lead, at=at)
    assert read_by(people[0]) == []


def test_an_open_share_is_unique_in_the_database(
    document: Document, make_organisation: Callable[..., Organisation], at: datetime
) -> None:
    association = make_organisation(Kind.TENANTS_ASSOCIATION)
    DocumentShare.objects.create(document=document, organisation=association, shared_at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentShare.objects.create(document=document, organisation=association, shared_at=at)


def test_an_auditors_piece_is_read_by_the_landlord_once_widened(
    landlord: Landlord, lead: Person, make_person: Callable[..., Person], at: datetime
) -> None:
    piece = store(
        landlord=landlord,
        file=pdf(),
        name="a.pdf",
        title="Relevé",
        kind="control_sheet",
        by=None,
        at=at,
        audience=Audience.AUDIT,
    ).document
    roles = frozenset({Role.QUALITY_LEAD})
    assert not queries.readable(landlord=landlord, roles=roles, person=lead, on=paris_day(at))
    widen(documents=[piece, piece], audience=Audience.FILE, by=None, at=at)
    assert list(queries.readable(landlord=landlord, roles=roles, person=lead, on=paris_day(at))) == [piece]
    assert Entry.objects.filter(act="documents.readers_changed").count() == 1


def test_a_lost_or_altered_file_is_named(document: Document) -> None:
    out = StringIO()
    call_command("documents", "check", stdout=out)
    assert "intact" in out.getvalue()
    path = storage.path_of(queries.current(document).sha256)
    path.write_bytes(b"autre")
    assert [v.document_id for v in queries.missing_files()] == [document.pk]
    path.unlink()
    with pytest.raises(CommandError, match="1 version"):
        call_command("documents", "check", stderr=out)
    assert "a.pdf" in out.getvalue()


def test_what_uploads_cut_short_have_left_is_removed_after_a_day(documents: Path) -> None:
    for name, age in ((".incoming-old", 2), (".incoming-new", 0)):
        folder = documents / name
        folder.mkdir(parents=True)
        (folder / "part").write_bytes(b"x")
        os.utime(folder, (time.time() - age * 86_400,) * 2)
    call_command("documents", "sweep", stdout=StringIO())
    assert [p.name for p in documents.glob(".incoming-*")] == [".incoming-new"]
