"""What one may ask the ledger."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet, Subquery

from palier.ledger.models import Checkpoint, Entry, Head
from palier.ledger.rules import Audience, Fault, first_fault, tail_fault


def history(*, landlord: int, audiences: Collection[Audience]) -> QuerySet[Entry]:
    """The acts on a landlord's file that the given audiences may read, latest first."""
    return Entry.objects.filter(landlord_id=landlord, audience__in=audiences).order_by("-number")


def history_of(*, kind: str, pk: int | None, audiences: Collection[Audience]) -> QuerySet[Entry]:
    """The acts on one thing, or on all things of a kind (None), latest first."""
    found = Entry.objects.filter(subject_kind=kind, audience__in=audiences).order_by("-number")
    return found if pk is None else found.filter(subject_id=pk)


def head() -> tuple[int, str]:
    """Number and fingerprint of the last line; ``(0, "")`` when nothing was done yet."""
    return Head.objects.filter(pk=1).values_list("number", "digest").first() or (0, "")


def last_checkpoint() -> Checkpoint | None:
    """The last head that was kept aside; None before the first."""
    return Checkpoint.objects.order_by("-number").first()


def verify(*, attested: tuple[int, str] | None = None) -> tuple[int, Fault | None]:
    """Walk the whole chain: how many lines there are, and the first that does not hold, if any.

    ``attested`` is a checkpoint kept outside (a receipt, a message, minutes): number and fingerprint. Acts may go on
    meanwhile: what is checked is the chain as it stood when the walk began.
    """
    written, last = _ends()
    lines = (
        (e.line, e.digest, bytes(e.salt) if e.salt is not None else None, e.content)
        for e in Entry.objects.filter(number__lte=last[0]).order_by("number").iterator(2000)
    )
    then = list(Checkpoint.objects.order_by("number").values_list("number", "digest"))
    then += [attested] if attested else []
    now = dict(Entry.objects.filter(number__in=[number for number, _ in then]).values_list("number", "digest"))
    return last[0], first_fault(lines) or tail_fault(written, last, [(n, digest, now.get(n)) for n, digest in then])


def _ends() -> tuple[tuple[int, str], tuple[int, str]]:
    """What the writers say was written, and the last line there is, in one statement: nothing comes in between."""
    last = Entry.objects.order_by("-number")
    written = Head.objects.filter(pk=1).annotate(
        last_number=Subquery(last.values("number")[:1]), last_digest=Subquery(last.values("digest")[:1])
    )
    if row := written.values_list("number", "digest", "last_number", "last_digest").first():
        return (row[0], row[1]), (row[2] or 0, row[3] or "")
    return (0, ""), last.values_list("number", "digest").first() or (0, "")
