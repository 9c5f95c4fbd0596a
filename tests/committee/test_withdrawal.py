"""A label is not taken away lightly: reproached with reasons, heard, by the stricter majority, and by the vote alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from palier.committee import operations, queries
from palier.committee.models import Item, Poll
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.terms import Matter
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.label import operations as label
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.register.recheck import _rows
from palier.register.recount import recount
from tests.committee.conftest import Sitting
from tests.committee.test_sessions import refused

pytestmark = pytest.mark.django_db
REPROACH, WORD = "Deux sites sont à l’abandon.", "Nous avons repris les deux sites."


@pytest.fixture
def labelled(at_the_committee: Callable[..., Journey]) -> Journey:
    return at_the_committee(Stage.LABELLED, label_from=date(2025, 10, 1), label_until=date(2027, 3, 31))


@pytest.fixture
def item(sitting: Sitting, labelled: Journey, make_person: Callable[..., Person]) -> Item:
    """The withdrawal of a label, open before five seats; the landlord was heard."""
    journey = label.advance(journey=labelled, act="open_withdrawal", by=sitting.referent, at=sitting.at, note=REPROACH)
    director = make_person(Role.DIRECTOR, journey.landlord)
    label.present_observations(journey=journey, text=WORD, by=director, at=sitting.at)
    journey.refresh_from_db()
    item = sitting.put("Le retrait", matter=Matter.WITHDRAWAL, journey=journey)
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    return item


def decided(sitting: Sitting, item: Item, outcome: Outcome, votes_for: int) -> Poll:
    poll = sitting.poll(item, outcome=outcome, reasons="Ce que le comité retient.")
    for number, mandate in enumerate(sitting.titulars):
        sitting.vote(poll, mandate, "for" if number < votes_for else "against")
    return sitting.close(poll)


def test_a_procedure_is_not_opened_without_saying_why(labelled: Journey, referent: Person, sitting: Sitting) -> None:
    with refused("label.reason_missing"):
        label.advance(journey=labelled, act="open_withdrawal", by=sitting.referent, at=sitting.at, note="  ")
    labelled.refresh_from_db()
    assert labelled.stage == Stage.LABELLED


def test_the_committee_reads_what_is_reproached_and_what_the_landlord_answered(item: Item) -> None:
    content = item.dossiers.get().content
    assert (content["hearing"]["because"], content["hearing"]["observations"]) == (REPROACH, WORD)
    assert content["note"] is None


def test_two_thirds_are_asked_to_withdraw_a_label_and_a_simple_majority_to_keep_it(sitting: Sitting, item: Item) -> None:
    withdrawn = decided(sitting, item, Outcome.WITHDRAWN, 3)
    assert (withdrawn.result, withdrawn.checked["needed"]) == ("rejected", 4)
    kept = decided(sitting, item, Outcome.MAINTAINED, 3)
    assert (kept.result, kept.checked["needed"]) == ("adopted", 3)
    assert not withdrawn.opening["spares"]
    assert kept.opening["spares"]
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    journey = Journey.objects.get(pk=item.journey_id)
    assert journey.stage == Stage.LABELLED
    assert queries.origin(journey.decisions.get()).sentence == "votée en séance n° 1, Comité national"
    assert all(not faults for _, faults in recount(_rows))


def test_nobody_records_another_decision_beside_the_vote_and_it_would_be_found(sitting: Sitting, item: Item) -> None:
    assert decided(sitting, item, Outcome.MAINTAINED, 3).result == "adopted"
    journey = Journey.objects.get(pk=item.journey_id)
    at = sitting.later()
    beside = {"journey": journey, "outcome": Outcome.WITHDRAWN, "decided_on": at.date(), "reasons": "Essai", "at": at}
    with refused("committee.on_agenda"):
        operations.record_decision(by=sitting.referent, **beside)  # type: ignore[arg-type]
    forced = operations.record_decision(by=sitting.referent, voted=True, **beside)  # type: ignore[arg-type]
    [fault] = dict(recount(_rows))[forced.pk]
    assert "hors du vote" in fault
