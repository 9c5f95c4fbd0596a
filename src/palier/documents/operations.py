"""What one may do with documents: receive a file, keep it, share it, withdraw it.

A file comes in two steps: ``receive`` checks it and lays it on disk, outside any transaction; ``keep`` writes the row,
its ledger line and nothing else. A file received and never kept is only a file without a name: a day later, it is swept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.queries import associations_of
from palier.directory.rules import plain
from palier.documents import checking, storage
from palier.documents.models import Document, DocumentShare, Version
from palier.documents.rules import FORMATS, KINDS, PICTURES, accepts, extension_of, safe_name, size_fits
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.verdict import Refusal, no, require


@dataclass(frozen=True, slots=True)
class Received:
    """A file checked and on disk, not yet the version of a document."""

    sha256: str
    name: str
    size: int
    media_type: str


def receive(*, file: IO[bytes], name: str) -> Received:
    """Check a file and lay it on disk under its fingerprint. Pictures are redrawn without their hidden data.

    Raises:
        Refusal: when no kind of piece takes it, or when it is too heavy, damaged or not what its name says.
    """
    name = safe_name(name)
    require(accepts("", name))
    extension = extension_of(name)
    with storage.incoming() as folder:
        part = folder / "part"
        require(size_fits(extension, storage.take(file, part, FORMATS[extension].max_bytes)))
        require(checking.check(part, extension))
        if extension in PICTURES:
            part = checking.redraw(part, extension)
        size = part.stat().st_size
        return Received(storage.settle(part), name, size, FORMATS[extension].media_type)


@transaction.atomic
def keep(
    *,
    received: Received,
    landlord: Landlord | None,
    title: str,
    kind: str,
    by: Person | None,
    at: datetime,
    document: Document | None = None,
    audience: Audience = Audience.FILE,
) -> Version:
    """Make a received file a new document, or the next version of ``document`` (which keeps its title and its readers).

    Raises:
        Refusal: when this kind of piece does not take the file, or when the document is withdrawn, of another kind, or
            already has this very file as its last version.
    """
    require(accepts(kind, received.name))
    if document is None:
        document = Document.objects.create(
            landlord=landlord,
            title=title.strip() or KINDS[kind].label,
            plain_title=plain(title.strip() or KINDS[kind].label),
            kind=kind,
            audience=audience,
            created_at=at,
        )
        number = 1
    else:
        document = Document.objects.select_for_update().get(pk=document.pk, landlord=landlord)
        number = _next_number(document, received, kind)
    version = Version.objects.create(
        document=document,
        number=number,
        sha256=received.sha256,
        name=received.name,
        size=received.size,
        media_type=received.media_type,
        by=by,
        at=at,
    )
    _remember(
        document,
        "version_kept",
        f"a déposé « {document.title} »." if number == 1 else f"a déposé la version {number} de « {document.title} ».",
        by=by,
        at=at,
        version=number,
        sha256=received.sha256,
        name=received.name,
        kind=document.kind,
    )
    return version


def store(
    *,
    landlord: Landlord | None,
    file: IO[bytes],
    name: str,
    title: str,
    kind: str,
    by: Person | None,
    at: datetime,
    document: Document | None = None,
    audience: Audience = Audience.FILE,
) -> Version:
    """``receive`` then ``keep``.

    Raises:
        Refusal: see both.
    """
    received = receive(file=file, name=name)
    return keep(
        received=received, landlord=landlord, title=title, kind=kind, by=by, at=at, document=document, audience=audience
    )


def _next_number(document: Document, received: Received, kind: str) -> int:
    if document.withdrawn_at:
        raise Refusal(no("documents.withdrawn", f"« {document.title} » est retiré : déposez une nouvelle pièce."))
    if document.kind != kind:
        wanted = KINDS[document.kind].label
        raise Refusal(no("documents.other_kind", f"« {document.title} » est de nature « {wanted} » : gardez-la."))
    last = Version.objects.filter(document=document).order_by("-number").values("number", "sha256").first()
    if last and last["sha256"] == received.sha256:
        raise Refusal(no("documents.same_file", f"Ce fichier est déjà la version {last['number']} de « {document.title} »."))
    return 1 + (last["number"] if last else 0)


@transaction.atomic
def withdraw(*, document: Document, because: str, by: Person, at: datetime) -> None:
    """Mark a document as withdrawn: it leaves the lists and the shares, its versions stay in the history.

    Raises:
        Refusal: when no reason is given, or when it is withdrawn already.
    """
    if not because.strip():
        raise Refusal(no("documents.reason", "Dites pourquoi la pièce est retirée, par exemple « déposée par erreur »."))
    changed = Document.objects.filter(pk=document.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=at, withdrawn_by=by, withdrawn_because=because.strip()
    )
    if not changed:
        raise Refusal(no("documents.withdrawn", f"« {document.title} » est déjà retiré."))
    document.refresh_from_db()
    _remember(document, "withdrawn", f"a retiré « {document.title} » : {because.strip()}", by=by, at=at)


@transaction.atomic
def widen(*, documents: list[Document], audience: Audience, by: Person | None, at: datetime) -> None:
    """Give documents other readers (an auditor's pieces, once the findings are released). One ledger line a document."""
    for document in documents:
        if document.audience == audience:
            continue
        Document.objects.filter(pk=document.pk).update(audience=audience)
        document.audience = audience
        _remember(document, "readers_changed", f"a ouvert « {document.title} » à la lecture.", by=by, at=at, audience=audience)


@transaction.atomic
def share(*, document: Document, organisation: Organisation, by: Person | None, at: datetime) -> DocumentShare:
    """Open a document to the representatives of a tenants' association of the stock. Sharing twice changes nothing.

    Raises:
        Refusal: when the document is withdrawn, or when the association is not present in the landlord's stock today.
    """
    if document.withdrawn_at:
        raise Refusal(no("documents.withdrawn", f"« {document.title} » est retiré : il ne se partage plus."))
    if document.landlord_id is None or not (
        associations_of(landlord=document.landlord_id, on=paris_day(at)).filter(pk=organisation.pk).exists()
    ):
        raise Refusal(
            no("documents.not_an_association", f"{organisation.name} n’est pas une association présente dans ce patrimoine.")
        )
    found, created = DocumentShare.objects.get_or_create(
        document=document, organisation=organisation, ended_at=None, defaults={"shared_at": at, "shared_by": by}
    )
    if created:
        _remember(
            document,
            "shared",
            f"a partagé « {document.title} » avec {organisation.name}.",
            by=by,
            at=at,
            organisation=organisation.pk,
        )
    return found


@transaction.atomic
def unshare(*, share: DocumentShare, by: Person, at: datetime) -> None:
    """Take back a share; doing it twice changes nothing."""
    if DocumentShare.objects.filter(pk=share.pk, ended_at__isnull=True).update(ended_at=at):
        summary = f"a cessé de partager « {share.document.title} » avec {share.organisation.name}."
        _remember(share.document, "unshared", summary, by=by, at=at, organisation=share.organisation_id)


def _remember(document: Document, act: str, summary: str, *, by: Person | None, at: datetime, **facts: int | str) -> None:
    record(
        act=f"documents.{act}",
        by=by.pk if by else None,
        at=at,
        on=("documents.document", document.pk),
        landlord=document.landlord_id,
        summary=summary,
        facts=facts,
        audience=Audience.LANDLORD if document.audience == Audience.FILE else Audience(document.audience),
    )
