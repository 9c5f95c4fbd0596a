"""What a poll froze at its opening holds whatever is changed meanwhile; who is recused meets nothing of the matter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from palier.committee import operations, queries
from palier.committee.models import Ballot, Item, Poll, RollLine
from palier.committee.operations.terms import draft_terms, publish_terms
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.seats import Office, Recusal
from palier.committee.rules.terms import Matter
from palier.directory import queries as directory
from palier.directory.models import Landlord
from palier.directory.operations import add_member
from palier.directory.rules import Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.verdict import Refusal
from tests.committee.conftest import AFTERNOON, Sitting

pytestmark = pytest.mark.django_db


def opened(sitting: Sitting) -> tuple[Item, Poll]:
    """A poll on which nobody has voted yet, everybody in the room."""
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    return item, sitting.poll(item)


def change_terms(sitting: Sitting, **more: object) -> None:
    data = queries.shipped_terms() | more
    day = AFTERNOON.date()
    draft = draft_terms(committee=sitting.committee, data=data, effective_from=day, by=sitting.referent, at=sitting.at)
    publish_terms(draft=draft, by=sitting.referent, at=sitting.at)


def test_a_mandate_that_ends_during_a_poll_strands_no_ballot(sitting: Sitting) -> None:
    _, poll = opened(sitting)
    for mandate in sitting.titulars[:3]:
        sitting.vote(poll, mandate, "for")
    operations.end_mandate(mandate=sitting.titulars[2], by=sitting.referent, at=sitting.later())
    operations.end_mandate(mandate=sitting.titulars[3], by=sitting.referent, at=sitting.later())
    assert isinstance(sitting.vote(poll, sitting.titulars[3], "against"), Ballot)
    assert sitting.close(poll).checked == {
        "result": "adopted", "for": 3, "against": 1, "abstentions": 0, "needed": 3, "casting": False,
    }  # fmt: skip


def test_the_casting_vote_stays_with_who_presided_when_the_poll_opened(sitting: Sitting) -> None:
    _, poll = opened(sitting)
    for mandate, choice in zip(sitting.titulars, ("for", "against", "for", "against"), strict=False):
        sitting.vote(poll, mandate, choice)
    operations.give_office(mandate=sitting.titulars[3], office=Office.PRESIDENT, by=sitting.referent, at=sitting.later())
    closed = sitting.close(poll)
    assert closed.checked is not None
    assert (closed.result, closed.checked["casting"]) == ("adopted", True)


def test_seats_opened_during_a_poll_ask_no_larger_quorum(sitting: Sitting) -> None:
    _, poll = opened(sitting)
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "for")
    for _ in range(6):
        body = sitting.seats[0].body
        operations.add_seat(committee=sitting.committee, body=body, voting=True, by=sitting.referent, at=sitting.later())
    assert sitting.close(poll).result == "adopted"


def test_what_is_asked_is_in_the_ledger_and_never_changes(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    convened = Entry.objects.get(act="committee.convened")
    assert convened.content is not None
    assert convened.content["facts"]["files"] == {str(item.pk): item.dossiers.get().digest}
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    poll = sitting.poll(item, motion="Adopter le bilan")
    line = Entry.objects.get(act="committee.poll_opened")
    assert line.content is not None
    assert line.content["facts"]["motion"] == "Adopter le bilan"
    for change in ("UPDATE committee_poll SET motion = 'Autre'", "UPDATE committee_session SET opened_seats = 1"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert poll.opening["opened"] == 5


def test_the_rolls_tell_who_could_vote_and_who_had_gone(sitting: Sitting) -> None:
    _, poll = opened(sitting)
    sitting.vote(poll, sitting.titulars[0], "for")
    sitting.leave(sitting.titulars[4])
    sitting.close(poll)
    lines = {(line.closing, line.seat_id): line for line in RollLine.objects.filter(poll=poll)}
    assert lines[False, sitting.seats[4].pk].hold == "sits"
    assert lines[True, sitting.seats[4].pk].hold == "vacant"
    assert all(lines[False, seat.pk].may_vote for seat in sitting.seats)


def test_an_opening_comes_after_the_arrivals_that_it_counts(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    sitting.declare(item, *sitting.titulars[:4])
    early = sitting.now
    sitting.enter(sitting.titulars[3])
    operations.open_item(item=item, by=sitting.referent, at=early)
    poll = sitting.poll(item)
    assert isinstance(sitting.vote(poll, sitting.titulars[3], "for"), Ballot)


def test_a_voided_poll_is_linked_by_the_next_one_whatever_came_between(sitting: Sitting) -> None:
    item, poll = opened(sitting)
    sitting.vote(poll, sitting.titulars[0], "against")
    sitting.close(poll)
    between = sitting.poll(item, motion="Une autre proposition")
    sitting.vote(between, sitting.titulars[0], "against")
    sitting.close(between)
    for person in (sitting.referent, sitting.titulars[0].person):
        operations.void(poll=poll, because="Erreur.", by=person, at=sitting.later())
    assert sitting.poll(item).replaces == poll


def test_one_person_carries_no_more_proxies_than_the_terms_allow(sitting: Sitting) -> None:
    change_terms(sitting, proxies=1)
    item = sitting.put()
    sitting.convene()
    carrier, first, second = sitting.titulars[0], sitting.titulars[3], sitting.titulars[4]
    given = {"session": sitting.session, "carrier": carrier, "by": sitting.referent}
    proxy = operations.give_proxy(giver=first, at=sitting.later(), **given)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="maximum"):
        operations.give_proxy(giver=second, at=sitting.later(), **given)  # type: ignore[arg-type]
    operations.take_proxy_back(proxy=proxy, by=sitting.referent, at=sitting.later())
    operations.give_proxy(giver=second, at=sitting.later(), **given)  # type: ignore[arg-type]
    sitting.open(*sitting.titulars[:3])
    sitting.begin(item, *sitting.titulars[:3])
    poll = sitting.poll(item)
    from palier.committee.rules.tally import Choice

    carried = operations.cast(poll=poll, seat=second.seat, choice=Choice.FOR, by=carrier.person, at=sitting.later())
    assert isinstance(carried, Ballot)
    assert not operations.cast(poll=poll, seat=first.seat, choice=Choice.FOR, by=carrier.person, at=sitting.later())


def test_in_writing_a_vice_president_without_a_voice_never_blocks_the_close(sitting: Sitting) -> None:
    change_terms(sitting, vice_votes=False)
    sitting.session = operations.prepare(
        committee=sitting.committee, starts_at=AFTERNOON, ends_at=AFTERNOON + timedelta(days=2), written=True,
        by=sitting.referent, at=sitting.at,
    )  # fmt: skip
    item = sitting.put()
    sitting.convene()
    operations.open_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    sitting.begin(item, *sitting.titulars)
    poll = sitting.poll(item)
    assert not sitting.vote(poll, sitting.titulars[1], "for")
    for mandate in (sitting.titulars[0], *sitting.titulars[2:]):
        sitting.vote(poll, mandate, "for")
    assert operations.close_due(at=AFTERNOON + timedelta(days=3)) == 1
    poll.refresh_from_db()
    assert poll.result == "adopted"


# --- Recused -------------------------------------------------------------------------------------------------------


@pytest.fixture
def tied(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> tuple[Sitting, Item]:
    """A landlord of the third seat's federation, whose relay is that seat's titular; the whole seat is recused."""
    journey = at_the_committee(Stage.DECISION_AWARD)
    body, titular = sitting.seats[2].body, sitting.titulars[2]
    Landlord.objects.filter(pk=journey.landlord_id).update(federation=body)
    for role in (Role.RELAY, Role.COMMITTEE_MEMBER):
        add_member(person=titular.person, organisation=body, role=role, by=None, at=sitting.at)
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    return sitting, item


def opens(sitting: Sitting, item: Item) -> bool:
    assert item.journey is not None
    person, on = sitting.titulars[2].person, AFTERNOON.date()
    by_one = bool(directory.roles_on(person=person, landlord=item.journey.landlord_id, on=on))
    by_all = directory.visible_landlords(person=person, on=on).filter(pk=item.journey.landlord_id).exists()
    of_all = directory.people_of(landlord=item.journey.landlord_id, roles=frozenset(Role), on=on)
    assert by_one == by_all == of_all.filter(pk=person.pk).exists()
    return by_one


def test_a_recusal_closes_the_file_to_every_role_and_no_letter_tells_the_result(tied: tuple[Sitting, Item]) -> None:
    sitting, item = tied
    assert opens(sitting, item)
    given = {"item": item, "mandate": sitting.titulars[2], "by": sitting.referent}
    operations.recuse(reach=Recusal.INSTITUTIONAL, because="Sa fédération.", at=sitting.at, **given)  # type: ignore[arg-type]
    assert not opens(sitting, item)
    here = [*sitting.titulars[:2], *sitting.titulars[3:]]
    sitting.open(*here)
    sitting.begin(item, *here)
    poll = sitting.poll(item, motion="Attribuer le label", outcome=Outcome.LABEL_AWARDED)
    for mandate in here:
        sitting.vote(poll, mandate, "for")
    sitting.close(poll)
    Message.objects.all().delete()
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    assert Message.objects.filter(event="label.decided").exists()
    out = {sitting.titulars[2].person_id, sitting.substitutes[2].person_id}
    assert not out & set(Message.objects.values_list("person_id", flat=True))
    assert not opens(sitting, item)


def test_a_lifted_recusal_opens_the_file_again(tied: tuple[Sitting, Item]) -> None:
    sitting, item = tied
    mandate = sitting.titulars[2]
    operations.declare(
        item=item, mandate=mandate, interest=Interest.INTEREST, text="J’y siège.", by=mandate.person, at=sitting.at
    )
    assert not opens(sitting, item)
    operations.lift(recusal=item.recusals.get(), because="Erreur.", by=sitting.referent, at=sitting.later())
    assert opens(sitting, item)


def test_who_joins_a_recused_seat_is_kept_out_too(tied: tuple[Sitting, Item]) -> None:
    sitting, item = tied
    given = {"item": item, "mandate": sitting.titulars[2], "by": sitting.referent}
    operations.recuse(reach=Recusal.INSTITUTIONAL, because="Sa fédération.", at=sitting.at, **given)  # type: ignore[arg-type]
    seat = sitting.seats[2]
    newcomer = operations.appoint(
        seat=seat, email="new@example.test", name="Mme N.", titular=False, starts_on=sitting.at.date(), by=sitting.referent,
        at=sitting.at,
    )  # fmt: skip
    add_member(person=newcomer.person, organisation=seat.body, role=Role.RELAY, by=None, at=sitting.at)
    assert item.journey is not None
    assert not directory.roles_on(person=newcomer.person, landlord=item.journey.landlord_id, on=AFTERNOON.date())


def test_nobody_declares_for_another_nor_for_a_committee_that_is_not_theirs(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    mandate = sitting.titulars[0]
    with pytest.raises(Refusal, match="ses propres liens"):
        operations.declare(item=item, mandate=mandate, interest=Interest.NONE, by=sitting.referent, at=sitting.at)
    mandate.committee_id = 0
    with pytest.raises(Refusal, match="pas de mandat"):
        operations.declare(item=item, mandate=mandate, interest=Interest.NONE, by=mandate.person, at=sitting.at)
