"""Accreditations: granted, suspended, lifted, withdrawn, shown; never two on one day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from palier.audits import operations, queries
from palier.audits.models import Accreditation, Suspension
from palier.audits.rules.accreditation import Standing
from palier.audits.rules.missions import Side, State
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.label.rules.rulesets import Audit
from palier.outbox.models import Message
from palier.outbox.operations import deliver
from palier.outbox.rules import DELAY
from palier.verdict import Refusal
from tests.audits.scene import DAY, Scene
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
MARKS = {"listening": 4, "method": 3, "clarity": 4, "usefulness": 3}


def test_an_accreditation_is_for_an_auditor_of_the_firm(scene: Scene, make_person: Callable[..., Person]) -> None:
    with pytest.raises(Refusal, match="n’exerce pas l’audit"):
        operations.grant(
            person=make_person(), firm=scene.firm, starts_on=DAY, ends_on=DAY, scope=[Audit.HQS], by=scene.referent, at=NOON
        )


def test_two_accreditations_of_a_person_never_overlap(scene: Scene) -> None:
    later = {"person": scene.auditor, "firm": scene.firm, "scope": [Audit.HQS], "by": scene.referent, "at": NOON}
    with pytest.raises(Refusal, match="commencez le lendemain"):
        operations.grant(starts_on=date(2026, 12, 31), ends_on=date(2027, 12, 31), **later)
    operations.grant(starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31), **later)
    with pytest.raises(IntegrityError, match="accreditation_no_overlap"), transaction.atomic():
        Accreditation.objects.create(
            person=scene.auditor, firm=scene.firm, starts_on=DAY, ends_on=DAY, scope=["hqs"], granted_at=NOON
        )


def test_a_suspension_is_lifted_and_its_days_stay_suspended(scene: Scene) -> None:
    operations.suspend(accreditation=scene.accreditation, because="Enquête.", by=scene.referent, at=NOON)
    with pytest.raises(Refusal, match="ne s’applique pas"):
        operations.suspend(accreditation=scene.accreditation, because="Encore.", by=scene.referent, at=NOON)
    later = NOON + timedelta(days=10)
    operations.lift(accreditation=scene.accreditation, by=scene.referent, at=later)
    rule = queries.held_by(person=scene.auditor.pk, firm=scene.firm.pk)[0]
    assert rule.standing(DAY + timedelta(days=9)) is Standing.SUSPENDED
    assert rule.standing(DAY + timedelta(days=10)) is Standing.GRANTED


@pytest.mark.parametrize("told", [False, True], ids=["before the message leaves", "after"])
def test_a_suspension_lifted_the_same_day_is_over_at_once_and_stays_on_record(scene: Scene, told: bool) -> None:
    operations.suspend(accreditation=scene.accreditation, because="Enquête.", by=scene.referent, at=NOON)
    sent = NOON + DELAY if told else NOON
    deliver(at=sent, send=lambda *_: None)
    operations.lift(accreditation=scene.accreditation, by=scene.referent, at=sent)
    assert queries.held_by(person=scene.auditor.pk, firm=scene.firm.pk)[0].standing(DAY) is Standing.GRANTED
    assert queries.auditors_for(audit=Audit.HQS, on=DAY).get() == scene.accreditation
    assert scene.accreditation.suspensions.get().because == "Enquête."
    with pytest.raises(Refusal, match="ne s’applique pas"):
        operations.lift(accreditation=scene.accreditation, by=scene.referent, at=sent)
    deliver(at=sent + DELAY, send=lambda *_: None)
    left = Message.objects.filter(person_id=scene.auditor.pk, state="sent", subject__contains="spen")
    assert list(left.order_by("pk").values_list("subject", flat=True)) == (
        ["Votre agrément est suspendu", "La suspension de votre agrément est levée"] if told else []
    )


def test_a_suspension_that_was_to_end_today_is_lifted_too(scene: Scene) -> None:
    operations.suspend(accreditation=scene.accreditation, because="Enquête.", by=scene.referent, at=NOON)
    scene.accreditation.suspensions.update(ends_on=DAY)
    operations.lift(accreditation=scene.accreditation, by=scene.referent, at=NOON)
    assert queries.held_by(person=scene.auditor.pk, firm=scene.firm.pk)[0].standing(DAY) is Standing.GRANTED


@pytest.mark.parametrize(
    "wrong", ["ends_on = starts_on - 1", "scope = '{}'", "withdrawn_on = starts_on", "withdrawn_because = 'x'"]
)
def test_an_accreditation_holds_together_around_python(wrong: str, scene: Scene) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audits_accreditation SET {wrong}")


def test_two_open_suspensions_do_not_fit(scene: Scene) -> None:
    operations.suspend(accreditation=scene.accreditation, because="Enquête.", by=scene.referent, at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suspension.objects.create(accreditation=scene.accreditation, starts_on=DAY + timedelta(days=3), because="x", at=NOON)


def test_the_register_says_the_same_as_the_rule(scene: Scene) -> None:
    days = [date(2024, 12, 31), DAY, date(2027, 1, 1)]
    rule = queries.held_by(person=scene.auditor.pk, firm=scene.firm.pk)[0]
    assert [queries.register(on=day).get().standing for day in days] == [rule.standing(day) for day in days]
    operations.suspend(accreditation=scene.accreditation, because="Enquête.", by=scene.referent, at=NOON)
    assert queries.register(on=DAY).get().standing == Standing.SUSPENDED
    assert not queries.auditors_for(audit=Audit.HQS, on=DAY).exists()
    operations.withdraw(accreditation=scene.accreditation, because="Retrait voté.", by=scene.referent, at=NOON)
    assert queries.register(on=DAY).get().standing == Standing.WITHDRAWN


def test_a_renewal_granted_ahead_leaves_the_accreditation_in_force(scene: Scene) -> None:
    renewed = operations.grant(
        person=scene.auditor,
        firm=scene.firm,
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
        scope=[Audit.HQS],
        by=scene.referent,
        at=NOON,
    )
    assert queries.auditors_for(audit=Audit.HQS, on=DAY).get() == scene.accreditation
    assert queries.auditors_for(audit=Audit.HQS, on=date(2027, 1, 1)).get() == renewed
    assert queries.register(on=date(2024, 12, 31)).get() == scene.accreditation


def test_the_register_costs_the_same_with_1_and_30_auditors(scene: Scene, make_person: Callable[..., Person]) -> None:
    counts = []
    for number in (1, 30):
        while Accreditation.objects.count() < number:
            operations.grant(
                person=make_person(Role.AUDITOR, scene.firm),
                firm=scene.firm,
                starts_on=DAY,
                ends_on=DAY,
                scope=[Audit.HQS],
                by=scene.referent,
                at=NOON,
            )
        with CaptureQueriesContext(connection) as seen:
            assert len([(one.person.name, one.firm.name, one.missions_approved) for one in queries.register(on=DAY)]) == number
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_feedback_is_given_once_a_side_once_the_report_is_approved(scene: Scene) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    with pytest.raises(Refusal, match="une fois le rapport approuvé"):
        operations.give_feedback(mission=mission, side=Side.LANDLORD, marks=MARKS, text="", by=scene.lead, at=NOON)
    scene.approve(mission)
    operations.give_feedback(mission=mission, side=Side.LANDLORD, marks=MARKS, text="Précis.", by=scene.lead, at=NOON)
    operations.give_feedback(mission=mission, side=Side.SCHEME, marks=MARKS, text="", by=scene.referent, at=NOON)
    with pytest.raises(Refusal, match="déjà donné"):
        operations.give_feedback(mission=mission, side=Side.LANDLORD, marks=MARKS, text="", by=scene.director, at=NOON)
    assert len(queries.feedback_on(people=[scene.auditor.pk])[scene.auditor.pk]) == 2
