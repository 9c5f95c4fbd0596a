"""What the committee decides moves the journey, says why, and never changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from palier.committee.models import Decision
from palier.committee.rules.outcomes import DECIDED_ACTS, ON_JOURNEYS, OUTCOMES, Outcome, possible
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.label import operations
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.outbox.models import Message
from palier.verdict import Refusal
from tests.committee.by_hand import by_hand

pytestmark = pytest.mark.django_db


def test_every_step_of_the_committee_has_an_outcome_and_no_other() -> None:
    assert {OUTCOMES[outcome].act for outcome in ON_JOURNEYS} == DECIDED_ACTS
    assert set(OUTCOMES) == set(Outcome)


def test_an_award_counts_from_the_day_of_the_session(
    at_the_committee: Callable[..., Journey], referent: Person, at: datetime
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    decision = by_hand(journey=journey, outcome=Outcome.LABEL_AWARDED, decided_on=date(2026, 3, 5), by=referent, at=at)
    journey.refresh_from_db()
    assert journey.stage == Stage.LABELLED
    assert (journey.label_from, journey.label_until) == (date(2026, 3, 5), date(2027, 9, 4))
    assert decision.passage.label_until == date(2027, 9, 4)
    assert Message.objects.filter(event="label.decided", landlord_id=journey.landlord_id).count() == 1


def test_a_confirmation_carries_the_label_to_three_years(
    at_the_committee: Callable[..., Journey], referent: Person, at: datetime
) -> None:
    journey = at_the_committee(Stage.DECISION_CONFIRMATION, label_from=date(2024, 10, 1), label_until=date(2026, 3, 31))
    by_hand(journey=journey, outcome=Outcome.CONFIRMED, decided_on=at.date(), by=referent, at=at)
    journey.refresh_from_db()
    assert (journey.stage, journey.label_until) == (Stage.CONFIRMED, date(2027, 9, 30))


def test_a_renewal_follows_the_label_before_it_without_a_gap(
    at_the_committee: Callable[..., Journey], referent: Person, at: datetime
) -> None:
    journey = at_the_committee(
        Stage.DECISION_ADMISSIBILITY, "one_year_then_three", cycle=2, label_from=date(2023, 6, 1), label_until=date(2026, 5, 31)
    )
    with pytest.raises(Refusal, match="renouvellement"):
        by_hand(journey=journey, outcome=Outcome.ADMISSIBLE, decided_on=at.date(), by=referent, at=at)
    by_hand(journey=journey, outcome=Outcome.RENEWED, decided_on=at.date(), by=referent, at=at)
    journey.refresh_from_db()
    assert (journey.label_from, journey.label_until) == (date(2026, 6, 1), date(2029, 5, 31))


def test_a_suspension_keeps_the_stage_and_is_lifted(
    at_the_committee: Callable[..., Journey], referent: Person, at: datetime
) -> None:
    journey = at_the_committee(Stage.LABELLED, label_from=date(2025, 10, 1), label_until=date(2027, 3, 31))
    by_hand(journey=journey, outcome=Outcome.SUSPENDED, decided_on=at.date(), reasons="Sites abandonnés.", by=referent, at=at)
    journey.refresh_from_db()
    assert (journey.stage, journey.suspended_on) == (Stage.LABELLED, at.date())
    by_hand(journey=journey, outcome=Outcome.SUSPENSION_LIFTED, decided_on=at.date(), by=referent, at=at)
    journey.refresh_from_db()
    assert journey.suspended_on is None


def test_withdrawal_waits_for_the_landlord_s_word_then_ends_the_journey(
    at_the_committee: Callable[..., Journey], referent: Person, make_person: Callable[..., Person], at: datetime
) -> None:
    journey = at_the_committee(Stage.LABELLED, label_from=date(2025, 10, 1), label_until=date(2027, 3, 31))
    journey = operations.advance(journey=journey, act="open_withdrawal", by=referent, at=at, note="Sites abandonnés.")
    assert (journey.stage, journey.returns_to) == (Stage.HEARING, Stage.LABELLED)
    with pytest.raises(Refusal, match="observations"):
        by_hand(journey=journey, outcome=Outcome.WITHDRAWN, decided_on=at.date(), reasons="Motif", by=referent, at=at)
    director = make_person(Role.DIRECTOR, journey.landlord)
    operations.present_observations(journey=journey, text="Nous avons repris les sites.", by=director, at=at)
    later = at + timedelta(days=2)
    by_hand(journey=journey, outcome=Outcome.WITHDRAWN, decided_on=later.date(), reasons="Motif", by=referent, at=later)
    journey.refresh_from_db()
    assert journey.stage == Stage.WITHDRAWN
    assert journey.closed_at == later


def test_a_label_maintained_goes_back_where_the_procedure_began(
    at_the_committee: Callable[..., Journey], referent: Person, at: datetime
) -> None:
    journey = at_the_committee(
        Stage.CONFIRMED, label_from=date(2024, 10, 1), label_until=date(2027, 9, 30), due_on=date(2027, 9, 30)
    )
    journey = operations.advance(journey=journey, act="open_withdrawal", by=referent, at=at, note="Signalement.")
    later = at + timedelta(days=40)
    by_hand(
        journey=journey, outcome=Outcome.MAINTAINED, decided_on=later.date(), reasons="Rien d’établi.", by=referent, at=later
    )
    journey.refresh_from_db()
    assert (journey.stage, journey.returns_to, journey.due_on) == (Stage.CONFIRMED, "", date(2027, 9, 30))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.AWARD_REFUSED, "motifs"),
        (Outcome.CONFIRMED, "n’est pas possible"),
    ],
)
def test_a_decision_that_does_not_stand_writes_nothing(
    outcome: Outcome, said: str, at_the_committee: Callable[..., Journey], referent: Person, at: datetime
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    with pytest.raises(Refusal, match=said):
        by_hand(journey=journey, outcome=outcome, decided_on=at.date(), by=referent, at=at)
    with pytest.raises(Refusal, match="jour venu"):
        by_hand(journey=journey, outcome=Outcome.LABEL_AWARDED, decided_on=at.date() + timedelta(days=1), by=referent, at=at)
    journey.refresh_from_db()
    assert journey.stage == Stage.DECISION_AWARD
    assert not Decision.objects.exists()


def test_a_decision_never_changes(at_the_committee: Callable[..., Journey], referent: Person, at: datetime) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    by_hand(journey=journey, outcome=Outcome.LABEL_AWARDED, decided_on=at.date(), by=referent, at=at)
    for attempt in (lambda: Decision.objects.update(conditions="forged"), lambda: Decision.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            attempt()


def test_each_stage_offers_only_its_outcomes() -> None:
    assert possible(Stage.ENGAGEMENT) == ()
    assert set(possible(Stage.DECISION_AWARD)) == {Outcome.LABEL_AWARDED, Outcome.AWARD_DEFERRED, Outcome.AWARD_REFUSED}
    assert Outcome.SUSPENDED in possible(Stage.LABELLED)


def test_a_session_before_the_journey_or_before_the_last_decision_is_a_slip_of_the_date(
    at_the_committee: Callable[..., Journey], referent: Person, at: datetime
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    with pytest.raises(Refusal, match="précède"):
        by_hand(journey=journey, outcome=Outcome.LABEL_AWARDED, decided_on=date(2016, 3, 5), by=referent, at=at)
    journey.refresh_from_db()
    assert journey.stage == Stage.DECISION_AWARD
