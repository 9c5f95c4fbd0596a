"""A session: convened with its frozen files, declared first, sat, voted, closed under two counters, never erased."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from palier.calendar import PARIS, in_words
from palier.committee import operations, queries
from palier.committee.models import Ballot, Dossier, Item, Mandate, Poll, Seat, Session
from palier.committee.rules.agenda import Coming
from palier.committee.rules.conflicts import Ground, Interest
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.seats import Recusal
from palier.committee.rules.terms import Matter
from palier.directory.models import Landlord, Membership, Organisation
from palier.directory.operations import add_member
from palier.directory.rules import Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.ledger.models import Entry
from palier.ledger.rules import canonical, commitment
from palier.outbox.models import Message
from palier.verdict import Refusal
from tests.committee.conftest import AFTERNOON, Sitting

pytestmark = pytest.mark.django_db


def refused(code: str) -> Any:
    """The refusal of this code, nothing else."""
    return pytest.raises(Refusal, match=None, check=lambda e: code in [reason.code for reason in e.verdict.reasons])


# --- Convening -----------------------------------------------------------------------------------------------------


def test_titulars_and_substitutes_are_convened_with_the_agenda(sitting: Sitting) -> None:
    sitting.put("Le bilan de l’année")
    sitting.convene()
    told = Message.objects.filter(event="committee.convened")
    assert set(told.values_list("person_id", flat=True)) == {m.person_id for m in sitting.titulars + sitting.substitutes}
    assert "1. Le bilan de l’année" in told[0].body
    assert f"Séance n° 1, {in_words(AFTERNOON.date(), weekday=True)}, de {AFTERNOON.astimezone(PARIS):%H:%M} à" in told[0].body
    assert told[0].link == f"/comites/{sitting.committee.pk}/seances/1/"


def test_the_notice_of_the_terms_is_kept(sitting: Sitting) -> None:
    sitting.put()
    sitting.at = AFTERNOON - timedelta(days=14)
    with refused("committee.notice_short"):
        sitting.convene()
    sitting.at = AFTERNOON - timedelta(days=15)
    sitting.convene()


def test_an_empty_agenda_convenes_nobody(sitting: Sitting) -> None:
    with refused("committee.empty_agenda"):
        sitting.convene()


def test_a_frozen_file_never_changes(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    dossier = Dossier.objects.get(item=item)
    assert dossier.content["landlord"]["name"] == journey.landlord.name
    Landlord.objects.filter(pk=journey.landlord_id).update(name="Un autre nom")
    dossier.refresh_from_db()
    assert dossier.content["landlord"]["name"] == journey.landlord.name
    assert dossier.digest == hashlib.sha256(canonical(dossier.content)).hexdigest()
    for change in ("UPDATE committee_dossier SET content = '{}'", "DELETE FROM committee_dossier"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_journey_is_on_one_agenda_at_a_time(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    with refused("committee.on_another_agenda"):
        sitting.put("Encore", matter=Matter.AWARD, journey=journey)
    with pytest.raises(DatabaseError), transaction.atomic():
        Item.objects.create(session=sitting.session, position=9, matter=Matter.AWARD, title="Autour", journey=journey)


def test_what_a_stage_does_not_ask_is_not_put_on_the_agenda(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    with refused("committee.nothing_to_decide"):
        sitting.put("Trop tôt", matter=Matter.CONFIRMATION, journey=at_the_committee(Stage.DECISION_AWARD))


def test_the_agenda_is_built_from_the_journeys_that_wait(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    award = at_the_committee(Stage.DECISION_AWARD)
    renewal = at_the_committee(Stage.DECISION_ADMISSIBILITY, cycle=2)
    at_the_committee(Stage.IMPLEMENTING)
    found = operations.add_ready(session=sitting.session, by=sitting.referent, at=sitting.at)
    assert {(item.journey_id, item.matter) for item in found} == {(award.pk, Matter.AWARD), (renewal.pk, Matter.RENEWAL)}
    assert operations.add_ready(session=sitting.session, by=sitting.referent, at=sitting.at) == []


def test_the_forecast_names_the_substitute_to_call(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    said = [Coming.PRESENT, Coming.REMOTE, Coming.ABSENT, Coming.ABSENT]
    for mandate, coming in zip(sitting.titulars, said, strict=False):
        operations.reply(session=sitting.session, mandate=mandate, coming=coming, by=mandate.person, at=sitting.at)

    def look() -> queries.Forecast:
        terms = queries.terms_on(committee=sitting.committee, on=AFTERNOON.date())
        assert terms is not None
        return queries.forecasts(session=sitting.session, agenda=[item], terms=queries.terms_of(terms))[item.pk]

    before = look()
    assert (before.quorum.present, before.quorum.needed, before.quorum.reached) == (2, 3, False)
    assert [m.pk for m in before.to_call] == [m.pk for m in sitting.substitutes[2:4]]
    substitute = sitting.substitutes[2]
    operations.reply(session=sitting.session, mandate=substitute, coming=Coming.PRESENT, by=substitute.person, at=sitting.at)
    assert look().quorum.reached


# --- Declaring first -----------------------------------------------------------------------------------------------


def test_a_matter_opens_only_once_everybody_there_has_declared(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    sitting.declare(item, *sitting.titulars[:2])
    with refused("committee.undeclared"):
        operations.open_item(item=item, by=sitting.referent, at=sitting.later())
    unsure = sitting.titulars[2]
    operations.declare(item=item, mandate=unsure, interest=Interest.UNKNOWN, by=unsure.person, at=sitting.later())
    with refused("committee.unsure"):
        operations.open_item(item=item, by=sitting.referent, at=sitting.later())
    sitting.begin(item, unsure)


def test_who_declares_a_link_is_recused_and_the_substitute_sits(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:3], sitting.substitutes[0])
    tied = sitting.titulars[0]
    with refused("committee.which_interest"):
        operations.declare(item=item, mandate=tied, interest=Interest.INTEREST, by=tied.person, at=sitting.later())
    operations.declare(
        item=item, mandate=tied, interest=Interest.INTEREST, text="J’y ai travaillé.", by=tied.person, at=sitting.later()
    )
    sitting.begin(item, *sitting.titulars[1:3], sitting.substitutes[0])
    poll = sitting.poll(item)
    assert not sitting.vote(poll, tied, "for")
    assert isinstance(sitting.vote(poll, sitting.substitutes[0], "for"), Ballot)
    assert not queries.visible_items(session=sitting.session, person=tied.person).exists()
    assert queries.visible_items(session=sitting.session, person=sitting.substitutes[0].person).exists()


def test_a_colleague_of_the_tenants_representative_is_not_taken_for_them(
    sitting: Sitting, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    there = Membership.objects.get(role=Role.TENANT_REPRESENTATIVE)
    seat = sitting.seats[4]
    Seat.objects.filter(pk=seat.pk).update(body=there.organisation)
    add_member(
        person=sitting.titulars[4].person, organisation=there.organisation, role=Role.COMMITTEE_MEMBER, by=None, at=sitting.at
    )
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    assert queries.clues(item=item, mandates=sitting.titulars) == []
    Mandate.objects.filter(pk=sitting.titulars[4].pk).update(person=there.person)
    sitting.titulars[4].refresh_from_db()
    (clue,) = queries.clues(item=item, mandates=sitting.titulars)
    assert (clue.person, clue.ground) == (there.person_id, Ground.REPRESENTS_TENANTS)


def test_an_institutional_recusal_takes_the_whole_seat_out(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:4], sitting.substitutes[0])
    sitting.declare(item, *sitting.titulars[1:4])
    operations.recuse(
        item=item, mandate=sitting.titulars[0], reach=Recusal.INSTITUTIONAL, because="Sa fédération.", by=sitting.referent,
        at=sitting.later(),
    )  # fmt: skip
    sitting.begin(item)
    poll = sitting.poll(item)
    assert not sitting.vote(poll, sitting.substitutes[0], "for")
    for member in (sitting.titulars[0], sitting.substitutes[0]):
        assert member.person_id in queries.kept_out(item=item)
        assert not queries.visible_items(session=sitting.session, person=member.person).exists()


def test_a_likely_conflict_is_found_and_its_answer_sticks(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    Landlord.objects.filter(pk=journey.landlord_id).update(federation=sitting.seats[2].body)
    journey.landlord.refresh_from_db()
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    item.refresh_from_db()
    members = queries.holders_of(session=sitting.session)
    found = queries.clues(item=item, mandates=members)
    assert {(clue.person, clue.ground) for clue in found} == {
        (m.person_id, Ground.OWN_FEDERATION) for m in (sitting.titulars[2], sitting.substitutes[2])
    }
    sitting.open(*sitting.titulars)
    sitting.declare(item, *sitting.titulars)
    with refused("committee.clue_open"):
        operations.open_item(item=item, by=sitting.referent, at=sitting.later())
    linked, free = sitting.titulars[2].person, sitting.titulars[0].person
    clue = next(clue for clue in found if clue.person == linked.pk)
    [shut] = queries.may_enter(person=linked, landlord=journey.landlord_id).reasons
    assert shut.code == "committee.clue_open"
    assert queries.may_enter(person=free, landlord=journey.landlord_id)
    operations.review(
        item=item, clue=clue, confirmed=False, reason="Aucun lien direct.", by=sitting.referent, at=sitting.later()
    )
    assert queries.may_enter(person=linked, landlord=journey.landlord_id)
    again = next(c for c in queries.clues(item=item, mandates=members) if c.person == clue.person)
    assert (again.confirmed, again.reason) == (False, "Aucun lien direct.")
    sitting.begin(item)
    Organisation.objects.filter(pk=sitting.seats[2].body_id).update(name="Une autre fédération")
    another = next(c for c in queries.clues(item=item, mandates=queries.holders_of(session=sitting.session)))
    assert another.confirmed is None, "another fact is another question"


# --- Voting --------------------------------------------------------------------------------------------------------


def voted(sitting: Sitting, *choices: str) -> tuple[Item, Poll]:
    """A matter on which the titulars vote so, in order."""
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    poll = sitting.poll(item)
    for mandate, choice in zip(sitting.titulars, choices, strict=False):
        sitting.vote(poll, mandate, choice)
    return item, poll


def test_a_poll_is_counted_twice_and_says_why(sitting: Sitting) -> None:
    _, poll = voted(sitting, "for", "for", "against", "for", "abstention")
    closed = sitting.close(poll)
    assert (
        closed.sentence
        == "Adopté : 3 voix pour, 1 contre, 1 abstention. Il fallait plus de la moitié des voix exprimées (4), soit 3."
    )
    assert closed.checked == {"result": "adopted", "for": 3, "against": 1, "abstentions": 1, "needed": 3, "casting": False}


def test_counters_that_differ_close_nothing(sitting: Sitting) -> None:
    _, poll = voted(sitting, "for", "for")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION committee_second_count(scene jsonb) RETURNS jsonb LANGUAGE sql AS "
            '$$ SELECT \'{"result": "rejected"}\'::jsonb $$'
        )
    with refused("committee.counters_differ"):
        sitting.close(poll)
    poll.refresh_from_db()
    assert poll.closed_at is None


def test_a_ballot_may_change_until_the_close_and_every_version_stays(sitting: Sitting) -> None:
    _, poll = voted(sitting, "for", "against", "against")
    assert isinstance(sitting.vote(poll, sitting.titulars[1], "for"), Ballot)
    closed = sitting.close(poll)
    assert Ballot.objects.filter(poll=poll).count() == 4
    assert closed.checked is not None
    assert closed.checked["for"] == 2
    assert not sitting.vote(poll, sitting.titulars[1], "against")
    assert Ballot.objects.filter(poll=poll).count() == 4


def test_a_ballot_is_sealed_in_its_ledger_line_which_says_nothing_of_it(sitting: Sitting) -> None:
    _, poll = voted(sitting, "for")
    ballot = Ballot.objects.get(poll=poll)
    line = Entry.objects.get(number=ballot.entry)
    assert line.content is not None
    assert "for" not in line.content["facts"].values()
    said = {
        "poll": poll.pk, "seat": ballot.seat_id, "version": 1, "by": ballot.by_id, "choice": "for", "conditions": "", "reasons": "",
    }  # fmt: skip
    assert line.content["facts"]["seal"] == commitment(bytes.fromhex(ballot.nonce), said)


def test_a_titular_who_comes_late_waits_for_the_next_matter(sitting: Sitting) -> None:
    first, second = sitting.put("Premier"), sitting.put("Second")
    sitting.convene()
    here = [sitting.substitutes[0], *sitting.titulars[1:3]]
    sitting.open(*here)
    sitting.begin(first, *here)
    sitting.enter(sitting.titulars[0])
    poll = sitting.poll(first)
    assert not sitting.vote(poll, sitting.titulars[0], "for")
    assert isinstance(sitting.vote(poll, sitting.substitutes[0], "for"), Ballot)
    sitting.close(poll)
    operations.conclude(item=first, by=sitting.referent, at=sitting.later())
    sitting.begin(second, *here, sitting.titulars[0])
    poll = sitting.poll(second)
    assert not sitting.vote(poll, sitting.substitutes[0], "for")
    assert isinstance(sitting.vote(poll, sitting.titulars[0], "for"), Ballot)


def test_a_lost_quorum_blocks_the_next_poll_not_the_one_under_way(sitting: Sitting) -> None:
    first, second = sitting.put("Premier"), sitting.put("Second")
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    sitting.begin(first, *sitting.titulars[:3])
    poll = sitting.poll(first)
    sitting.vote(poll, sitting.titulars[0], "for")
    sitting.leave(sitting.titulars[2])
    assert not sitting.vote(poll, sitting.titulars[2], "against")
    assert sitting.close(poll).result == "adopted"
    operations.conclude(item=first, by=sitting.referent, at=sitting.later())
    sitting.begin(second, *sitting.titulars[:2])
    with refused("committee.no_quorum"):
        sitting.poll(second)


def test_a_second_convocation_takes_over_what_is_left_in_one_act(sitting: Sitting) -> None:
    item = sitting.put("Reporté")
    sitting.convene()
    sitting.open(sitting.titulars[0])
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    start = AFTERNOON + timedelta(days=7)
    again = operations.convene_again(
        session=sitting.session, starts_at=start, ends_at=start + timedelta(hours=2), by=sitting.referent, at=sitting.later()
    )
    item.refresh_from_db()
    assert "seconde convocation" in item.withdrawn_because
    assert [row.title for row in queries.items(session=again)] == ["Reporté"]
    assert again.first == sitting.session
    sitting.session, sitting.now = again, start
    sitting.open(sitting.titulars[0])
    left = queries.items(session=again).get()
    sitting.begin(left, sitting.titulars[0])
    poll = sitting.poll(left)
    sitting.vote(poll, sitting.titulars[0], "for")
    assert sitting.close(poll).result == "adopted"


def test_who_is_recused_stays_so_at_the_second_convocation(sitting: Sitting) -> None:
    item = sitting.put("Reporté")
    sitting.convene()
    tied = sitting.titulars[1]
    operations.recuse(
        item=item, mandate=tied, reach=Recusal.INSTITUTIONAL, because="Lien.", by=sitting.referent, at=sitting.later()
    )
    start = AFTERNOON + timedelta(days=7)
    again = operations.convene_again(
        session=sitting.session, starts_at=start, ends_at=start + timedelta(hours=2), by=sitting.referent, at=sitting.later()
    )
    for member in (tied, sitting.substitutes[1]):
        assert not queries.visible_items(session=again, person=member.person).exists()


def test_voiding_takes_two_people_and_the_next_poll_links_to_it(sitting: Sitting) -> None:
    item, poll = voted(sitting, "for", "for", "for")
    sitting.close(poll)
    president = sitting.titulars[0].person
    operations.void(poll=poll, because="Une voix notée deux fois.", by=sitting.referent, at=sitting.later())
    with refused("committee.second_person"):
        operations.void(poll=poll, because="Encore.", by=sitting.referent, at=sitting.later())
    assert not queries.is_void(poll=poll)
    operations.void(poll=poll, because="Une voix notée deux fois.", by=president, at=sitting.later())
    assert queries.is_void(poll=poll)
    again = sitting.poll(item)
    assert again.replaces == poll
    assert Poll.objects.filter(pk=poll.pk, closed_at__isnull=False).exists()


def test_concluding_moves_the_journey_by_what_was_adopted(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    poll = sitting.poll(item, motion="Attribuer le label", outcome=Outcome.LABEL_AWARDED)
    for mandate in sitting.titulars[:3]:
        sitting.vote(poll, mandate, "for")
    sitting.close(poll)
    decision = operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    journey.refresh_from_db()
    assert journey.stage == Stage.LABELLED
    assert decision is not None
    assert decision.decided_on == AFTERNOON.date()
    item.refresh_from_db()
    assert item.decision == decision


def test_what_was_adopted_is_concluded_not_taken_off(sitting: Sitting) -> None:
    item, poll = voted(sitting, "for", "for", "for")
    sitting.close(poll)
    with refused("committee.adopted_already"):
        operations.take_off(item=item, because="Non.", by=sitting.referent, at=sitting.later())


def test_a_conflict_confirmed_once_asks_for_a_recusal_at_each_session(
    sitting: Sitting, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    Landlord.objects.filter(pk=journey.landlord_id).update(federation=sitting.seats[2].body)
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    item = queries.items(session=sitting.session).get()
    members = queries.holders_of(session=sitting.session)
    clue = queries.clues(item=item, mandates=members)[0]
    operations.review(item=item, clue=clue, confirmed=True, reason="Lien direct.", by=sitting.referent, at=sitting.later())
    recusal = item.recusals.get()
    operations.lift(recusal=recusal, because="Erreur.", by=sitting.referent, at=sitting.later())
    assert clue.person in {one.person for one in queries.unsettled(item=item, mandates=members)}


def test_a_rejected_motion_moves_nothing_and_another_may_follow(
    sitting: Sitting, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    poll = sitting.poll(item, motion="Attribuer le label", outcome=Outcome.LABEL_AWARDED)
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "against")
    assert sitting.close(poll).result == "rejected"
    with refused("committee.reasons_missing"):
        sitting.poll(item, motion="Ajourner", outcome=Outcome.AWARD_DEFERRED)
    poll = sitting.poll(item, motion="Ajourner", outcome=Outcome.AWARD_DEFERRED, reasons="Le plan est incomplet.")
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "for")
    sitting.close(poll)
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    journey.refresh_from_db()
    assert journey.stage == Stage.AWARD_DEFERRED


# --- Around Python -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE committee_ballot SET choice = 'against'",
        "DELETE FROM committee_ballot",
        "UPDATE committee_poll SET sentence = 'Autre'",
        "DELETE FROM committee_poll",
        "UPDATE committee_move SET inside = false",
        "DELETE FROM committee_move",
        "UPDATE committee_rollline SET may_vote = false",
        "UPDATE committee_declaration SET interest = 'none'",
        "DELETE FROM committee_declaration",
        """INSERT INTO committee_ballot
               (poll_id, seat_id, version, mandate_id, by_id, choice, conditions, reasons, at, nonce, seal, entry)
           SELECT poll_id, seat_id, version + 1, mandate_id, by_id, 'against', '', '', at, nonce, seal, entry + 1000000
           FROM committee_ballot""",
    ],
)
def test_what_was_voted_never_changes(sitting: Sitting, change: str) -> None:
    _, poll = voted(sitting, "for", "for", "for")
    sitting.close(poll)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_cancelled_session_frees_its_journeys(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    operations.cancel(session=sitting.session, because="Grève des trains.", by=sitting.referent, at=sitting.at)
    assert Session.objects.get(pk=sitting.session.pk).cancelled_because == "Grève des trains."
    assert list(queries.ready(on=AFTERNOON.date())) == [journey]
