"""What one may ask of documents, always as somebody on a landlord's file."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from palier.directory.models import Landlord, Membership, Person, dated
from palier.directory.rules import Role, plain
from palier.documents.models import Document, DocumentShare, Version
from palier.documents.rules import audiences_of
from palier.documents.storage import digest_of, path_of


def readable(*, landlord: Landlord, roles: frozenset[Role], person: Person, on: date) -> QuerySet[Document]:
    """The documents of a landlord's file that somebody may read: by role, or shared with an association they represent.

    A withdrawn document is still read by role, in the history, and no longer through a share.
    """
    mine = Membership.objects.filter(
        dated(on), person=person, role=Role.TENANT_REPRESENTATIVE, organisation=OuterRef("organisation")
    )
    shared = DocumentShare.objects.filter(Exists(mine), document=OuterRef("pk"), ended_at__isnull=True)
    through_share = Q(Exists(shared), withdrawn_at__isnull=True) if Role.TENANT_REPRESENTATIVE in roles else Q(pk__in=())
    return Document.objects.filter(Q(audience__in=audiences_of(roles)) | through_share, landlord=landlord)


def listing(documents: QuerySet[Document], *, search: str = "", kind: str = "", withdrawn: bool = False) -> QuerySet[Document]:
    """Documents as a list shows them: ``updated_at``, and ``versions`` latest first with who gave them. Two SQL queries."""
    found = documents.filter(withdrawn_at__isnull=not withdrawn).annotate(updated_at=Max("versions__at"))
    if search.strip():
        found = found.filter(plain_title__contains=plain(search))
    if kind:
        found = found.filter(kind=kind)
    return found.prefetch_related(Prefetch("versions", Version.objects.select_related("by").order_by("-number")))


def versions(documents: QuerySet[Document]) -> QuerySet[Version]:
    """The versions of these documents, latest first."""
    return Version.objects.filter(document__in=documents).select_related("document", "by").order_by("-number", "-pk")


def current(document: Document) -> Version:
    """The latest version of a document."""
    return Version.objects.filter(document=document).order_by("-number")[0]


def shares(document: Document) -> QuerySet[DocumentShare]:
    """The associations a document is open to, by name."""
    return (
        DocumentShare.objects.filter(document=document, ended_at__isnull=True)
        .select_related("organisation")
        .order_by("organisation__plain_name", "pk")
    )


def missing_files() -> list[Version]:
    """The versions whose file is not on disk, or no longer has the fingerprint it was kept under. Reads every file."""
    found, seen = [], dict[str, bool]()
    for version in Version.objects.order_by("pk").iterator(2000):
        path = path_of(version.sha256)
        if version.sha256 not in seen:
            seen[version.sha256] = path.exists() and digest_of(path) == version.sha256
        if not seen[version.sha256]:
            found.append(version)
    return found
