"""An answer is kept with its history, a stale one is refused with both texts, and the stored score never drifts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Person
from palier.documents.models import Document
from palier.documents.operations import withdraw
from palier.frameworks import queries
from palier.frameworks.models import Answer, AnswerEvidence, AnswerRevision, Assessment, FrameworkVersion
from palier.frameworks.operations import Entry, Theirs, attach, detach, fill, save_answer, start
from palier.frameworks.rules.grid import Given
from palier.ledger.models import Entry as LedgerEntry
from palier.verdict import Conflict, Refusal

pytestmark = pytest.mark.django_db
Keep = Callable[..., Document]


def test_a_save_keeps_the_answer_the_progress_the_score_and_a_line(assessment: Assessment, lead: Person, at: datetime) -> None:
    saved = save_answer(assessment=assessment, criterion="waste", revision=0, value=3, justification=" Bien. ", by=lead, at=at)
    assert saved.revision == 1
    assert saved.answers["waste"] == Given(3, justified=True)
    answer = queries.answers(assessment)["waste"]
    assert (answer.value, answer.justification, answer.by, answer.at) == (3, "Bien.", lead, at)
    stored = Assessment.objects.get(pk=assessment.pk)
    assert (stored.rated, stored.complete, stored.total, stored.score) == (1, 1, 5, Decimal("0.666667"))
    assert (stored.revision, stored.saved_at) == (1, at)
    entry = LedgerEntry.objects.order_by("-number")[0]
    assert entry.content is not None
    assert entry.content["summary"].startswith("a noté le critère 1.3 « Encombrants » : 3, satisfaisant (")
    assert queries.drift() == []


def test_every_past_text_is_kept_by_the_database_itself(assessment: Assessment, lead: Person, at: datetime) -> None:
    for revision, text in enumerate(["Un.", "Deux.", "Trois."]):
        save_answer(
            assessment=assessment,
            criterion="waste",
            revision=revision,
            value=revision + 1,
            justification=text,
            by=lead,
            at=at + timedelta(minutes=revision),
        )
    answer = queries.answers(assessment)["waste"]
    assert [(r.revision, r.value, r.justification, r.by) for r in queries.revisions(answer)] == [
        (2, 2, "Deux.", lead),
        (1, 1, "Un.", lead),
    ]
    for attempt in (
        lambda: AnswerRevision.objects.update(justification="autre"),
        lambda: AnswerRevision.objects.all().delete(),
        lambda: Answer.objects.filter(pk=answer.pk).update(justification="par derrière"),
        lambda: Answer.objects.filter(pk=answer.pk).update(revision=9),
        lambda: Answer.objects.filter(pk=answer.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_stale_save_is_refused_with_the_other_text(
    assessment: Assessment, lead: Person, colleague: Person, at: datetime
) -> None:
    save_answer(assessment=assessment, criterion="waste", revision=0, value=3, justification="Le sien.", by=colleague, at=at)
    lines = LedgerEntry.objects.count()
    with pytest.raises(Conflict) as conflict:
        save_answer(assessment=assessment, criterion="waste", revision=0, value=2, justification="Le mien.", by=lead, at=at)
    assert conflict.value.theirs == Theirs(3, False, "Le sien.", 1, "M. D.", at)
    assert "M. D. a enregistré la sienne" in conflict.value.verdict.sentence
    assert queries.answers(assessment)["waste"].justification == "Le sien."
    assert LedgerEntry.objects.count() == lines


def test_a_stale_save_of_one_s_own_other_window_is_not_said_to_be_somebody_else_s(
    assessment: Assessment, lead: Person, at: datetime
) -> None:
    save_answer(assessment=assessment, criterion="waste", revision=0, value=3, justification="L’un.", by=lead, at=at)
    with pytest.raises(Conflict) as conflict:
        save_answer(assessment=assessment, criterion="waste", revision=0, value=2, justification="L’autre.", by=lead, at=at)
    assert conflict.value.theirs == Theirs(3, False, "L’un.", 1, "", at)
    assert "Vous en avez enregistré une autre, dans une autre fenêtre." in conflict.value.verdict.sentence


def test_the_same_save_sent_twice_is_done_once(assessment: Assessment, lead: Person, at: datetime) -> None:
    for _ in range(2):
        saved = save_answer(assessment=assessment, criterion="waste", revision=0, value=3, by=lead, at=at)
        assert saved.revision == 1
    assert LedgerEntry.objects.filter(act="frameworks.answer_saved").count() == 1


@pytest.mark.parametrize("value", [None, 3])
def test_an_answer_left_as_it_was_writes_nothing(assessment: Assessment, lead: Person, at: datetime, value: int | None) -> None:
    assert save_answer(assessment=assessment, criterion="waste", revision=0, value=None, by=lead, at=at).revision == 0
    save_answer(assessment=assessment, criterion="waste", revision=0, value=value, justification="Un.", by=lead, at=at)
    later = at + timedelta(minutes=1)
    saved = save_answer(
        assessment=assessment, criterion="waste", revision=1, value=value, justification="Un. ", by=lead, at=later
    )
    assert (saved.revision, saved.at) == (1, at)
    assert LedgerEntry.objects.filter(act="frameworks.answer_saved").count() == 1
    assert (
        save_answer(assessment=assessment, criterion="waste", revision=1, value=4, justification="Un.", by=lead, at=later)
    ).revision == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": 9}, "frameworks.off_scale"),
        ({"criterion": "unknown"}, "frameworks.unknown_criterion"),
        ({"criterion": "phone", "value": None, "not_applicable": True}, "frameworks.na_refused"),
    ],
)
def test_an_impossible_answer_is_refused(
    assessment: Assessment, lead: Person, at: datetime, change: dict[str, object], code: str
) -> None:
    asked: dict[str, object] = {"criterion": "waste", "revision": 0, "value": 3, **change}
    with pytest.raises(Refusal) as refusal:
        save_answer(assessment=assessment, by=lead, at=at, **asked)  # type: ignore[arg-type]
    assert refusal.value.verdict.reasons[0].code == code


def test_evidence_completes_a_criterion_and_its_withdrawal_undoes_it(
    assessment: Assessment, landlord: Landlord, lead: Person, keep: Keep, at: datetime
) -> None:
    save_answer(assessment=assessment, criterion="control", revision=0, value=4, by=lead, at=at)
    assert queries.progress(assessment).complete == 0
    attach(assessment=assessment, criterion="control", document=keep(landlord, "report"), by=lead, at=at)
    assert queries.progress(assessment).complete == 0
    piece = keep(landlord, "procedure")
    for _ in range(2):
        said = attach(assessment=assessment, criterion="control", document=piece, by=lead, at=at)
        assert said["control"].kinds == {"report", "procedure"}
    assert queries.progress(Assessment.objects.get(pk=assessment.pk)).complete == 1
    assert LedgerEntry.objects.filter(act="frameworks.evidence_attached").count() == 2
    assert list(queries.using(piece)) == [assessment]
    for _ in range(2):
        detach(assessment=assessment, criterion="control", document=piece, by=lead, at=at)
    assert queries.progress(Assessment.objects.get(pk=assessment.pk)).complete == 0
    assert queries.drift() == []


def test_only_pieces_of_the_same_file_are_attached(
    assessment: Assessment, landlord: Landlord, make_landlord: Callable[..., Landlord], lead: Person, keep: Keep, at: datetime
) -> None:
    with pytest.raises(Refusal, match="pas une pièce de ce dossier"):
        attach(assessment=assessment, criterion="control", document=keep(make_landlord()), by=lead, at=at)
    gone = keep(landlord)
    withdraw(document=gone, because="erreur", by=lead, at=at)
    gone.refresh_from_db()
    with pytest.raises(Refusal, match="retiré"):
        attach(assessment=assessment, criterion="control", document=gone, by=lead, at=at)


def test_several_answers_are_kept_at_once_or_not_at_all(
    assessment: Assessment, landlord: Landlord, lead: Person, keep: Keep, at: datetime
) -> None:
    piece = keep(landlord)
    entries = [
        Entry("control", 4, documents=(piece,)),
        Entry("sharing", 2, justification="Rien."),
        Entry("waste", not_applicable=True, justification="Sans."),
        Entry("phone", 3),
        Entry("desk", 4),
    ]
    with pytest.raises(Refusal):
        fill(assessment=assessment, entries=[*entries[:2], Entry("phone", 7)], by=lead, at=at)
    assert not queries.answers(assessment)["control"].revision
    fill(assessment=assessment, entries=entries, by=lead, at=at)
    stored = Assessment.objects.get(pk=assessment.pk)
    assert (stored.rated, stored.complete) == (5, 5)
    assert LedgerEntry.objects.filter(act="frameworks.answers_filled").count() == 1
    assert queries.drift() == []
    with pytest.raises(Refusal, match="déjà une réponse"):
        fill(assessment=assessment, entries=[Entry("desk", 1)], by=lead, at=at)


def test_a_stored_score_that_was_touched_is_found(assessment: Assessment, lead: Person, at: datetime) -> None:
    save_answer(assessment=assessment, criterion="waste", revision=0, value=3, by=lead, at=at)
    Assessment.objects.filter(pk=assessment.pk).update(score=Decimal("0.9"))
    (fault,) = queries.drift()
    assert (fault.assessment, fault.stored[3], fault.computed[3]) == (assessment.pk, Decimal("0.900000"), Decimal("0.666667"))


@pytest.mark.parametrize(
    "change",
    [
        {"value": 3, "not_applicable": True, "revision": 1, "at": datetime(2026, 3, 10, tzinfo=UTC)},
        {"value": 3, "revision": 1},
        {"revision": 1},
        {"value": 3},
    ],
)
def test_the_database_refuses_an_impossible_answer(assessment: Assessment, change: dict[str, object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Answer.objects.filter(assessment=assessment, criterion="waste").update(**change)


def test_a_criterion_is_answered_once_in_the_database(assessment: Assessment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(assessment=assessment, criterion="desk")


def test_a_piece_is_attached_once_in_the_database(assessment: Assessment, landlord: Landlord, keep: Keep, at: datetime) -> None:
    answer, piece = queries.answers(assessment)["control"], keep(landlord)
    AnswerEvidence.objects.create(answer=answer, document=piece, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnswerEvidence.objects.create(answer=answer, document=piece, at=at)
    with pytest.raises(DatabaseError, match="never moved"), transaction.atomic():
        AnswerEvidence.objects.update(at=at + timedelta(days=1))


def test_a_save_costs_the_same_however_many_assessments_there_are(
    version: FrameworkVersion, assessment: Assessment, landlord: Landlord, lead: Person, at: datetime
) -> None:
    queries.framework(assessment.version)

    def cost(revision: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            save_answer(assessment=assessment, criterion="waste", revision=revision, value=3 + revision, by=lead, at=at)
        return len(seen)

    alone = cost(0)
    for n in range(30):
        start(version=version, landlord=landlord, subject=("residence", n, f"Résidence {n}"), by=lead, at=at)
    assert cost(1) == alone == 6
