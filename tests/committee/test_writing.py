"""A written consultation: the seat votes once, the undecided are reminded, the deadline closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from palier.committee import operations, queries
from palier.committee.models import Ballot, Poll
from palier.committee.rules.terms import Matter
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.verdict import Refusal
from tests.committee.conftest import AFTERNOON, Sitting

pytestmark = pytest.mark.django_db


def test_in_writing_the_first_of_a_seat_votes_and_the_other_is_refused_on_record(consulted: tuple[Sitting, Poll]) -> None:
    sitting, poll = consulted
    assert not sitting.vote(poll, sitting.substitutes[0], "for"), "undeclared"
    assert not Ballot.objects.exists()
    sitting.declare(poll.item, sitting.substitutes[0])
    assert isinstance(sitting.vote(poll, sitting.substitutes[0], "for"), Ballot)
    verdict = sitting.vote(poll, sitting.titulars[0], "against")
    assert not verdict
    refusals = Entry.objects.filter(act="committee.ballot_refused").order_by("number")
    assert [line.actor_id for line in refusals] == [sitting.substitutes[0].person_id, sitting.titulars[0].person_id]
    assert isinstance(sitting.vote(poll, sitting.substitutes[0], "against"), Ballot)


def test_in_writing_only_the_undecided_are_reminded(consulted: tuple[Sitting, Poll]) -> None:
    sitting, poll = consulted
    sitting.vote(poll, sitting.titulars[0], "for")
    Message.objects.all().delete()
    assert operations.remind_undecided(poll=poll, by=None, at=sitting.later()) == 8
    told = set(Message.objects.values_list("person_id", flat=True))
    assert not told & {sitting.titulars[0].person_id, sitting.substitutes[0].person_id}


def test_in_writing_the_undecided_are_reminded_once_when_half_of_two_days_are_left(consulted: tuple[Sitting, Poll]) -> None:
    sitting, poll = consulted
    sitting.vote(poll, sitting.titulars[0], "for")
    half = poll.opened_at + (AFTERNOON + timedelta(days=2) - poll.opened_at) / 2
    Message.objects.all().delete()
    assert operations.remind_due(at=half - timedelta(seconds=1)) == 0
    assert operations.remind_due(at=half) == 1
    assert Message.objects.count() == 8
    assert operations.remind_due(at=half + timedelta(hours=3)) == 0
    assert operations.remind_due(at=AFTERNOON + timedelta(days=3)) == 0, "the term has passed: it closes, nobody is reminded"


def test_in_writing_the_deadline_closes_and_silence_does_not_sit(consulted: tuple[Sitting, Poll]) -> None:
    sitting, poll = consulted
    for mandate in sitting.titulars[:3]:
        sitting.vote(poll, mandate, "for")
    late = AFTERNOON + timedelta(days=2, seconds=1)
    assert not sitting.vote(poll, sitting.titulars[3], "against", at=late)
    assert operations.close_due(at=late) == 1
    poll.refresh_from_db()
    assert poll.result == "adopted"
    assert poll.sentence.startswith("Adopté : 3 voix pour, 0 contre")


def test_in_writing_nothing_closes_before_the_term_while_a_seat_may_still_vote(consulted: tuple[Sitting, Poll]) -> None:
    sitting, poll = consulted
    for mandate in sitting.titulars[:4]:
        sitting.vote(poll, mandate, "for")
    with pytest.raises(Refusal, match="des sièges peuvent encore voter : 5"):
        sitting.close(poll)
    sitting.vote(poll, sitting.titulars[4], "against")
    assert sitting.close(poll).result == "adopted"


def test_in_writing_nobody_waits_for_a_mandate_that_ended(consulted: tuple[Sitting, Poll]) -> None:
    sitting, poll = consulted
    for mandate in sitting.titulars[:4]:
        sitting.vote(poll, mandate, "for")
    for mandate in (sitting.titulars[4], sitting.substitutes[4]):
        operations.end_mandate(mandate=mandate, by=sitting.referent, at=sitting.later())
    assert sitting.close(poll).result == "adopted"


def test_in_writing_two_seats_of_five_are_no_quorum(consulted: tuple[Sitting, Poll]) -> None:
    sitting, poll = consulted
    for mandate in sitting.titulars[:2]:
        sitting.vote(poll, mandate, "for")
    assert operations.close_due(at=AFTERNOON + timedelta(days=3)) == 1
    poll.refresh_from_db()
    assert poll.result == "no_quorum"


def test_the_database_gives_a_seat_to_one_person_alone(consulted: tuple[Sitting, Poll]) -> None:
    sitting, poll = consulted
    sitting.vote(poll, sitting.titulars[0], "for")
    other = sitting.substitutes[0]
    for version in (1, 2):
        with pytest.raises(DatabaseError), transaction.atomic():
            Ballot.objects.create(
                poll=poll, seat=sitting.seats[0], version=version, mandate=other, by=other.person, choice="for",
                at=sitting.later(), nonce="", seal="", entry=10_000 + version,
            )  # fmt: skip


def test_a_file_consulted_in_writing_says_until_when(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    sitting.session = operations.prepare(
        committee=sitting.committee, starts_at=AFTERNOON, ends_at=AFTERNOON + timedelta(days=2), written=True,
        by=sitting.referent, at=sitting.at,
    )  # fmt: skip
    sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    assert queries.agenda_of(journey=journey.pk) == ""
    sitting.convene()
    assert queries.agenda_of(journey=journey.pk) == (
        "Le dossier est à l’ordre du jour de la consultation écrite n° 2 de « Comité national », jusqu’au 3 avril 2026."
    )
