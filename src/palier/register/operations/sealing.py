"""The signed PDF and the badge of certificates: made by the worker, a few at a time, whenever a seal is there."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from palier.documents import storage
from palier.ledger.operations import record
from palier.ledger.rules import canonical
from palier.register import badge, printing, queries, seal
from palier.register.models import Authority, Certificate, SealedFile
from palier.register.rules.certificates import Grant, spelled

BATCH = 25


def seal_due(*, at: datetime, batch: int = BATCH) -> int:
    """Make the signed PDF and the badge of the certificates that have none, the latest first; how many were made.

    Raises:
        NoSeal: when certificates wait and no key can seal them; the sentence says what to do.
    """
    waiting = list(
        Certificate.objects.filter(file__isnull=True).select_related("landlord").order_by("-decided_on", "-pk")[:batch]
    )
    if not waiting:
        return 0
    key = seal.seal()
    owner = queries.owner_name()
    return sum(_seal(one, key, owner, at) for one in waiting)


def _seal(certificate: Certificate, key: seal.Seal, owner: str, at: datetime) -> int:
    """One file: on disk before its row, as documents are. Made twice at once, the first stays."""
    from palier.register import pades  # noqa: PLC0415 - heavy, and most runs seal nothing

    content = certificate.content
    said = {
        "sentence": Grant(certificate.grant).sentence,
        "decision": content.get("decision", {}).get("sentence", ""),  # those of before do not say it
        "code": spelled(certificate.code),
        "digest": certificate.digest,
    }
    plain = printing.certificate(
        content, said=said, twin=canonical(content), fonts=settings.PRINT_FONTS, at=certificate.issued_at
    )
    signed = pades.sign(plain, key, reason=f"Certificat {certificate.number}")
    mark = seal.fingerprint(key)
    claims = badge.credential(content, origin=settings.ORIGIN, owner=owner, index=certificate.pk)
    token = seal.jws(badge.token(claims), key, kind="vc+ld+json", kid=badge.key(settings.ORIGIN, mark))
    with storage.incoming() as folder:
        part = Path(tempfile.mkstemp(dir=folder)[1])
        part.write_bytes(signed)
        sha256 = storage.settle(part)
    try:
        with transaction.atomic():
            authority, _ = Authority.objects.get_or_create(
                fingerprint=mark, defaults={"name": seal.name(key), "chain": seal.pem(key), "since": at}
            )
            SealedFile.objects.create(
                certificate=certificate, authority=authority, sha256=sha256, size=len(signed), badge=token, sealed_at=at
            )
            record(
                act="register.certificate_sealed",
                by=None,
                at=at,
                on=("register.certificate", certificate.pk),
                landlord=certificate.landlord_id,
                summary=f"a signé le certificat {certificate.number}.",
                facts={"number": certificate.number, "sha256": sha256, "key": mark},
            )
    except IntegrityError:
        return 0
    return 1
