"""A second convocation relaxes the quorum of the matters that missed it, and of no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from palier.committee import operations, queries
from palier.committee.models import Item
from palier.committee.rules.tally import Quorum, Result, missed
from palier.committee.rules.terms import Matter
from palier.directory.models import Membership
from palier.directory.rules import Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.outbox.models import Message
from palier.verdict import Refusal
from tests.committee.conftest import AFTERNOON, Sitting

pytestmark = pytest.mark.django_db
REACHED, SHORT = Quorum(3, 3, True, ""), Quorum(1, 3, False, "")


@pytest.mark.parametrize(
    ("last", "found", "expected"),
    [
        (None, SHORT, True),
        (None, REACHED, False),
        (None, None, False),
        (Result.NO_QUORUM, None, True),
        (Result.REJECTED, SHORT, False),
    ],
)
def test_what_was_put_to_the_vote_or_never_reached_has_missed_nothing(
    last: Result | None, found: Quorum | None, *, expected: bool
) -> None:
    assert missed(last, found, before=False) is expected


def test_what_missed_its_quorum_before_and_was_not_voted_since_still_has() -> None:
    assert missed(None, REACHED, before=True)
    assert not missed(Result.REJECTED, REACHED, before=True)


def again(sitting: Sitting) -> dict[str, Item]:
    """The second convocation of the session, held by one person; its matters by title."""
    start = AFTERNOON + timedelta(days=7)
    if sitting.session.opened_at:
        operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    sitting.session = operations.convene_again(
        session=sitting.session, starts_at=start, ends_at=start + timedelta(hours=2), by=sitting.referent, at=sitting.later()
    )
    sitting.now = start
    sitting.open(sitting.titulars[0])
    return {item.title: item for item in queries.items(session=sitting.session)}


def reject(sitting: Sitting, item: Item) -> None:
    here = sitting.titulars[:3]
    sitting.begin(item, *here)
    poll = sitting.poll(item)
    for mandate in here:
        sitting.vote(poll, mandate, "against")
    assert sitting.close(poll).result == "rejected"


def test_the_matter_whose_quorum_was_lost_is_relaxed_and_the_one_that_was_rejected_is_not(sitting: Sitting) -> None:
    voted, lost = sitting.put("Rejeté"), sitting.put("Manqué")
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    reject(sitting, voted)
    operations.conclude(item=voted, by=sitting.referent, at=sitting.later())
    third = sitting.titulars[2]
    sitting.declare(lost, *sitting.titulars[:3])
    sitting.leave(third)
    sitting.begin(lost)
    with pytest.raises(Refusal, match="Quorum manqué"):
        sitting.poll(lost)
    (kept,) = again(sitting).values()
    assert kept.missed == lost
    terms = queries.terms_on(committee=sitting.committee, on=AFTERNOON.date())
    assert terms is not None
    needed = queries.forecasts(session=sitting.session, agenda=[kept], terms=queries.terms_of(terms))
    assert needed[kept.pk].quorum.needed == 1
    sitting.begin(kept, sitting.titulars[0])
    poll = sitting.poll(kept)
    sitting.vote(poll, sitting.titulars[0], "for")
    closed = sitting.close(poll)
    assert (closed.result, closed.record["second"]) == ("adopted", True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Item.objects.filter(pk=kept.pk).update(missed=None)


def test_a_matter_concluded_for_want_of_quorum_is_held_again_unless_taken_up_elsewhere(
    sitting: Sitting, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    free, award = sitting.put("Manqué"), sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    sitting.open(*sitting.titulars[:2])
    for item in (free, award):
        sitting.begin(item, *sitting.titulars[:2])
        operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    told = Message.objects.filter(event="label.undecided", landlord_id=journey.landlord_id)
    representatives = Membership.objects.filter(role=Role.TENANT_REPRESENTATIVE).values("person")
    assert told.filter(person_id__in=representatives).exists()
    assert all("le quorum a manqué" in message.body for message in told)
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    sitting.session.refresh_from_db()
    left = queries.left_undecided(session=sitting.session, at=sitting.later())
    assert [(item, short) for item, short in left] == [(free, True), (award, True)]
    other = operations.prepare(
        committee=sitting.committee, starts_at=AFTERNOON + timedelta(days=40), ends_at=AFTERNOON + timedelta(days=41),
        by=sitting.referent, at=sitting.later(),
    )  # fmt: skip
    operations.add_item(
        session=other, matter=Matter.AWARD, title="Attribution", journey=journey, by=sitting.referent, at=sitting.later()
    )
    start = AFTERNOON + timedelta(days=7)
    held = operations.convene_again(
        session=sitting.session, starts_at=start, ends_at=start + timedelta(hours=2), by=sitting.referent, at=sitting.later()
    )
    assert [(item.title, item.missed) for item in queries.items(session=held)] == [("Manqué", free)]


def test_who_a_session_was_about_is_told_what_it_left(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    """A matter never reached, and one left open: the landlord and its tenants' representatives learn it at the close."""
    journeys = [at_the_committee(Stage.DECISION_AWARD) for _ in range(3)]
    concluded, opened, never = (
        sitting.put(f"Attribution {number}", matter=Matter.AWARD, journey=one) for number, one in enumerate(journeys)
    )
    here = sitting.titulars[:3]
    sitting.convene()
    sitting.open(*here)
    sitting.begin(concluded, *here)
    operations.conclude(item=concluded, by=sitting.referent, at=sitting.later())
    sitting.declare(opened, *here)
    sitting.begin(opened)
    told = Message.objects.filter(event="label.undecided")
    before = told.filter(landlord_id=journeys[0].landlord_id).count()
    assert not told.exclude(landlord_id=journeys[0].landlord_id).exists()
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    assert told.filter(landlord_id=journeys[0].landlord_id).count() == before, "told once, when it was concluded"
    for item, why in ((opened, "aucune proposition n’a été adoptée"), (never, "close avant qu’il soit examiné")):
        assert item.journey
        mine = told.filter(landlord_id=item.journey.landlord_id)
        assert mine.exists()
        assert {why in message.body for message in mine} == {True}, [m.body for m in mine]


def test_matters_left_while_enough_sat_keep_the_full_quorum(sitting: Sitting) -> None:
    voted = sitting.put("Rejeté")
    sitting.put("Faute de temps")
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    reject(sitting, voted)
    found = again(sitting)
    assert {title: item.missed for title, item in found.items()} == {"Rejeté": None, "Faute de temps": None}
    item = found["Faute de temps"]
    sitting.begin(item, sitting.titulars[0])
    with pytest.raises(Refusal, match="Il fallait plus de la moitié des sièges ayant une voix"):
        sitting.poll(item)
    sitting.enter(sitting.titulars[1])
    with pytest.raises(Refusal, match="Quorum manqué"):
        sitting.poll(item)


def test_a_session_that_nobody_could_open_missed_the_quorum_of_all(sitting: Sitting) -> None:
    sitting.put("Un"), sitting.put("Deux")
    sitting.convene()
    sitting.now = sitting.session.ends_at
    assert all(item.missed for item in again(sitting).values())
