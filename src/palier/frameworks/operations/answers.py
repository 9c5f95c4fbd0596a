"""Answering: one criterion at a time, or several at once; attaching and detaching evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from palier.directory.models import Person
from palier.documents.models import Document
from palier.frameworks import queries
from palier.frameworks.models import Answer, AnswerEvidence, Assessment
from palier.frameworks.operations.writing import criterion_of, lock, locked, refresh, remember
from palier.frameworks.rules.answering import admissible, still_open
from palier.frameworks.rules.grid import Criterion, Given
from palier.verdict import Conflict, Refusal, no, require


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save leaves: the answer's new revision, and everything the assessment now says."""

    revision: int
    at: datetime
    answers: Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class Theirs:
    """What stands instead of the answer that was refused; ``who`` is empty when the same person saved it elsewhere."""

    value: int | None
    not_applicable: bool
    justification: str
    revision: int
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer among several saved at once, with its evidence."""

    criterion: str
    value: int | None = None
    not_applicable: bool = False
    justification: str = ""
    documents: tuple[Document, ...] = ()


def save_answer(
    *,
    assessment: Assessment,
    criterion: str,
    revision: int,
    value: int | None,
    not_applicable: bool = False,
    justification: str = "",
    by: Person,
    at: datetime,
) -> Saved:
    """Keep one answer, complete or not, over the revision that its author was reading.

    The same answer sent again by the same person, or left as it was, writes nothing. The assessment's row is locked by the statement that
    compares and swaps; the transaction has no savepoint of its own, which every save would pay for.

    Raises:
        Conflict: when somebody else changed it meanwhile; ``theirs`` is a ``Theirs``. Nothing was written.
        Refusal: when the assessment is closed, or the answer is not one that the criterion allows.
    """
    asked = criterion_of(assessment, criterion)
    justification = justification.strip()
    require(still_open(assessment.status))
    require(admissible(asked, value=value, not_applicable=not_applicable, justification=justification))
    rated = Q(value__isnull=True) if value is None else Q(value=value)
    same = Q(not_applicable=not_applicable, justification=justification) & rated
    with transaction.atomic(savepoint=False):
        swapped = (
            Answer.objects.filter(assessment__in=locked(assessment).values("pk"), criterion=criterion, revision=revision)
            .exclude(same)
            .update(
                revision=revision + 1, value=value, not_applicable=not_applicable, justification=justification, by=by, at=at
            )
        )
        if swapped:
            said = refresh(assessment, at)
            remember(
                assessment,
                "answer_saved",
                f"{_told(asked, value, not_applicable=not_applicable)} ({assessment.title}).",
                by=by,
                at=at,
                facts={"criterion": criterion, "value": value, "not_applicable": not_applicable, "revision": revision + 1},
            )
            return Saved(revision + 1, at, said)
    stands = Answer.objects.select_related("by", "assessment").get(assessment=assessment.pk, criterion=criterion)
    unchanged = (stands.value, stands.not_applicable, stands.justification) == (value, not_applicable, justification)
    if unchanged and (stands.revision == revision or (stands.revision == revision + 1 and stands.by_id == by.pk)):
        return Saved(stands.revision, stands.at or at, queries.given(assessment))
    require(still_open(stands.assessment.status))
    own, who = stands.by_id == by.pk, stands.by.name if stands.by else "Palier"
    saved = (
        "Vous en avez enregistré une autre, dans une autre fenêtre."
        if own
        else f"{who} a enregistré la sienne pendant que vous écriviez."
    )
    raise Conflict(
        no("frameworks.stale", f"Votre réponse n’est pas enregistrée. {saved}"),
        Theirs(stands.value, stands.not_applicable, stands.justification, stands.revision, "" if own else who, stands.at),
    )


def _told(criterion: Criterion, value: int | None, *, not_applicable: bool) -> str:
    name = f"le critère {criterion.number} « {criterion.title} »"
    if not_applicable:
        return f"a déclaré sans objet {name}"
    level = criterion.scale.level(value) if value is not None else None
    return f"a noté {name} : {level.value}, {level.label.lower()}" if level else f"a repris {name}, sans note"


@transaction.atomic
def fill(*, assessment: Assessment, entries: Collection[Entry], by: Person, at: datetime) -> None:
    """Keep several first answers at once, with their evidence: all of them or none, one ledger line.

    Raises:
        Refusal: when the assessment is closed, an answer is not allowed, or a criterion is answered already.
    """
    for entry in entries:
        asked = criterion_of(assessment, entry.criterion)
        require(
            admissible(asked, value=entry.value, not_applicable=entry.not_applicable, justification=entry.justification.strip())
        )
        _same_file(assessment, entry.documents)
    lock(assessment)
    codes = {entry.criterion: entry for entry in entries}
    answers = list(Answer.objects.filter(assessment=assessment, criterion__in=codes))
    if taken := [a for a in answers if a.revision]:
        number = criterion_of(assessment, taken[0].criterion).number
        raise Refusal(no("frameworks.already_answered", f"Le critère {number} a déjà une réponse : rien n’est enregistré."))
    for answer in answers:
        entry = codes[answer.criterion]
        answer.value, answer.not_applicable = entry.value, entry.not_applicable
        answer.justification, answer.revision, answer.by, answer.at = entry.justification.strip(), 1, by, at
    Answer.objects.bulk_update(answers, ["value", "not_applicable", "justification", "revision", "by", "at"])
    AnswerEvidence.objects.bulk_create(
        [AnswerEvidence(answer=a, document=d, by=by, at=at) for a in answers for d in codes[a.criterion].documents],
        ignore_conflicts=True,
    )
    refresh(assessment, at)
    remember(
        assessment,
        "answers_filled",
        f"a noté {len(answers)} critères ({assessment.title}).",
        by=by,
        at=at,
        facts={"answers": {e.criterion: "na" if e.not_applicable else e.value for e in entries}},
    )


@transaction.atomic
def attach(*, assessment: Assessment, criterion: str, document: Document, by: Person, at: datetime) -> Mapping[str, Given]:
    """Attach a document of the same file to a criterion; what the assessment then says. Attaching twice changes nothing.

    Raises:
        Refusal: when the assessment is closed, or the document is withdrawn or of another file.
    """
    asked = criterion_of(assessment, criterion)
    _same_file(assessment, (document,))
    lock(assessment)
    answer = Answer.objects.get(assessment=assessment, criterion=criterion)
    _, created = AnswerEvidence.objects.get_or_create(answer=answer, document=document, defaults={"by": by, "at": at})
    if not created:
        return queries.given(assessment)
    said = refresh(assessment, at)
    remember(
        assessment,
        "evidence_attached",
        f"a joint « {document.title} » au critère {asked.number} « {asked.title} » ({assessment.title}).",
        by=by,
        at=at,
        facts={"criterion": criterion, "document": document.pk},
    )
    return said


@transaction.atomic
def detach(*, assessment: Assessment, criterion: str, document: Document, by: Person, at: datetime) -> Mapping[str, Given]:
    """Detach a document from a criterion; it stays among the documents of the file. Detaching twice changes nothing.

    Raises:
        Refusal: when the assessment is closed.
    """
    asked = criterion_of(assessment, criterion)
    lock(assessment)
    removed, _ = AnswerEvidence.objects.filter(
        answer__assessment=assessment, answer__criterion=criterion, document=document
    ).delete()
    if not removed:
        return queries.given(assessment)
    said = refresh(assessment, at)
    remember(
        assessment,
        "evidence_detached",
        f"a retiré « {document.title} » du critère {asked.number} « {asked.title} » ({assessment.title}).",
        by=by,
        at=at,
        facts={"criterion": criterion, "document": document.pk},
    )
    return said


def _same_file(assessment: Assessment, documents: Collection[Document]) -> None:
    for document in documents:
        if document.landlord_id != assessment.landlord_id:
            raise Refusal(no("frameworks.other_file", f"« {document.title} » n’est pas une pièce de ce dossier."))
        if document.withdrawn_at:
            raise Refusal(no("frameworks.withdrawn_piece", f"« {document.title} » est retiré : joignez une autre pièce."))
