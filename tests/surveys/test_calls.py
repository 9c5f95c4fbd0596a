"""The telephone and the paper: whom to call next, when, how often; no trace of when an answer came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.ledger.models import Entry
from palier.surveys import operations
from palier.surveys.models import Household, Invitation, PhoneAttempt, Solicitation, Wave
from palier.surveys.queries import batches, invited, letters_of, printed, to_post
from palier.surveys.rules.contact import Channel, Mode
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.sendings import MOST_CALLS, Budget, State, Terms
from palier.surveys.rules.waves import Design, EventKind, Pace, Split, Told
from palier.verdict import Conflict, Refusal
from tests.committee.races import at_once

pytestmark = pytest.mark.django_db
Households = Callable[..., list[Household]]
MakeWave = Callable[..., Wave]
DAY = timedelta(days=1)


@pytest.fixture
def caller(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.CONTRIBUTOR, landlord, "M. T.")


def take(wave: Wave, caller: Person, at: datetime) -> Invitation:
    found = operations.next_call(wave=wave, by=caller, at=at)
    assert found is not None
    return found


def test_the_stratum_that_misses_most_is_called_first(
    make_households: Households, make_wave: MakeWave, caller: Person, at: datetime
) -> None:
    make_households(8)
    wave = make_wave(split=Split.AGENCY)
    for invitation in Invitation.objects.filter(stratum__label="Nord")[:3]:
        operations.note_answer(invitation=invitation.pk)
    assert take(wave, caller, at).stratum.label == "Sud"


def test_a_household_is_on_one_telephone_at_a_time(
    landlord: Landlord,
    make_households: Households,
    make_wave: MakeWave,
    caller: Person,
    make_person: Callable[..., Person],
    at: datetime,
) -> None:
    make_households(2)
    wave = make_wave()
    other = make_person(Role.QUALITY_LEAD, landlord)
    mine = take(wave, caller, at)
    assert take(wave, caller, at) == mine
    theirs = take(wave, other, at)
    assert theirs != mine
    with pytest.raises(Conflict):
        operations.begin_interview(invitation=theirs, by=caller, at=at)
    # Half an hour later nobody holds it any more.
    assert take(wave, other, at + timedelta(minutes=31)) in {mine, theirs}


def test_an_interview_goes_through_the_tenants_own_page_and_counts_on_its_day_alone(
    make_households: Households, make_wave: MakeWave, caller: Person, at: datetime
) -> None:
    make_households(1)
    wave = make_wave()
    token = operations.begin_interview(invitation=take(wave, caller, at), by=caller, at=at)
    found = invited(token=token)
    assert found is not None
    assert found.mode == Mode.PHONE
    call = Solicitation.objects.get(channel=Channel.PHONE)
    assert call.left_at == datetime.fromisoformat("2026-03-10T00:00+01:00")
    operations.note_answer(invitation=found.pk)
    assert not PhoneAttempt.objects.exists()


def test_nobody_is_called_twice_a_day_nor_more_than_five_times(
    make_households: Households, make_wave: MakeWave, caller: Person, at: datetime
) -> None:
    make_households(1)
    wave = make_wave()
    now = at
    for _ in range(MOST_CALLS):
        found = take(wave, caller, now)
        operations.note_attempt(invitation=found, outcome=Outcome.NOT_REACHED, reached=False, again_at=None, by=caller, at=now)
        assert operations.next_call(wave=wave, by=caller, at=now) is None
        now += 7 * DAY if now.weekday() == 4 else DAY
    assert operations.next_call(wave=wave, by=caller, at=at + 14 * DAY) is None
    assert Invitation.objects.get().outcome == Outcome.NOT_REACHED


def test_whoever_asked_to_be_called_later_is_called_then(
    make_households: Households, make_wave: MakeWave, caller: Person, at: datetime
) -> None:
    make_households(1)
    wave = make_wave()
    later = at + timedelta(hours=3)
    operations.note_attempt(
        invitation=take(wave, caller, at), outcome=Outcome.NOTHING, reached=True, again_at=later, by=caller, at=at
    )
    assert operations.next_call(wave=wave, by=caller, at=later - timedelta(hours=1)) is None
    take(wave, caller, later)


def test_a_refusal_ends_it_and_the_budget_holds_for_calls_too(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, caller: Person, at: datetime
) -> None:
    make_households(2)
    wave = make_wave()
    first = take(wave, caller, at)
    operations.note_attempt(invitation=first, outcome=Outcome.REFUSED, reached=True, again_at=None, by=caller, at=at)
    first.refresh_from_db()
    assert (first.outcome, first.sealed) == (Outcome.REFUSED, None)
    operations.set_terms(landlord=landlord, terms=Terms(Budget(1, 30)), by=None, at=at)
    second = take(wave, caller, at)
    operations.note_attempt(
        invitation=second, outcome=Outcome.NOTHING, reached=True, again_at=at + timedelta(hours=2), by=caller, at=at
    )
    assert operations.next_call(wave=wave, by=caller, at=at + timedelta(hours=3)) is None


def test_nobody_is_called_outside_the_hours(
    make_households: Households, make_wave: MakeWave, caller: Person, at: datetime
) -> None:
    make_households(1)
    wave = make_wave()
    with pytest.raises(Refusal):
        operations.next_call(wave=wave, by=caller, at=at.replace(hour=20))


def test_letters_go_to_those_whom_no_message_reaches_once(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(4)
    Household.objects.filter(reference__in=["L00001", "L00002"]).update(email="", phone="")
    wave = make_wave()
    taken = operations.post_letters(wave=wave, limit=10, by=None, at=at)
    assert {invitation.household.reference for invitation in taken if invitation.household} == {"L00001", "L00002"}
    assert operations.post_letters(wave=wave, limit=10, by=None, at=at) == []
    assert Solicitation.objects.filter(channel=Channel.POST).count() == 2


def test_whoever_no_postman_would_find_is_not_written_to(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(2, email="", phone="")
    Household.objects.filter(reference="L00001").update(address="Appartement 29, Allée du Belvédère")
    wave = make_wave()
    [ready], [unaddressed] = to_post(wave=wave, at=at)
    assert operations.post_letters(wave=wave, limit=10, by=None, at=at) == [ready]
    assert unaddressed.household is not None
    assert unaddressed.household.reference == "L00001"
    residence = unaddressed.household.residence
    residence.address, residence.postcode = "5 rue du Belvédère", "93140"
    residence.save()
    [taken] = operations.post_letters(wave=wave, limit=10, by=None, at=at)
    [letter] = printed(wave=wave, invitations=[taken], origin="https://palier.example")["letters"]
    assert letter["to"] == ("Mme L1", "Appartement 29", "Allée du Belvédère", "5 rue du Belvédère", "93140 Bondy")
    # An address that a later file spoils is printed no more, and its letter is named.
    residence.address = ""
    residence.save()
    again = letters_of(wave=wave, on=paris_day(at))
    assert len(printed(wave=wave, invitations=again, origin="")["letters"]) == 1
    [batch] = batches(wave=wave)
    assert (batch.count, [home.reference for home in batch.unaddressed]) == (2, ["L00001"])


def test_letters_of_the_day_are_taken_back_until_somebody_answers(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(3, email="", phone="")
    operations.set_terms(landlord=landlord, terms=Terms(Budget(1, 30)), by=None, at=at)
    wave = make_wave()
    operations.post_letters(wave=wave, limit=2, by=None, at=at)
    assert len(to_post(wave=wave, at=at)[0]) == 1
    with pytest.raises(Refusal):
        operations.take_back_letters(wave=wave, by=None, at=at + DAY)
    assert operations.take_back_letters(wave=wave, by=None, at=at) == 2
    assert not Solicitation.objects.exists()
    taken = operations.post_letters(wave=wave, limit=5, by=None, at=at)
    assert len(taken) == 3
    assert operations.post_letters(wave=wave, limit=5, by=None, at=at) == []
    operations.note_answer(invitation=taken[0].pk)
    with pytest.raises(Refusal):
        operations.take_back_letters(wave=wave, by=None, at=at)
    assert Solicitation.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_letters_taken_back_from_two_pages_at_once_are_taken_back_once(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(3, email="", phone="")
    wave = make_wave()
    operations.post_letters(wave=wave, limit=3, by=None, at=at)
    answers = at_once([lambda: operations.take_back_letters(wave=wave, by=None, at=at)] * 2)
    assert 3 in answers
    assert sum(isinstance(answer, Refusal) for answer in answers) == 1
    assert [line.content["facts"] for line in Entry.objects.filter(act="surveys.letters_taken_back")] == [{"letters": 3}]


def test_taking_letters_back_leaves_those_prepared_meanwhile(
    make_households: Households, make_wave: MakeWave, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_households(3, email="", phone="")
    wave = make_wave()
    operations.post_letters(wave=wave, limit=2, by=None, at=at)
    look = Invitation.objects.select_for_update

    def meanwhile(**given: object) -> object:
        operations.post_letters(wave=wave, limit=1, by=None, at=at)
        return look(**given)

    monkeypatch.setattr(Invitation.objects, "select_for_update", meanwhile)
    assert operations.take_back_letters(wave=wave, by=None, at=at) == 2
    assert Solicitation.objects.filter(channel=Channel.POST).count() == 1


def test_a_household_of_several_events_gets_one_letter_at_a_time(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(2)
    operations.set_terms(landlord=landlord, terms=Terms(Budget(2, 30)), by=None, at=at)
    wave = make_wave(design=Design.HOT, trigger=EventKind.INTERVENTION, paces=(Pace(0, (Channel.EMAIL,)),))
    told = [Told(EventKind.INTERVENTION, f"I{n}", f"L{n % 2:05}", at.date()) for n in range(4)]
    operations.hear_events(landlord=landlord, told=told, origin=Origin.API, by=None, at=at)
    Solicitation.objects.update(state=State.FAILED)
    assert Invitation.objects.count() == 4
    assert len(to_post(wave=wave, at=at)[0]) == 2
    assert len(operations.post_letters(wave=wave, limit=3, by=None, at=at)) == 2
    assert operations.post_letters(wave=wave, limit=3, by=None, at=at) == []
    assert len(operations.post_letters(wave=wave, limit=3, by=None, at=at + DAY)) == 2
    assert to_post(wave=wave, at=at + 2 * DAY) == ([], [])


def test_a_household_without_an_address_gets_its_letter_at_its_residences_or_is_listed(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    homes = make_households(2, email="", address="")
    residence = homes[0].residence
    residence.address, residence.postcode = "5 rue du Belvédère", "93140"
    residence.save()
    [ready], [unaddressed] = to_post(wave=make_wave(paces=(Pace(0, (Channel.EMAIL,)),)), at=at)
    assert (ready.household, unaddressed.household) == tuple(homes)


def test_no_letter_goes_to_whoever_objected_or_was_asked_enough(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    homes = make_households(3, email="", phone="+33123456789")
    homes[1].phone = "+33198765432"
    homes[1].save()
    wave = make_wave()
    operations.object_to(household=homes[0], origin=Origin.STAFF, by=None, at=at)
    [found] = to_post(wave=wave, at=at)[0]  # the third bears the telephone of the first
    assert found.household == homes[1]
    Solicitation.objects.create(
        household=homes[1], invitation=found, channel=Channel.EMAIL, pace=0, due_at=at, left_at=at, state=State.UNSURE
    )
    assert to_post(wave=wave, at=at)[0] == [found]
    operations.set_terms(landlord=landlord, terms=Terms(Budget(1, 30)), by=None, at=at)
    assert to_post(wave=wave, at=at) == ([], [])


def test_a_paper_form_is_typed_in_by_its_code_once(
    landlord: Landlord, make_landlord: Callable[..., Landlord], make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(1)
    make_wave()
    invitation = Invitation.objects.get()
    code = invitation.code
    typed = f"{code[:5].lower()} {code[5:]}".replace("0", "o").replace("1", "l")
    found = invited(token=operations.begin_typing(landlord=landlord, code=typed))
    assert found == invitation
    assert found.mode == Mode.PAPER
    for elsewhere, wrong in ((make_landlord(), code), (landlord, "0000000000")):
        with pytest.raises(Refusal):
            operations.begin_typing(landlord=elsewhere, code=wrong)
    operations.note_answer(invitation=invitation.pk)
    with pytest.raises(Refusal):
        operations.begin_typing(landlord=landlord, code=code)
