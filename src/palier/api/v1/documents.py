"""Documents of a landlord's file: what one may read, their versions and files; the deposit of evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import F, Prefetch, QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from ninja.params.functions import Form as FormField  # a default beside constraints is lost in ``Form[…]``
from pydantic import Field, StringConstraints

from palier.api.v1.doors import Call, Pk, Room, Search
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named
from palier.directory.rules import Right, Thing
from palier.documents import queries
from palier.documents.models import Document, Version
from palier.documents.operations import Received, keep, receive
from palier.documents.rules import AUDIENCE_LABELS, KINDS
from palier.documents.storage import path_of
from palier.ledger.rules import Audience

room = Room("documents", "Preuves et pièces")
Kind = Annotated[str, OneOf(KINDS)]
Readers = Annotated[str, OneOf([Audience.FILE, Audience.LANDLORD])]
READERS = (Thing.EVIDENCE, Thing.TENANTS_STEP)  # by role, or through a share with an association
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]

_BY_DEFAULT = FormField(Audience.FILE.value)
_VERSIONS = Prefetch("versions", Version.objects.select_related("by").order_by("-number"))


class VersionOut(Schema):
    """One file of a document. ``sha256`` is the fingerprint of its content."""

    number: int
    name: str
    size: int = Field(description="En octets.")
    media_type: str
    sha256: str
    by: Named | None
    at: datetime


class DocumentOut(Schema):
    """A piece, with its versions, latest first."""

    id: int
    title: str
    kind: Term
    audience: Term = Field(description="Qui peut lire la pièce.")
    created_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: str
    versions: list[VersionOut]


@room.reads("/landlords/{landlord_id}/documents", READERS, "Lister les pièces d’un dossier")
def documents(request: Call, search: Search = "", kind: Kind | None = None, withdrawn: bool = False) -> Page[DocumentOut]:
    """The documents that the person may read, the latest to change first."""
    found = queries.listing(readable(request), search=search, kind=kind or "", withdrawn=withdrawn)
    return paged(request, found.order_by(F("updated_at").desc(), "-pk"), lambda rows: [_document(row) for row in rows])


@room.reads("/landlords/{landlord_id}/documents/{pk}", READERS, "Lire une pièce")
def document(request: Call, pk: Pk) -> DocumentOut:
    """One document, withdrawn or not."""
    return _document(_found(request, pk))


@room.reads("/landlords/{landlord_id}/documents/{pk}/versions/{number}/file", READERS, "Télécharger une version d’une pièce")
def file(request: Call, pk: Pk, number: Pk) -> FileResponse:
    """The content of one version."""
    version = get_object_or_404(queries.versions(readable(request)), document=pk, number=number)
    path = path_of(version.sha256)
    if not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=version.name, content_type="application/octet-stream")


def _receive(file: UploadedFile) -> Received:
    return receive(file=file, name=file.name or "")


@room.writes(
    "/landlords/{landlord_id}/documents", (Thing.EVIDENCE, Right.WRITE), summary="Déposer une pièce", receives=_receive
)
def deposit(
    request: Call,
    file: File[UploadedFile],
    title: Form[Title],
    kind: Form[Kind],
    audience: Readers = _BY_DEFAULT,
) -> DocumentOut:
    """A new document."""
    version = keep(
        landlord=request.landlord,
        received=request.received,
        title=title,
        kind=kind,
        audience=Audience(audience),
        by=request.user,
        at=request.at,
    )
    return _document(_found(request, version.document_id))


@room.writes(
    "/landlords/{landlord_id}/documents/{pk}/versions",
    (Thing.EVIDENCE, Right.WRITE),
    summary="Déposer une nouvelle version d’une pièce",
    receives=_receive,
)
def deposit_version(request: Call, pk: Pk, file: File[UploadedFile]) -> DocumentOut:
    """The next version of a document, of the same kind; the former ones stay."""
    document = _found(request, pk)
    keep(
        landlord=request.landlord,
        received=request.received,
        title=document.title,
        kind=document.kind,
        by=request.user,
        at=request.at,
        document=document,
    )
    return _document(_found(request, pk))


def readable(request: Call) -> QuerySet[Document]:
    """The documents of the landlord's file that the person may read."""
    return queries.readable(landlord=request.landlord, roles=request.roles, person=request.user, on=request.on)


def _found(request: Call, pk: int) -> Document:
    return get_object_or_404(readable(request).prefetch_related(_VERSIONS), pk=pk)


def _document(row: Document) -> DocumentOut:
    return DocumentOut(
        id=row.pk,
        title=row.title,
        kind=Term(code=row.kind, label=KINDS[row.kind].label),
        audience=Term(code=row.audience, label=AUDIENCE_LABELS[Audience(row.audience)]),
        created_at=row.created_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_because=row.withdrawn_because,
        versions=[_version(version) for version in row.versions.all()],
    )


def _version(row: Version) -> VersionOut:
    return VersionOut(
        number=row.number,
        name=row.name,
        size=row.size,
        media_type=row.media_type,
        sha256=row.sha256,
        by=maybe_named(row.by),
        at=row.at,
    )
