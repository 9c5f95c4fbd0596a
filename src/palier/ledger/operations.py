"""What one may write in the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from palier.ledger.models import Checkpoint, Entry, Head, Reply
from palier.ledger.rules import GENESIS, Audience, Line, commitment, digest


def record(
    *,
    act: str,
    by: int | None,
    at: datetime,
    on: tuple[str, int],
    landlord: int | None,
    summary: str,
    facts: Mapping[str, Any] | None = None,
    audience: Audience = Audience.FILE,
) -> Entry:
    """Write one act at the end of the chain, in the transaction of the act itself.

    Args:
        act: stable code, ``room.verb_object`` in the past tense (``plans.action_added``).
        by: id of the person, or None when Palier acts by itself (a deadline that passes).
        at: instant of the act.
        on: what it bears on, ``("plans.action", 18)``.
        landlord: id of the landlord whose file shows it, or None.
        summary: French sentence without its subject, as it will be read after the person's name:
            « a ajouté l’action A-18. »
        facts: what changed, as plain JSON values.
        audience: who may read the line among those who may open the file.

    Raises:
        RuntimeError: outside a transaction: an act and its line are written together or not at all.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An act and its ledger line are one transaction.")
    head, _ = Head.objects.select_for_update().get_or_create(pk=1)
    content = {"summary": summary, "facts": dict(facts or {})}
    salt = secrets.token_bytes(16)
    kind, pk = on
    line = Line(
        number=head.number + 1,
        at=at,
        actor=by,
        act=act,
        subject=f"{kind}:{pk}",
        landlord=landlord,
        audience=audience.value,
        commitment=commitment(salt, content),
        previous=head.digest or GENESIS,
    )
    entry = Entry(
        number=line.number,
        at=at,
        actor_id=by,
        act=act,
        subject_kind=kind,
        subject_id=pk,
        landlord_id=landlord,
        audience=line.audience,
        commitment=line.commitment,
        previous=line.previous,
        digest=digest(line),
        salt=salt,
        content=content,
    )
    entry.save(force_insert=True)
    Head.objects.filter(pk=head.pk).update(number=line.number, digest=entry.digest)
    return entry


@transaction.atomic
def checkpoint(*, at: datetime) -> Checkpoint | None:
    """Keep the head of the chain as it now stands; None when nothing was written since the last checkpoint."""
    head = Head.objects.select_for_update().filter(pk=1).first()
    if head is None or Checkpoint.objects.filter(number=head.number).exists():
        return None
    return Checkpoint.objects.create(number=head.number, digest=head.digest, at=at)


def forget_replies(*, before: datetime) -> int:
    """Remove the answers kept for forms sent twice, once nobody can send them again; how many were removed."""
    removed, _ = Reply.objects.filter(at__lt=before).delete()
    return removed


def erase(*, number: int) -> None:
    """Empty the content of a line (personal data past its retention). The chain still verifies."""
    Entry.objects.filter(number=number).update(salt=None, content=None)
