"""In writing, the voice is the seat's: a mandate that ends or starts while it is consulted takes none away, and adds none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from palier.committee import operations, queries
from palier.committee.models import Ballot, Mandate, Poll
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.scenes import parse_scene
from palier.committee.rules.terms import Matter
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.outbox.models import Message
from palier.register.recheck import _rows
from palier.register.recount import recount
from tests.committee import scenes
from tests.committee.conftest import AFTERNOON, Sitting, consult

pytestmark = pytest.mark.django_db
Consulted = tuple[Sitting, Poll]


def replaced(sitting: Sitting, seat: int, who: str = "suite") -> Mandate:
    """The titular of a seat leaves the day after the poll opened; somebody else is named in their place."""
    sitting.now = max(sitting.now, AFTERNOON + timedelta(days=1))
    operations.end_mandate(mandate=sitting.titulars[seat], by=sitting.referent, at=sitting.later())
    return named(sitting, seat, who)


def named(sitting: Sitting, seat: int, who: str, *, titular: bool = True) -> Mandate:
    at = sitting.later()
    return operations.appoint(
        seat=sitting.seats[seat], email=f"{who}@example.test", name=f"Mme {who}", titular=titular,
        starts_on=at.date(), by=sitting.referent, at=at,
    )  # fmt: skip


def closed(sitting: Sitting, poll: Poll) -> Poll:
    """The poll at its term, counted; the record read again says the same."""
    late = sitting.session.ends_at + timedelta(seconds=1)
    assert operations.close_due(at=late) == 1
    poll.refresh_from_db()
    assert scenes.second([json.loads(json.dumps(poll.record))]) == [poll.checked]
    parse_scene(poll.record)
    return poll


def test_a_successor_declares_then_gives_the_voice_of_the_seat_and_the_predecessor_no_more(consulted: Consulted) -> None:
    sitting, poll = consulted
    successor = replaced(sitting, 0)
    verdict = sitting.vote(poll, sitting.titulars[0], "against")
    assert "ne vous revient pas" in verdict.sentence  # type: ignore[attr-defined]
    assert "Déclarez d’abord" in sitting.vote(poll, successor, "for").sentence  # type: ignore[attr-defined]
    sitting.declare(poll.item, successor)
    assert isinstance(sitting.vote(poll, successor, "for"), Ballot)
    for mandate in sitting.titulars[1:3]:
        sitting.vote(poll, mandate, "for")
    found = closed(sitting, poll)
    assert found.sentence.startswith("Adopté : 3 voix pour")
    line = found.roll.get(closing=True, seat=sitting.seats[0])
    assert (line.hold, line.mandate, line.presides) == ("sits", successor, False)


def test_the_ballot_of_who_left_stands_until_who_holds_the_seat_changes_it(consulted: Consulted) -> None:
    sitting, poll = consulted
    for mandate in sitting.titulars[:3]:
        assert isinstance(sitting.vote(poll, mandate, "for"), Ballot)
    successor = replaced(sitting, 0)
    sitting.declare(poll.item, successor)
    kept = sitting.vote(poll, successor, "against")
    assert isinstance(kept, Ballot)
    assert (kept.version, kept.mandate) == (2, successor)
    late = sitting.vote(poll, sitting.titulars[0], "for")
    assert not isinstance(late, Ballot)
    replaced(sitting, 1, "autre")
    found = closed(sitting, poll)
    assert found.checked == {"result": "adopted", "for": 2, "against": 1, "abstentions": 0, "needed": 2, "casting": False}
    assert found.roll.get(closing=True, seat=sitting.seats[1]).mandate == sitting.titulars[1], "it stood"


def test_while_its_voter_holds_the_seat_nobody_else_of_it_changes_a_ballot(consulted: Consulted) -> None:
    sitting, poll = consulted
    sitting.vote(poll, sitting.titulars[0], "for")
    second = named(sitting, 0, "suppleante", titular=False)
    sitting.declare(poll.item, second)
    assert "a déjà voté" in sitting.vote(poll, second, "against").sentence  # type: ignore[attr-defined]


def test_a_seat_vacant_at_the_opening_votes_once_it_is_filled(sitting: Sitting) -> None:
    for mandate in (sitting.titulars[4], sitting.substitutes[4]):
        operations.end_mandate(mandate=mandate, by=sitting.referent, at=sitting.at + timedelta(days=1))
    poll = consult(sitting)
    newcomer = named(sitting, 4, "venue", titular=False)
    sitting.declare(poll.item, newcomer)
    assert isinstance(sitting.vote(poll, newcomer, "for"), Ballot)
    for mandate in sitting.titulars[:2]:
        sitting.vote(poll, mandate, "for")
    assert closed(sitting, poll).checked["for"] == 3


def test_the_successor_of_the_presidency_has_no_casting_vote(consulted: Consulted) -> None:
    sitting, poll = consulted
    successor = replaced(sitting, 0)
    sitting.declare(poll.item, successor)
    for mandate, choice in [(successor, "for"), (sitting.titulars[1], "for")]:
        sitting.vote(poll, mandate, choice)
    for mandate in sitting.titulars[2:4]:
        sitting.vote(poll, mandate, "against")
    assert "la présidence n’a voté ni pour ni contre" in closed(sitting, poll).sentence


def test_who_joined_is_reminded_and_who_left_is_not(consulted: Consulted) -> None:
    sitting, poll = consulted
    successor = replaced(sitting, 0)
    Message.objects.all().delete()
    operations.remind_undecided(poll=poll, by=None, at=sitting.later())
    told = set(Message.objects.filter(event="committee.vote_asked").values_list("person_id", flat=True))
    assert successor.person_id in told
    assert sitting.titulars[0].person_id not in told


def test_somebody_named_and_gone_in_a_day_leaves_a_ballot_that_counts(consulted: Consulted) -> None:
    sitting, poll = consulted
    successor = replaced(sitting, 0)
    sitting.declare(poll.item, successor)
    assert isinstance(sitting.vote(poll, successor, "for"), Ballot)
    operations.end_mandate(mandate=successor, by=sitting.referent, at=sitting.later())
    for mandate in sitting.titulars[1:3]:
        sitting.vote(poll, mandate, "for")
    assert closed(sitting, poll).checked["for"] == 3


def test_the_database_takes_a_ballot_in_writing_from_who_holds_the_seat_alone(consulted: Consulted) -> None:
    sitting, poll = consulted
    sitting.vote(poll, sitting.titulars[0], "for")
    successor = replaced(sitting, 0)

    def write(mandate: Mandate, version: int) -> Callable[[], Ballot]:
        return lambda: Ballot.objects.create(
            poll=poll, seat=sitting.seats[0], version=version, mandate=mandate, by=mandate.person, choice="for",
            at=sitting.later(), nonce="", seal="", entry=10_000 + mandate.pk,
        )  # fmt: skip

    for refused in (write(sitting.titulars[0], 2), write(sitting.titulars[1], 2)):
        with pytest.raises(DatabaseError, match="the seat"), transaction.atomic():
            refused()
    write(successor, 2)()
    assert queries.current_ballots(poll=poll)[sitting.seats[0].pk].by == successor.person


def test_a_decision_that_successors_voted_is_counted_again_from_its_tables(
    sitting: Sitting, at_the_committee: Callable[..., Journey]
) -> None:
    for mandate in (sitting.titulars[4], sitting.substitutes[4]):
        operations.end_mandate(mandate=mandate, by=sitting.referent, at=sitting.at + timedelta(days=1))
    about: dict[str, object] = {"matter": Matter.AWARD, "journey": at_the_committee(Stage.DECISION_AWARD)}
    poll = consult(sitting, about, outcome=Outcome.LABEL_AWARDED)
    assert isinstance(sitting.vote(poll, sitting.titulars[0], "for"), Ballot)
    newcomers = [replaced(sitting, 0, "presidence"), replaced(sitting, 1, "vice"), named(sitting, 4, "venue")]
    for mandate in newcomers:
        sitting.declare(poll.item, mandate)
        assert isinstance(sitting.vote(poll, mandate, "for"), Ballot)
    closed(sitting, poll)
    sitting.now = sitting.session.ends_at
    operations.conclude(item=poll.item, by=sitting.referent, at=sitting.later())
    assert [faults for _, faults in recount(_rows)] == [[]]
