"""What one may write in the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from palier.ledger import signing
from palier.ledger.models import Checkpoint, Entry, Head, PublicKey, Reply
from palier.ledger.rules import GENESIS, Audience, Line, commitment, digest, exact, sha256_of, tree


def record(
    *,
    act: str,
    by: int | None,
    at: datetime,
    on: tuple[str, int],
    landlord: int | None,
    summary: str,
    facts: Mapping[str, Any] | None = None,
    attests: Mapping[str, Any] | None = None,
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
        facts: what changed, as plain JSON values; decimals and dates are texts.
        attests: the data of a document that this line attests (minutes, a certificate): their fingerprint enters the line,
            and ``queries.attested`` hands them out with their proof.
        audience: who may read the line among those who may open the file.

    Raises:
        RuntimeError: outside a transaction: an act and its line are written together or not at all.
        TypeError: when a fact is written in several ways (a binary fraction): its fingerprint could not be made again.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An act and its ledger line are one transaction.")
    head, _ = Head.objects.select_for_update().get_or_create(pk=1)
    content = {"summary": summary, "facts": dict(facts or {}) | ({"sha256": sha256_of(attests)} if attests is not None else {})}
    if not exact(content):
        raise TypeError(f"The facts of {act} hold texts, whole numbers, booleans, lists and objects alone.")
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
    written = digest(line)
    peaks = tree.grown(head.peaks, head.number, written)
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
        digest=written,
        subtree=peaks[-1],
        salt=salt,
        content=content,
    )
    entry.save(force_insert=True)
    Head.objects.filter(pk=head.pk).update(number=line.number, digest=written, peaks=peaks)
    signing.wrote()
    return entry


@transaction.atomic
def checkpoint(*, at: datetime) -> Checkpoint | None:
    """Sign the head of the ledger as it now stands, and keep it; None when nothing was written since the last one.

    Raises:
        RuntimeError: in the transaction that wrote lines.
        NoKey: when a key is missing or cannot be used.
    """
    head = Head.objects.select_for_update().filter(pk=1).first()
    if head is None or not head.number or Checkpoint.objects.filter(number=head.number).exists():
        return None
    root = tree.root(head.peaks)
    note = signing.sign(size=head.number, root=root)
    return Checkpoint.objects.create(number=head.number, digest=head.digest, root=root, note=note, at=at)


@transaction.atomic
def know_keys(*, at: datetime) -> list[Entry]:
    """Enter the keys that sign from now on, and close those that no longer do; one line for each change.

    A key that left signs no tree larger than the ledger was on that day: a verifier told so refuses it.
    """
    now = signing.public_keys()
    known = list(PublicKey.objects.select_for_update().order_by("pk"))
    lines = []
    for key in known:
        if key.until is None and key.text not in now:
            lines.append(_key_line("key_retired", key, at, "ne signe plus le journal avec la clé"))
            key.until, key.last_number = at, lines[-1].number - 1
            key.save(update_fields=["until", "last_number"])
    for text in now:
        key = next((k for k in known if k.text == text), None) or PublicKey(text=text, since=at)
        if key.pk is None or key.until is not None:
            key.until = key.last_number = None
            key.save()
            lines.append(_key_line("key_introduced", key, at, "signe désormais le journal avec la clé"))
    return lines


def _key_line(act: str, key: PublicKey, at: datetime, words: str) -> Entry:
    return record(
        act=f"ledger.{act}",
        by=None,
        at=at,
        on=("ledger.public_key", key.pk),
        landlord=None,
        summary=f"{words} {key.short}.",
        facts={"key": key.text},
        audience=Audience.SCHEME,
    )


def forget_replies(*, before: datetime) -> int:
    """Remove the answers kept for forms sent twice, once nobody can send them again; how many were removed."""
    removed, _ = Reply.objects.filter(at__lt=before).delete()
    return removed


def erase(*, number: int) -> None:
    """Empty the content of a line (personal data past its retention). The chain still verifies."""
    Entry.objects.filter(number=number).update(salt=None, content=None)
