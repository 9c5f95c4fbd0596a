"""The signed PDF of the copies: made by the worker, a few at a time, whenever a seal is there."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from palier.documents import storage
from palier.ledger.operations import record
from palier.ledger.rules import Audience, canonical
from palier.minutes import printing
from palier.minutes.models import Copy
from palier.register import seal
from palier.register.models import Authority

BATCH = 10


def seal_due(*, at: datetime, batch: int = BATCH) -> int:
    """Make the signed PDF of the copies that have none, the first signed first; how many were made.

    Raises:
        NoSeal: when copies wait and no key can seal them; the sentence says what to do.
    """
    waiting = list(Copy.objects.filter(sha256="").select_related("minutes").order_by("pk")[:batch])
    if not waiting:
        return 0
    key = seal.seal()
    return sum(_seal(one, key, at) for one in waiting)


def _seal(copy: Copy, key: seal.Seal, at: datetime) -> int:
    """One file: on disk before its row says so. Made twice at once, the first stays."""
    from palier.register import pades  # noqa: PLC0415 - heavy, and most runs seal nothing

    signed_at = copy.minutes.signed_at
    assert signed_at is not None
    plain = printing.minutes(
        copy.content, twin=canonical(copy.content), fonts=settings.PRINT_FONTS, at=signed_at, digest=copy.digest
    )
    signed = pades.sign(plain, key, reason=f"Procès-verbal, ligne {copy.entry} du journal")
    with storage.incoming() as folder:
        part = Path(tempfile.mkstemp(dir=folder)[1])
        part.write_bytes(signed)
        sha256 = storage.settle(part)
    mark = seal.fingerprint(key)
    with transaction.atomic():
        authority, _ = Authority.objects.get_or_create(
            fingerprint=mark, defaults={"name": seal.name(key), "chain": seal.pem(key), "since": at}
        )
        done = Copy.objects.filter(pk=copy.pk, sha256="").update(sha256=sha256, sealed_at=at, authority=authority)
        if done:
            record(
                act="minutes.sealed",
                by=None,
                at=at,
                on=("minutes.minutes", copy.minutes_id),
                landlord=None,
                summary="a scellé le PDF d’un procès-verbal.",
                facts={"copy": copy.pk, "file": sha256, "key": mark},
                audience=Audience.SCHEME,
            )
    return done
