"""A journey moves only by the table: with the tenants, by the right person, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.label import operations, queries
from palier.label.models import Journey, Passage, RuleSetVersion
from palier.label.rules.stages import Stage
from palier.ledger.queries import verify
from palier.outbox.models import Message, State
from palier.verdict import Conflict, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Habitat des Coteaux")


@pytest.fixture
def director(make_person: Callable[..., Person], landlord: Landlord) -> Person:
    return make_person(Role.DIRECTOR, landlord, "Mme D.")


@pytest.fixture
def journey(landlord: Landlord, rules: RuleSetVersion, director: Person, at: datetime) -> Journey:
    return operations.open_journey(landlord=landlord, rules=rules, by=director, at=at)


def put(journey: Journey, stage: Stage, **more: object) -> Journey:
    """Place a journey somewhere on its way, as if it had climbed there."""
    Journey.objects.filter(pk=journey.pk).update(stage=stage, **more)
    journey.refresh_from_db()
    return journey


def test_a_journey_opens_at_engagement_with_its_deadline(journey: Journey, at: datetime) -> None:
    assert journey.stage == Stage.ENGAGEMENT
    assert journey.due_on == at.date() + timedelta(days=60)
    assert Message.objects.filter(event="label.your_turn", state=State.WAITING).count() == 1


def test_a_landlord_has_one_open_journey(journey: Journey, rules: RuleSetVersion, director: Person, at: datetime) -> None:
    with pytest.raises(Refusal, match="déjà ouvert"):
        operations.open_journey(landlord=journey.landlord, rules=rules, by=director, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Journey.objects.create(landlord=journey.landlord, rules=rules, entered_on=at.date(), opened_at=at)


def test_nobody_passes_without_the_pieces_and_the_tenants(journey: Journey, director: Person, at: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        operations.advance(journey=journey, act="engage", by=director, at=at)
    codes = [reason.code for reason in refused.value.verdict.reasons]
    assert codes.count("label.piece_missing") == 3
    assert "consultation.not_opened" in codes
    journey.refresh_from_db()
    assert journey.stage == Stage.ENGAGEMENT


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DIRECTOR}))
def test_a_step_belongs_to_its_roles_the_administrator_included(
    role: Role,
    journey: Journey,
    landlord: Landlord,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    at: datetime,
) -> None:
    home = landlord if role in (Role.QUALITY_LEAD, Role.CONTRIBUTOR) else make_organisation(Kind.LABEL_OWNER)
    person = make_person()
    person.memberships.create(organisation=home, role=role, starts_on=at.date())
    with pytest.raises(Refusal, match="revient à"):
        operations.advance(journey=journey, act="engage", by=person, at=at)


def test_a_person_alone_never_decides_for_the_committee(
    journey: Journey, make_person: Callable[..., Person], make_organisation: Callable[..., Organisation], at: datetime
) -> None:
    referent = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))
    put(journey, Stage.DECISION_AWARD)
    with pytest.raises(Refusal, match="revient au comité"):
        operations.advance(journey=journey, act="award_label", by=referent, at=at)


def test_of_two_stale_steps_the_second_is_a_conflict(journey: Journey, director: Person, at: datetime) -> None:
    stale = Journey.objects.get(pk=journey.pk)
    operations.advance(journey=journey, act="resign", by=director, at=at, note="Essai")
    with pytest.raises(Conflict):
        operations.advance(journey=stale, act="resign", by=director, at=at, note="Essai")
    assert Passage.objects.filter(journey=journey, act="resign").count() == 1


def test_a_passage_and_published_rules_never_change(journey: Journey, rules: RuleSetVersion) -> None:
    for attempt in (
        lambda: Passage.objects.update(act="forged"),
        lambda: Passage.objects.all().delete(),
        lambda: RuleSetVersion.objects.filter(pk=rules.pk).update(title="forged"),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            attempt()


@pytest.mark.parametrize(
    "broken",
    [
        {"closed_at": datetime(2026, 1, 1).astimezone()},
        {"stage": Stage.EXPIRED},
        {"label_from": date(2026, 1, 1)},
        {"suspended_on": date(2026, 1, 1)},
        {"returns_to": Stage.LABELLED},
    ],
    ids=str,
)
def test_the_database_refuses_a_journey_that_makes_no_sense(journey: Journey, broken: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Journey.objects.filter(pk=journey.pk).update(**broken)


def test_a_label_ends_on_its_last_day_by_the_clock_alone(journey: Journey, at: datetime) -> None:
    put(journey, Stage.LABELLED, label_from=at.date() - timedelta(days=500), label_until=at.date(), due_on=at.date())
    assert operations.lapse_due(at=at).expired == 0
    next_day = at + timedelta(days=1)
    assert operations.lapse_due(at=next_day).expired == 1
    assert operations.lapse_due(at=next_day).expired == 0
    journey.refresh_from_db()
    assert journey.stage == Stage.EXPIRED
    assert verify()[1] is None


def test_the_rules_remind_once_for_each_delay(journey: Journey, at: datetime) -> None:
    assert journey.due_on is not None
    for days, sent in ((60, 0), (30, 1), (29, 0), (7, 1), (6, 0), (0, 0)):
        assert operations.lapse_due(at=at + timedelta(days=60 - days)).reminded == sent, days


def test_a_merger_closes_the_journey_and_says_who_takes_over(
    journey: Journey,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    at: datetime,
) -> None:
    referent = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))
    into = make_landlord("Grand Coteau Habitat")
    operations.merge(journey=journey, into=into, by=referent, at=at)
    landlord = Landlord.objects.get(pk=journey.landlord_id)
    assert landlord.merged_into == into
    with pytest.raises(Refusal, match="fusionné"):
        operations.open_journey(landlord=landlord, rules=journey.rules, by=referent, at=at)


def test_a_new_version_of_the_rules_leaves_a_running_journey_alone(
    journey: Journey, rules: RuleSetVersion, director: Person, at: datetime
) -> None:
    data = {**rules.data, "grants": [36]}
    draft = operations.draft_rule_set(data=data, effective_from=at.date(), by=director, at=at)
    operations.publish_rule_set(draft=draft, by=director, at=at)
    journey.refresh_from_db()
    assert journey.rules_id == rules.pk
    assert queries.rule_set_on(on=at.date(), code="eighteen_eighteen") == draft


def test_rules_that_would_lift_the_tenants_gate_are_refused(rules: RuleSetVersion, director: Person, at: datetime) -> None:
    with pytest.raises(Refusal, match="ne peut pas être levé"):
        operations.draft_rule_set(data={**rules.data, "guards_off": ["gate"]}, effective_from=at.date(), by=director, at=at)
