"""The register and certificates."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from palier.api.v1.doors import Call, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Term, term
from palier.directory.rules import Thing
from palier.register import queries
from palier.register.models import Certificate, MarkUse
from palier.register.rules.certificates import Grant
from palier.register.rules.marks import Support

room = Room("register", "Registre")


class CertificateOut(Schema):
    """A certificate of a landlord: its number, its code, its dates, the fingerprint of its content and of its signed PDF."""

    id: int
    number: str
    code: str
    grant: Term
    decided_on: date
    valid_from: date
    valid_until: date
    sha256: str
    pdf_sha256: str | None
    issued_at: datetime


class MarkUseOut(Schema):
    """Where a landlord shows the mark, since when, until when."""

    id: int
    support: Term
    place: str
    since: date
    remove_by: date | None
    removed_on: date | None


@room.reads("/landlords/{landlord_id}/certificates", Thing.DECISION_NOTICE, "Lister les certificats")
def certificates(request: Call) -> Page[CertificateOut]:
    """Every certificate of a landlord, latest first."""
    found = queries.certificates().filter(landlord=request.landlord)
    return paged(request, found, lambda rows: [_certificate(row) for row in rows])


@room.reads("/landlords/{landlord_id}/mark-uses", Thing.MARK_KIT, "Lister les usages de la marque")
def mark_uses(request: Call) -> Page[MarkUseOut]:
    """Every declared use of the mark, the oldest first."""
    found = queries.uses(landlord=request.landlord.pk)
    return paged(request, found, lambda rows: [_use(row) for row in rows])


def _certificate(row: Certificate) -> CertificateOut:
    kept = getattr(row, "file", None)
    return CertificateOut(
        id=row.pk,
        number=row.number,
        code=row.code,
        grant=term(Grant(row.grant)),
        decided_on=row.decided_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        sha256=row.digest,
        pdf_sha256=kept.sha256 if kept else None,
        issued_at=row.issued_at,
    )


def _use(row: MarkUse) -> MarkUseOut:
    return MarkUseOut(
        id=row.pk,
        support=term(Support(row.support)),
        place=row.place,
        since=row.since,
        remove_by=row.licence.remove_by,
        removed_on=row.removed_on,
    )
