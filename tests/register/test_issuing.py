"""Certificates follow decisions, once each, and never change; so does the right to use the mark."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model

from palier.label.models import Journey
from palier.label.operations import lapse_due
from palier.ledger.models import Entry
from palier.ledger.rules import sha256_of
from palier.outbox.models import Message
from palier.plans.rules.conditions import Asked
from palier.register import operations, queries
from palier.register.models import Authority, Certificate, Event, Licence, SealedFile
from palier.register.operations.sealing import seal_due
from palier.register.rules.certificates import Validity, meant, spelled
from palier.register.rules.history import Standing
from palier.verdict import Refusal
from tests.register.conftest import Scene

pytestmark = pytest.mark.django_db


def test_an_award_gives_one_certificate_however_often_one_catches_up(scene: Scene) -> None:
    journey = scene.award("Aubeclaire")
    assert operations.catch_up(at=scene.at) == 0
    one = Certificate.objects.get()
    assert (one.number, one.valid_from, one.valid_until) == ("PAL-2026-0001", date(2026, 3, 10), date(2027, 9, 9))
    assert one.digest == sha256_of(one.content)
    assert Licence.objects.get().journey == journey
    line = Entry.objects.get(act="register.certificate_issued")
    assert line.content["facts"]["sha256"] == one.digest
    assert Message.objects.filter(event="register.right_changed").count() == 1
    with pytest.raises(Refusal, match="déjà émis"):
        operations.issue(decision=one.decision, at=scene.at)


def test_a_decision_that_gives_no_label_gives_no_certificate(scene: Scene) -> None:
    decision = scene.decide(scene.journey(), "award_deferred", "decision_award", reasons="Preuves à compléter.")
    assert operations.catch_up(at=scene.at) == 0
    with pytest.raises(Refusal, match="ne donne pas"):
        operations.issue(decision=decision, at=scene.at)


def test_a_certificate_says_the_label_and_nothing_of_the_file(scene: Scene) -> None:
    journey = scene.journey("Aubeclaire")
    scene.decide(
        journey,
        "label_awarded",
        "decision_award",
        reasons="CANARI-MOTIFS",
        conditions=[Asked("CANARI-RÉSERVES", date(2099, 1, 1))],
    )
    operations.catch_up(at=scene.at)
    said = json.dumps(Certificate.objects.get().content, ensure_ascii=False)
    assert "CANARI" not in said
    assert "Aubeclaire" in said


def test_a_certificate_renewed_early_counts_from_its_day_and_the_former_to_its_own(scene: Scene) -> None:
    journey = scene.award()
    scene.decide(journey, "confirmed", "decision_confirmation", at=scene.later(500))
    operations.catch_up(at=scene.later(500))
    former = Certificate.objects.order_by("-pk")[0]
    Journey.objects.filter(pk=journey.pk).update(cycle=2)
    scene.decide(journey, "renewed", "decision_admissibility", at=scene.later(900))
    operations.catch_up(at=scene.later(900))
    renewed = Certificate.objects.order_by("-pk")[0]
    last, first = date(2029, 3, 9), date(2029, 3, 10)
    assert (former.valid_until, renewed.valid_from) == (last, first)
    for on, then in ((last, [Validity.VALID, Validity.FUTURE]), (first, [Validity.REPLACED, Validity.VALID])):
        assert [queries.answered(certificate=one, on=on).answer.validity for one in (former, renewed)] == then
        raised = queries.not_holding(on=on)
        assert (former.pk in raised, renewed.pk in raised) == (on == first, False)
    early = [queries.answered(certificate=one, on=scene.later(901).date()).answer.on for one in (former, renewed)]
    assert early == [last, first]


def test_a_confirmation_replaces_and_a_withdrawal_ends(scene: Scene) -> None:
    journey = scene.award()
    first = Certificate.objects.get()
    scene.decide(journey, "confirmed", "decision_confirmation", at=scene.later(500))
    operations.catch_up(at=scene.later(500))
    second = Certificate.objects.order_by("-pk")[0]
    assert (second.valid_from, second.valid_until) == (scene.later(500).date(), date(2029, 3, 9))
    on = scene.later(501).date()
    answer = queries.answered(certificate=first, on=on).answer
    assert (answer.validity, answer.replaced_by) == (Validity.REPLACED, second.number)
    assert queries.answered(certificate=second, on=on).answer.validity is Validity.VALID
    scene.decide(journey, "suspended", "confirmed", at=scene.later(600), reasons="Sites non traités.")
    assert queries.answered(certificate=second, on=scene.later(600).date()).answer.validity is Validity.SUSPENDED
    operations.catch_up(at=scene.later(600))
    assert Licence.objects.get().suspended_on == scene.later(600).date()
    scene.decide(journey, "suspension_lifted", at=scene.later(620))
    operations.catch_up(at=scene.later(620))
    assert [event.change for event in Event.objects.order_by("pk")] == ["suspended", "restored"]
    assert Licence.objects.get().suspended_on is None


def test_an_expiry_ends_the_right_and_the_letter_says_by_when_the_mark_leaves(scene: Scene) -> None:
    scene.award()
    found_on = scene.later(600)
    lapse_due(at=found_on)
    operations.catch_up(at=found_on)
    licence = Licence.objects.get()
    assert (licence.ended_on, licence.ended_because) == (date(2027, 9, 10), "expired")
    assert licence.remove_by == found_on.date() + timedelta(days=60)
    assert f"{licence.remove_by:%d/%m/%Y}" in Message.objects.filter(event="register.right_changed").order_by("-pk")[0].body


def test_the_register_shows_any_past_day(scene: Scene) -> None:
    scene.award("Aubeclaire")
    lapse_due(at=scene.later(600))
    assert queries.register(on=scene.later(-1).date()).lines == []
    day = queries.register(on=scene.at.date())
    assert (day.holding, day.lines[0].line.standing, day.lines[0].number) == (1, Standing.LABELLED, "PAL-2026-0001")
    gone = queries.register(on=scene.later(650).date())
    assert (gone.holding, gone.total, gone.lines[0].line.standing) == (0, 1, Standing.EXPIRED)


def test_what_is_issued_never_changes(scene: Scene) -> None:
    journey = scene.award()
    scene.decide(journey, "suspended", "labelled", reasons="Sites non traités.")
    operations.catch_up(at=scene.at)
    seal_due(at=scene.at)
    changes: dict[type[Model], dict[str, object]] = {
        Certificate: {"valid_until": date(2040, 1, 1)},
        Event: {"on": date(2030, 1, 1)},
        Authority: {"name": "X"},
        SealedFile: {"size": 1},
    }
    for model, changed in changes.items():
        rows = model._default_manager.all()
        assert rows.count() == 1
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            rows.update(**changed)
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            rows._raw_delete(rows.db)


@pytest.mark.parametrize(
    "wrong",
    [{"decision_id": None}, {"number": "same"}, {"code": "ILOU00000000"}, {"digest": "x"}, {"valid_until": date(2000, 1, 1)}],
)
def test_the_database_refuses_what_is_no_certificate(wrong: dict[str, object], scene: Scene) -> None:
    scene.award()
    one = Certificate.objects.get()
    other = scene.decide(scene.journey(), "label_awarded", "decision_award")
    given = {
        field.attname: getattr(one, field.attname) for field in Certificate._meta.concrete_fields if not field.primary_key
    } | {"decision_id": other.pk, "sequence": 2, "number": "PAL-2026-0002", "code": "0" * 12}
    if wrong == {"number": "same"}:
        wrong = {"number": one.number}
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(**given | wrong)
    Certificate.objects.create(**given)


def test_the_database_refuses_half_an_end_of_licence(scene: Scene) -> None:
    scene.award()
    for wrong in ({"ended_on": date(2027, 1, 1)}, {"ended_because": "expired"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Licence.objects.update(**wrong)


def test_a_code_is_read_as_people_type_it() -> None:
    assert spelled("7K3M9QPX2TAB") == "7K3M-9QPX-2TAB"
    assert meant(" 7k3m 9qpx-2tab ") == "7K3M9QPX2TAB"
    assert meant("OIL3-9QPX-2TAB") == "01139QPX2TAB"
    assert meant("7K3M-9QPX") == ""
    assert meant("7K3M-9QPX-2TAU") == ""
