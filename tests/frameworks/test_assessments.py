"""An assessment starts once, finishes when complete, is released when it was held, and is carried over with a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.frameworks import queries
from palier.frameworks.models import Answer, Assessment, FrameworkVersion
from palier.frameworks.operations import (
    Entry,
    attach,
    carry_over,
    entrust,
    fill,
    finish,
    import_version,
    release,
    reopen,
    save_answer,
    start,
)
from palier.ledger.models import Entry as LedgerEntry
from palier.ledger.rules import Audience
from palier.outbox.models import Message
from palier.verdict import Refusal
from tests.fixtures import NOON
from tests.frameworks.samples import SMALL

pytestmark = pytest.mark.django_db
Keep = Callable[..., Document]
LEAD, AUDITOR = frozenset({Role.QUALITY_LEAD}), frozenset({Role.AUDITOR})


def everything(piece: Document) -> list[Entry]:
    return [
        Entry("control", 4, justification="Vu.", documents=(piece,)),
        Entry("sharing", 2, justification="Peu."),
        Entry("waste", not_applicable=True, justification="Sans."),
        Entry("phone", 3, justification="Bien."),
        Entry("desk", 4),
    ]


@pytest.fixture
def complete(assessment: Assessment, landlord: Landlord, lead: Person, keep: Keep, at: datetime) -> Assessment:
    fill(assessment=assessment, entries=everything(keep(landlord)), by=lead, at=at)
    return assessment


@pytest.fixture
def held(held_version: FrameworkVersion, landlord: Landlord, lead: Person, keep: Keep, at: datetime) -> Assessment:
    found = start(version=held_version, landlord=landlord, subject=("landlord", landlord.pk, landlord.name), by=lead, at=at)
    fill(assessment=found, entries=everything(keep(landlord, audience=Audience.AUDIT)), by=lead, at=at)
    return found


def test_a_subject_is_assessed_once_at_a_time(assessment: Assessment, landlord: Landlord, lead: Person, at: datetime) -> None:
    subject = ("landlord", landlord.pk, landlord.name)
    with pytest.raises(Refusal) as refusal:
        start(version=assessment.version, landlord=landlord, subject=subject, by=lead, at=at)
    assert refusal.value.verdict.reasons[0].remedy is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(
            version=assessment.version,
            landlord=landlord,
            subject_kind="landlord",
            subject_id=landlord.pk,
            subject_label="x",
            title="x",
            total=5,
            started_at=at,
        )
    start(version=assessment.version, landlord=landlord, subject=("residence", 1, "Les Glycines"), by=lead, at=at)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "finished"},
        {"status": "other"},
        {"rated": 6},
        {"complete": 1},
        {"score": Decimal("1.1")},
        {"released_at": NOON},
        {"finished_at": NOON},
    ],
)
def test_the_database_refuses_an_impossible_assessment(assessment: Assessment, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(**change)


def test_it_finishes_only_when_complete_and_then_no_longer_changes(
    assessment: Assessment, landlord: Landlord, lead: Person, colleague: Person, keep: Keep, at: datetime
) -> None:
    with pytest.raises(Refusal) as refusal:
        finish(assessment=assessment, by=lead, at=at)
    assert [r.sentence for r in refusal.value.verdict.reasons] == [
        "Thème 1, Propreté : 3 critères à noter.",
        "Thème 2, Accueil : 2 critères à noter.",
    ]
    fill(assessment=assessment, entries=everything(keep(landlord)), by=lead, at=at)
    finish(assessment=assessment, by=lead, at=at)
    assert Message.objects.filter(event="frameworks.assessment_finished", person_id=colleague.pk).count() == 1
    for late in (
        lambda: save_answer(assessment=assessment, criterion="desk", revision=1, value=1, by=lead, at=at),
        lambda: finish(assessment=assessment, by=lead, at=at),
        lambda: attach(assessment=assessment, criterion="desk", document=keep(landlord), by=lead, at=at),
    ):
        with pytest.raises(Refusal, match="ne change plus"):
            late()
    with pytest.raises(DatabaseError, match="closed"), transaction.atomic():
        Answer.objects.filter(assessment=assessment, criterion="desk").update(value=1, revision=2)


def test_a_closed_assessment_refuses_a_save_begun_before(complete: Assessment, lead: Person, at: datetime) -> None:
    before = queries.of_landlord(landlord=complete.landlord).get(pk=complete.pk)
    finish(assessment=complete, by=lead, at=at)
    with pytest.raises(Refusal, match="ne change plus"):
        save_answer(assessment=before, criterion="desk", revision=1, value=1, by=lead, at=at)


def test_it_is_reopened_for_a_reason(
    complete: Assessment, lead: Person, make_person: Callable[..., Person], at: datetime
) -> None:
    make_person(Role.QUALITY_LEAD, complete.landlord)
    with pytest.raises(Refusal):
        reopen(assessment=complete, because="trop tôt", by=lead, at=at)
    finish(assessment=complete, by=lead, at=at)
    assert Message.objects.filter(event="frameworks.assessment_finished", state="waiting").exists()
    with pytest.raises(Refusal, match="pourquoi"):
        reopen(assessment=complete, because=" ", by=lead, at=at)
    reopen(assessment=complete, because="une preuve manquait", by=lead, at=at)
    assert not Message.objects.filter(event="frameworks.assessment_finished", state="waiting").exists()
    save_answer(assessment=complete, criterion="desk", revision=1, value=1, by=lead, at=at)


def test_what_is_held_back_is_read_by_the_landlord_once_released(held: Assessment, lead: Person, at: datetime) -> None:
    def read_by(roles: frozenset[Role]) -> list[Assessment]:
        return list(queries.assessments(landlord=held.landlord, roles=roles))

    assert read_by(AUDITOR) == [held]
    for role in (Role.QUALITY_LEAD, Role.DIRECTOR, Role.TENANT_REPRESENTATIVE, Role.COMMITTEE_MEMBER):
        assert read_by(frozenset({role})) == []
    with pytest.raises(Refusal, match="pas terminée"):
        release(assessment=held, by=lead, at=at)
    finish(assessment=held, by=lead, at=at)
    assert set(LedgerEntry.objects.filter(subject_kind="frameworks.assessment").values_list("audience", flat=True)) == {"audit"}
    assert not Message.objects.filter(event="frameworks.assessment_finished")
    for _ in range(2):
        release(assessment=held, by=lead, at=at)
    assert LedgerEntry.objects.filter(act="frameworks.assessment_released", audience="file").count() == 1
    assert read_by(LEAD) == read_by(frozenset({Role.TENANT_REPRESENTATIVE})) == [held]
    assert read_by(frozenset({Role.CONTRIBUTOR})) == []
    assert Document.objects.get().audience == Audience.FILE
    with pytest.raises(Refusal, match="ne se rouvre pas"):
        reopen(assessment=held, because="non", by=lead, at=at)


def test_it_is_entrusted_to_somebody_of_the_team(
    assessment: Assessment, landlord: Landlord, lead: Person, make_person: Callable[..., Person], at: datetime
) -> None:
    guardian = make_person(Role.CONTRIBUTOR, landlord)
    entrust(assessment=assessment, person=guardian, by=lead, at=at)
    assert Assessment.objects.get(pk=assessment.pk).entrusted_to == guardian
    entrust(assessment=assessment, person=None, by=lead, at=at)
    assert Assessment.objects.get(pk=assessment.pk).entrusted_to is None
    with pytest.raises(Refusal, match="pas de l’équipe"):
        entrust(assessment=assessment, person=make_person(), by=lead, at=at)


SECOND = (
    SMALL.replace("title: Partage", "title: Partage des résultats")
    .replace("- {code: desk, title: Guichet, justification: never}", "- {code: online, title: En ligne}")
    .replace("{code: phone, title: Téléphone,", "{code: phone, title: Téléphone, scale: two,")
    .replace(
        "themes:",
        "  two:\n    direction: higher_is_better\n    levels: [{value: 0, label: Non}, {value: 1, label: Oui}]\nthemes:",
    )
)


def test_it_is_carried_over_with_every_answer_that_still_holds(complete: Assessment, lead: Person, at: datetime) -> None:
    later = at + timedelta(days=30)
    second = import_version(text=SECOND, by=lead, at=later, effective_from=date(2026, 4, 1))
    carried = carry_over(assessment=complete, version=second, by=lead, at=later)
    assert carried.carried_from == complete
    assert Assessment.objects.get(pk=complete.pk).status == "superseded"
    answers = queries.answers(carried)
    assert (answers["control"].value, answers["control"].justification, answers["control"].at) == (4, "Vu.", at)
    assert answers["control"].by == lead
    assert (answers["sharing"].value, answers["sharing"].revision) == (2, 1)
    assert answers["waste"].not_applicable
    assert (answers["phone"].value, answers["phone"].justification) == (None, "Bien.")
    assert answers["online"].revision == 0
    assert "desk" not in answers
    assert len(queries.evidence(carried)["control"]) == 1
    assert queries.drift() == []
    assert (carried.rated, carried.complete, carried.total) == (3, 3, 5)
    with pytest.raises(Refusal, match="plus récente"):
        carry_over(assessment=complete, version=second, by=lead, at=later)
    with pytest.raises(Refusal, match="plus récente"):
        carry_over(assessment=carried, version=complete.version, by=lead, at=later)
    assert queries.latest_by_subject(landlord=complete.landlord, code="small", kind="landlord") == {
        complete.landlord_id: carried
    }


def test_renamed_and_merged_criteria_lose_no_word_and_no_evidence(
    complete: Assessment, keep: Keep, lead: Person, at: datetime
) -> None:
    piece = queries.evidence(complete)["control"][0].document
    attach(assessment=complete, criterion="sharing", document=piece, by=lead, at=at)
    other = keep(complete.landlord, title="Affiche")
    attach(assessment=complete, criterion="sharing", document=other, by=lead, at=at)
    text = (
        SMALL.replace("{code: phone, title", "{code: call, replaces: [phone], title")
        .replace("      - {code: sharing, title: Partage, justification: always}\n", "")
        .replace("{code: control,", "{code: control, replaces: [sharing],")
    )
    second = import_version(text=text, by=lead, at=at, effective_from=date(2026, 1, 1))
    carried = carry_over(assessment=complete, version=second, by=lead, at=at)
    before, after = queries.answers(complete), queries.answers(carried)
    assert (after["call"].value, after["call"].justification) == (before["phone"].value, "Bien.")
    assert after["control"].value is None
    assert after["control"].justification == f"{before['control'].justification}\n\n{before['sharing'].justification}"
    assert [row.document for row in queries.evidence(carried)["control"]] == [piece, other]
    assert queries.drift() == []


def test_a_finished_assessment_stays_as_it_is_when_carried_over(complete: Assessment, lead: Person, at: datetime) -> None:
    finish(assessment=complete, by=lead, at=at)
    second = import_version(text=SECOND, by=lead, at=at, effective_from=date(2026, 4, 1))
    carry_over(assessment=complete, version=second, by=lead, at=at)
    assert Assessment.objects.get(pk=complete.pk).status == "finished"


def test_a_list_costs_the_same_with_one_and_with_thirty(
    version: FrameworkVersion, assessment: Assessment, landlord: Landlord, lead: Person, at: datetime
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            for found in queries.assessments(landlord=landlord, roles=LEAD):
                queries.progress(found)
                assert found.version.framework.purpose
        return len(seen)

    one = cost()
    for n in range(29):
        start(version=version, landlord=landlord, subject=("residence", n, f"Résidence {n}"), by=lead, at=at)
    assert cost() == one == 1


def test_another_landlords_assessments_are_not_there(assessment: Assessment, make_landlord: Callable[..., Landlord]) -> None:
    assert not queries.assessments(landlord=make_landlord(), roles=frozenset(Role))
