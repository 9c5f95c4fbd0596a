"""What one may ask the ledger."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from palier.ledger import signing, verifier
from palier.ledger.models import Checkpoint, Entry, Head, PublicKey
from palier.ledger.rules import Audience, Fault, notes, sha256_of, tree
from palier.ledger.rules.lines import fields

LEDGER, RECEIPT, ATTESTED, CONSISTENCY = (f"palier.{name}/1" for name in ("ledger", "receipt", "attested", "consistency"))


@dataclass(frozen=True, slots=True)
class Attestation:
    """The head of the ledger, signed, for whatever leaves the system: minutes, mails, certificates.

    ``digest`` is the fingerprint of line ``number``, ``root`` that of the tree of all lines up to it, ``at`` the instant of that
    line, ``keys`` the short names of the keys that signed, ``note`` the signed text itself, which a verifier checks.
    """

    origin: str
    number: int
    digest: str
    root: str
    at: datetime
    keys: tuple[str, ...]
    note: str


def history(*, landlord: int, audiences: Collection[Audience]) -> QuerySet[Entry]:
    """The acts on a landlord's file that the given audiences may read, latest first."""
    return Entry.objects.filter(landlord_id=landlord, audience__in=audiences).order_by("-number")


def history_of(
    *, kind: str, pk: int | None, audiences: Collection[Audience], parts: Mapping[str, Collection[int]] | None = None
) -> QuerySet[Entry]:
    """The acts on one thing and on its ``parts`` (kind → ids), or on all things of a kind (None), latest first."""
    about = Q(subject_kind=kind) if pk is None else Q(subject_kind=kind, subject_id=pk)
    for part, ids in (parts or {}).items():
        about |= Q(subject_kind=part, subject_id__in=ids)
    return Entry.objects.filter(about, audience__in=audiences).order_by("-number")


def head() -> tuple[int, str]:
    """Number and fingerprint of the last line; ``(0, "")`` when nothing was done yet."""
    return Head.objects.filter(pk=1).values_list("number", "digest").first() or (0, "")


def checkpoints() -> QuerySet[Checkpoint]:
    """The signed heads that were kept, latest first."""
    return Checkpoint.objects.order_by("-number")


def last_checkpoint() -> Checkpoint | None:
    """The last signed head that was kept; None before the first."""
    return checkpoints().first()


def public_keys() -> QuerySet[PublicKey]:
    """Every key that signs or signed the ledger, latest first."""
    return PublicKey.objects.order_by("-since", "-pk")


def attestation() -> Attestation | None:
    """The signed head of the ledger, to print on what leaves the system. Two SQL queries; None while nothing was done.

    It is the head as it stands now; in a transaction that wrote lines, which may still be undone, the last one that was kept.

    Raises:
        NoKey: when a key is missing or cannot be used.
    """
    if signing.pending():
        kept = last_checkpoint()
        found = (kept.number, kept.digest, kept.root, kept.note) if kept else None
    else:
        found = _signed_head()
    if found is None:
        return None
    number, digest, root, note = found
    at = Entry.objects.values_list("at", flat=True).get(number=number)
    return Attestation(settings.LEDGER_NAME, number, digest, root, at, notes.signed_by(note), note)


def receipts(*, numbers: Collection[int], with_content: bool) -> dict[int, dict[str, Any]]:
    """The receipt of each of these lines, by number, as data to write as JSON. Four SQL queries, however many lines.

    A receipt holds the line, its fingerprint, its place in the tree, and a signed head that covers it: the last one kept, or
    else the head as it stands now. ``with_content`` adds what the act says, for whoever may read it.

    Raises:
        RuntimeError: in the transaction that wrote lines which no kept head covers: ask once it is committed.
        NoKey: when a key is missing or cannot be used.
    """
    lines = list(Entry.objects.filter(number__in=numbers))
    if not lines:
        return {}
    size, note = _cover(max(line.number for line in lines))
    paths = {line.number: tree.inclusion(line.number, size) for line in lines}
    kept = _kept(span for path in paths.values() for span in path)
    return {
        line.number: {
            "format": RECEIPT,
            "line": fields(line.line),
            "digest": line.digest,
            **(_content(line) if with_content else {}),
            "proof": [tree.hash_of(span, kept) for span in paths[line.number]],
            "checkpoint": note,
        }
        for line in lines
    }


def receipt(*, number: int, with_content: bool) -> dict[str, Any]:
    """The receipt of one line, as ``receipts`` gives it.

    Raises:
        KeyError: when there is no such line.
    """
    return receipts(numbers=[number], with_content=with_content)[number]


