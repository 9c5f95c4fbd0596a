"""One answer each, kept whole or not at all; in progress, only the link reads it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection, transaction

from palier.answers import queries
from palier.answers.models import Draft, Slip
from palier.answers.operations import add_details, keep_draft, submit
from palier.answers.sealing import open_draft, open_slip
from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.surveys.models import Household, Invitation, Wave
from palier.surveys.operations import hear_events, stop
from palier.surveys.queries import Addressee, addressee
from palier.surveys.rules.contact import Channel, Mode
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.waves import Design, EventKind, Pace, Told
from palier.verdict import Conflict, Refusal
from tests.answers.scene import FINE, addressed, closed, links, running

pytestmark = pytest.mark.django_db
Households = Callable[..., list[Household]]


def test_an_answer_is_stored_once_and_leaves_no_line(landlord: Landlord, make_households: Households, at: datetime) -> None:
    make_households(2)
    wave = running(landlord, at)
    [(invitation, token), _] = links(wave)
    lines = Entry.objects.count()
    keep_draft(invitation=invitation, token=token, said={"mark": 3})
    submit(to=addressed(token), said=FINE, mode=Mode.WEB)
    with pytest.raises(Conflict):
        submit(to=addressed(token), said=FINE | {"mark": 1}, mode=Mode.WEB)
    assert queries.given(token=token) == FINE
    assert Slip.objects.count() == 1
    assert not Draft.objects.exists()
    assert Entry.objects.count() == lines
    invitation.refresh_from_db()
    assert invitation.outcome == Outcome.COMPLETE
    assert invitation.sealed is None


def test_what_does_not_hold_is_kept_nowhere(landlord: Landlord, make_households: Households, at: datetime) -> None:
    make_households(1)
    [(invitation, token)] = links(running(landlord, at))
    for said in ({"mark": 8}, FINE | {"mark": 11}, FINE | {"colour": "red"}):
        with pytest.raises(Refusal):
            submit(to=addressed(token), said=said, mode=Mode.WEB)
    invitation.refresh_from_db()
    assert invitation.outcome == Outcome.NOTHING
    assert not Slip.objects.exists()


def test_answers_that_are_no_longer_asked_are_not_kept(landlord: Landlord, make_households: Households, at: datetime) -> None:
    make_households(1)
    [(_, token)] = links(running(landlord, at))
    submit(to=addressed(token), said=FINE | {"lift_days": 9}, mode=Mode.WEB)
    assert "lift_days" not in (queries.given(token=token) or {})


def test_a_draft_is_found_and_read_with_its_link_alone(landlord: Landlord, make_households: Households, at: datetime) -> None:
    make_households(2)
    [(invitation, token), (_, other)] = links(running(landlord, at))
    keep_draft(invitation=invitation, token=token, said={"overall_satisfaction": "very_dissatisfied", "why": "Le froid."})
    keep_draft(invitation=invitation, token=token, said={"overall_satisfaction": "very_dissatisfied", "why": "Le bruit."})
    assert queries.draft(token=token) == {"overall_satisfaction": "very_dissatisfied", "why": "Le bruit."}
    assert queries.draft(token=other) == {}
    [draft] = Draft.objects.all()
    assert invitation.digest not in draft.row
    with pytest.raises(InvalidTag):
        open_draft(other, bytes(draft.sealed))
    assert b"bruit" not in bytes(draft.sealed)


def test_sealed_lengths_say_little(landlord: Landlord, make_households: Households, at: datetime) -> None:
    make_households(2)
    [(one, token), (_, other)] = links(running(landlord, at))
    submit(to=addressed(token), said={"overall_satisfaction": "very_satisfied"}, mode=Mode.WEB)
    submit(to=addressed(other), said=FINE, mode=Mode.PHONE)
    assert len({len(bytes(slip.sealed)) for slip in Slip.objects.all()}) == 1
    with pytest.raises(InvalidTag):
        open_slip(bytes(Slip.objects.all()[0].sealed), wave=one.wave_id + 1)


def test_details_join_the_answer_while_it_is_in_the_urn(landlord: Landlord, make_households: Households, at: datetime) -> None:
    make_households(1)
    [(invitation, token)] = links(running(landlord, at))
    submit(to=addressed(token), said={"overall_satisfaction": "very_dissatisfied"}, mode=Mode.WEB)
    add_details(invitation=invitation, token=token, said={"why": "La fuite est revenue."})
    assert queries.given(token=token) == {"overall_satisfaction": "very_dissatisfied", "why": "La fuite est revenue."}
    with pytest.raises(Refusal):
        add_details(invitation=invitation, token=token, said={"mark": 99})
    Slip.objects.all().delete()
    with pytest.raises(Conflict, match="déjà comptée"):
        add_details(invitation=invitation, token=token, said={"why": "Trop tard."})


def test_a_stopped_wave_still_takes_answers_and_a_closed_one_no_more(
    landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(2)
    wave = running(landlord, at)
    [(_, token), (_, other)] = links(wave)
    stop(wave=wave, by=None, at=at)
    submit(to=addressed(token), said=FINE, mode=Mode.WEB)
    closed(wave, at)
    with pytest.raises(Refusal, match="ne reçoit plus"):
        submit(to=addressed(other), said=FINE, mode=Mode.WEB)
    assert Slip.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_make_one_answer(landlord: Landlord, make_households: Households, at: datetime) -> None:
    make_households(1)
    [(_, token)] = links(running(landlord, at))
    outcomes: list[str] = []

    def answer() -> None:
        try:
            with transaction.atomic():
                submit(to=addressed(token), said=FINE, mode=Mode.WEB)
            outcomes.append("stored")
        except Conflict:
            outcomes.append("known")
        finally:
            connection.close()

    threads = [threading.Thread(target=answer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["known", "known", "known", "stored"]
    assert Slip.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_under_way_holds_up_no_other_of_its_wave(
    landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(2)
    [(_, token), (second, other)] = links(running(landlord, at))

    def answer() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
                submit(to=addressed(other), said=FINE, mode=Mode.WEB)
        finally:
            connection.close()

    with transaction.atomic():
        submit(to=addressed(token), said=FINE, mode=Mode.WEB)
        thread = threading.Thread(target=answer)
        thread.start()
        thread.join()
        assert Invitation.objects.get(pk=second.pk).outcome == Outcome.COMPLETE


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_the_outcome_of_its_invitation_are_one_transaction(
    landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(1)
    [(invitation, token)] = links(running(landlord, at))
    with pytest.raises(RuntimeError):
        submit(to=addressed(token), said=FINE, mode=Mode.WEB)
    with transaction.atomic():
        submit(to=addressed(token), said=FINE, mode=Mode.WEB)
        transaction.set_rollback(True)
    invitation.refresh_from_db()
    assert (Slip.objects.count(), invitation.outcome) == (0, Outcome.NOTHING)


@pytest.mark.parametrize("hot", [False, True])
def test_whom_a_link_asks_is_read_alike_in_sql_and_through_models(
    landlord: Landlord, make_households: Households, at: datetime, *, hot: bool
) -> None:
    homes = make_households(3)
    if hot:
        wave = running(
            landlord, at, design=Design.HOT, trigger=EventKind.INTERVENTION, paces=(Pace(0, (Channel.EMAIL,)),), delay_hours=0
        )
        told = [Told(EventKind.INTERVENTION, f"I{n}", one.reference, at.date(), "ADM", "gaz") for n, one in enumerate(homes)]
        hear_events(landlord=landlord, told=told, origin=Origin.API, by=None, at=at)
    else:
        wave = running(landlord, at)
    everybody = links(wave)
    assert len(everybody) == 3
    Invitation.objects.filter(pk=everybody[0][0].pk).update(household=None, mode=Mode.PAPER, language="en")
    for invitation, token in everybody:
        invitation.refresh_from_db()
        home, event = invitation.household, invitation.event
        assert addressed(token) == Addressee(
            token, invitation.pk, wave.pk, wave.questionnaire_id or 0, invitation.language, invitation.mode,
            invitation.stratum_id, home.agency if home else "", home.qpv if home else None, home.residence_id if home else None,
            event.supplier if event else "", event.theme if event else "",
        )  # fmt: skip
    assert addressee(token="a" * 22) is None
    Wave.objects.filter(pk=wave.pk).update(questionnaire=None)
    assert addressee(token=everybody[1][1]) is None