def attested(*, payload: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A document's data with their proof: what ``operations.record(attests=payload)`` wrote as line ``number``.

    The line's own words come with it: they are what says that this document, and no other, was attested.

    Raises:
        KeyError: when there is no such line.
        ValueError: when the line attests other data, or its content was erased.
        RuntimeError: in the transaction that wrote the line: ask once it is committed.
    """
    proof = receipt(number=number, with_content=True)
    sha256 = sha256_of(payload)
    if proof.get("content", {}).get("facts", {}).get("sha256") != sha256:
        raise ValueError(f"Line {number} of the ledger does not attest these data.")
    return {"format": ATTESTED, "payload": dict(payload), "sha256": sha256, "receipt": proof}


def consistency(*, size: int) -> dict[str, Any] | None:
    """The proof that the ledger as it stands begins with the ``size`` lines of an earlier head. None when it has not so many."""
    found = _signed_head()
    if found is None or not 0 < size <= found[0]:
        return None
    path = tree.consistency(size, found[0])
    kept = _kept(path)
    proof = [tree.hash_of(span, kept) for span in path]
    return {"format": CONSISTENCY, "first": size, "proof": proof, "checkpoint": found[3]}


def export(*, contents: bool) -> Iterator[str]:
    """The whole ledger as lines of JSON, signed heads included: what the verifier checks. ``docs/ledger.md`` is its format.

    Without ``contents``, only the commitment to what each act says is there. The lines are read as they are handed out.
    """
    for record in _records(contents=contents, note=(_signed_head() or (0, "", "", ""))[3]):
        yield json.dumps(record, ensure_ascii=False) + "\n"


def verify(*, held: Collection[str] = (), attested: tuple[int, str] | None = None) -> tuple[int, Fault | None]:
    """Check the whole ledger as an outsider would: how many lines there are, and the first that does not hold, if any.

    ``held`` are signed heads kept outside; ``attested`` is the number and fingerprint of a line kept outside, the beginning of it
    is enough. Acts may go on meanwhile: what is checked is the ledger as it stood when the check began.
    """
    written, last = _ends()
    try:
        trusted = verifier.keys_of(keys_file())
        points = [verifier.note_of(note, trusted) for note in held]
        count = verifier.check_ledger(_records(contents=True, upto=last[0]), trusted, points, sealed=False)
        _check_tail(written, last, attested)
    except verifier.Bad as bad:
        return last[0], Fault(*bad.args)
    return count, None


def keys_file() -> str:
    """Every public key as verifiers take them, one a line, each followed by the last line it may sign when it no longer does."""
    known = dict(PublicKey.objects.order_by("pk").values_list("text", "last_number"))
    with suppress(signing.NoKey):  # a damaged installation can still be verified
        known |= {text: known.get(text) for text in signing.public_keys()}
    return "".join(f"{text}\n" if end is None else f"{text} {end}\n" for text, end in known.items())


def _check_tail(written: tuple[int, str], last: tuple[int, str], attested: tuple[int, str] | None) -> None:
    """What only the installation knows: where writers say the ledger ends, the subtrees kept, a line read off some paper."""
    if written != last:
        raise verifier.Bad(
            last[0] + 1, f"Le journal s’arrête à la ligne n° {last[0]} alors que {written[0]} lignes ont été écrites."
        )
    if attested and not (Entry.objects.filter(number=attested[0], digest__startswith=attested[1]).exists()):
        raise verifier.Bad(attested[0], _not_attested(attested[0]))
    if (wrong := _wrong_subtree()) is not None:
        raise verifier.Bad(wrong, f"L’arbre gardé avec la ligne n° {wrong} a été modifié.")


def _not_attested(number: int) -> str:
    if not Entry.objects.filter(number=number).exists():
        return f"La ligne n° {number}, attestée hors du système, manque."
    return f"Le journal a été réécrit avant la ligne n° {number} : elle ne porte plus l’empreinte attestée."


def _wrong_subtree() -> int | None:
    peaks: list[str] = []
    for size, (number, digest, subtree) in enumerate(
        Entry.objects.order_by("number").values_list("number", "digest", "subtree").iterator(2000)
    ):
        peaks = tree.grown(peaks, size, digest)
        if peaks[-1] != subtree:
            return number
    return None


def _records(*, contents: bool, note: str = "", upto: int | None = None) -> Iterator[dict[str, Any]]:
    """The ledger as records: a head, the lines, each kept signed head after the line it ends with, the last one at the end."""
    size = upto if upto is not None else int(note.split("\n")[1]) if note else 0
    yield {"format": LEDGER, "origin": settings.LEDGER_NAME, "lines": size}
    kept = Checkpoint.objects.filter(number=OuterRef("number")).values("note")[:1]
    entries = Entry.objects.filter(number__lte=size).annotate(note=Subquery(kept)).order_by("number")
    last = ""
    for entry in (entries if contents else entries.defer("salt", "content")).iterator(2000):
        yield {**fields(entry.line), "digest": entry.digest, **(_content(entry) if contents else {})}
        if last := entry.note or "":
            yield {"checkpoint": last}
    if note and note != last:
        yield {"checkpoint": note}


def _content(entry: Entry) -> dict[str, Any]:
    if entry.salt is None or entry.content is None:
        return {}
    return {"salt": bytes(entry.salt).hex(), "content": entry.content}


def _signed_head() -> tuple[int, str, str, str] | None:
    """Number, fingerprint, root and signed note of the ledger as it stands."""
    found = Head.objects.filter(pk=1, number__gt=0).values_list("number", "digest", "peaks").first()
    if found is None:
        return None
    number, digest, peaks = found
    root = tree.root(peaks)
    return number, digest, root, signing.sign(size=number, root=root)


def _cover(number: int) -> tuple[int, str]:
    """Size and note of a signed head with this line."""
    if (kept := last_checkpoint()) and kept.number >= number:
        return kept.number, kept.note
    found = _signed_head()
    if found is None or found[0] < number:
        raise RuntimeError(f"The ledger has no line {number} yet.")
    return found[0], found[3]


def _kept(spans: Iterable[tree.Span]) -> tree.Kept:
    numbers: set[int] = set().union(*(tree.needed(span) for span in spans))
    found = Entry.objects.filter(number__in=numbers).values_list("number", "digest", "subtree")
    return {number: (digest, subtree) for number, digest, subtree in found}


def _ends() -> tuple[tuple[int, str], tuple[int, str]]:
    """What the writers say was written, and the last line there is, in one statement: nothing comes in between."""
    last = Entry.objects.order_by("-number")
    written = Head.objects.filter(pk=1).annotate(
        last_number=Subquery(last.values("number")[:1]), last_digest=Subquery(last.values("digest")[:1])
    )
    if row := written.values_list("number", "digest", "last_number", "last_digest").first():
        return (row[0], row[1]), (row[2] or 0, row[3] or "")
    return (0, ""), last.values_list("number", "digest").first() or (0, "")
