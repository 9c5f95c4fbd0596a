"""A wave from its preparation to its close: who is asked follows from the margin, and can be drawn again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.surveys import operations
from palier.surveys.models import Household, Invitation, Solicitation, Stratum, Wave
from palier.surveys.queries import homes_of, plan_of, rates_of, standings
from palier.surveys.rules.contact import Channel, Mode
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.sampling import Unit, draw
from palier.surveys.rules.waves import Design, EventKind, Pace, Split, State
from palier.verdict import Conflict, Refusal
from tests.surveys.waves import EITHER, Post, draft, wave_of

pytestmark = pytest.mark.django_db
Households = Callable[..., list[Household]]
MakeWave = Callable[..., Wave]
SAMPLE = {"design": Design.SAMPLE, "split": Split.AGENCY, "margin": Decimal(10), "expected_rate": 60}


def test_the_sample_follows_the_margin_and_anybody_draws_it_again(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    homes = make_households(400)
    wave = make_wave("drawn", **SAMPLE)
    # 200 households an agency: 65 answers for 10 points, 109 asked when 60 % answer.
    assert list(Stratum.objects.order_by("label").values_list("label", "population", "wanted", "drawn")) == [
        ("Nord", 200, 66, 110),
        ("Sud", 200, 66, 110),
    ]
    line = Entry.objects.get(act="surveys.wave_drawn").content
    assert line is not None
    assert line["facts"]["seed"] == wave.seed
    units = [Unit(home.pk, home.reference, home.residence_id, home.agency, None) for home in homes if home.agency == "Nord"]
    again = {unit.pk for unit in draw(units, 110, seed=line["facts"]["seed"])}
    drawn = Invitation.objects.filter(stratum__label="Nord").values_list("household", flat=True)
    assert again == set(drawn)


def test_who_objected_or_is_being_asked_is_not_drawn(make_households: Households, make_wave: MakeWave, at: datetime) -> None:
    homes = make_households(60)
    operations.object_to(household=homes[0], origin=Origin.STAFF, by=None, at=at)
    first = make_wave(**SAMPLE | {"margin": Decimal(20), "expected_rate": 100})
    second = make_wave("drawn", name="Autre")
    asked = set(Invitation.objects.filter(wave=first).values_list("household", flat=True))
    then = set(Invitation.objects.filter(wave=second).values_list("household", flat=True))
    assert homes[0].pk not in asked | then
    assert not asked & then
    assert second.excluded == {"objected": 1, "busy": len(asked)}


def test_a_panel_is_the_same_households_as_before(make_households: Households, make_wave: MakeWave, at: datetime) -> None:
    make_households(40)
    first = make_wave(**SAMPLE | {"margin": Decimal(20), "expected_rate": 90})
    operations.close(wave=first, by=None, at=at)
    make_households(0)
    panel = make_wave("drawn", design=Design.PANEL, panel_of=first, name="Panel")
    asked, again = (set(Invitation.objects.filter(wave=wave).values_list("household", flat=True)) for wave in (first, panel))
    assert again == asked


def test_the_rows_of_invitations_are_in_nobodys_order(make_households: Households, make_wave: MakeWave) -> None:
    make_households(60)
    make_wave("drawn")
    digests = list(Invitation.objects.order_by("pk").values_list("digest", flat=True))
    assert digests == sorted(digests)


def test_a_draw_is_undone_until_somebody_is_asked(make_households: Households, make_wave: MakeWave, at: datetime) -> None:
    make_households(3)
    wave = make_wave("drawn")
    operations.undo_draw(wave=wave, by=None, at=at)
    assert not Invitation.objects.exists()
    operations.draw_sample(wave=wave, by=None, at=at)
    operations.launch(wave=wave, by=None, at=at)
    with pytest.raises(Refusal):
        operations.undo_draw(wave=wave, by=None, at=at)


def test_a_wave_drawn_no_longer_changes_and_a_stale_change_is_refused(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(3)
    wave = make_wave("draft")
    operations.edit_wave(wave=wave, draft=draft(at, name="Autre nom"), seen=1, by=None, at=at)
    with pytest.raises(Conflict):
        operations.edit_wave(wave=wave, draft=draft(at), seen=1, by=None, at=at)
    operations.draw_sample(wave=wave, by=None, at=at)
    wave.refresh_from_db()
    with pytest.raises(Refusal):
        operations.edit_wave(wave=wave, draft=draft(at), seen=wave.revision, by=None, at=at)


@pytest.mark.parametrize(
    "wrong",
    [
        {"design": Design.SAMPLE},
        {"design": Design.PANEL},
        {"design": Design.HOT},
        {"paces": ()},
        {"paces": (Pace(0, EITHER), Pace(40, EITHER))},
    ],
)
def test_a_wave_that_cannot_be_asked_so_is_refused(landlord: Landlord, at: datetime, wrong: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        operations.create_wave(landlord=landlord, draft=draft(at, **wrong), by=None, at=at)


def test_nobody_to_ask_is_said(make_wave: MakeWave) -> None:
    with pytest.raises(Refusal):
        make_wave("drawn")


def test_only_a_drawn_wave_is_launched_once_and_before_its_last_day(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(3)
    wave = make_wave("draft")
    with pytest.raises(Refusal):
        operations.launch(wave=wave, by=None, at=at)
    operations.draw_sample(wave=wave, by=None, at=at)
    with pytest.raises(Refusal):
        operations.launch(wave=wave, by=None, at=at + timedelta(days=29))
    assert operations.launch(wave=wave, by=None, at=at) == 3
    with pytest.raises(Refusal):
        operations.launch(wave=wave, by=None, at=at)


def test_a_closed_wave_forgets_its_links_and_takes_no_answer(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(3)
    wave = make_wave()
    assert operations.close_due(at=at + timedelta(days=28)) == 0
    assert operations.close_due(at=at + timedelta(days=29)) == 1
    wave.refresh_from_db()
    assert wave.state == State.CLOSED
    assert not Invitation.objects.filter(sealed__isnull=False).exists()
    with pytest.raises(Refusal):
        operations.note_answer(invitation=Invitation.objects.all()[0].pk)


def test_one_answer_each_and_nothing_says_when(make_households: Households, make_wave: MakeWave, at: datetime) -> None:
    make_households(4)
    wave = make_wave()
    lines = Entry.objects.count()
    first, second, third, _ = Invitation.objects.all()
    operations.note_answer(invitation=first.pk)
    operations.note_answer(invitation=second.pk, mode=Mode.PHONE, partial=True)
    operations.note_refusal(invitation=third)
    with pytest.raises(Conflict):
        operations.note_answer(invitation=first.pk)
    operations.note_refusal(invitation=first)
    assert Entry.objects.count() == lines
    found = rates_of(wave=wave)
    assert (found.complete, found.partial, found.refused, found.unknown) == (1, 1, 1, 1)
    dates = [field.name for field in Invitation._meta.get_fields() if "Date" in type(field).__name__]
    assert dates == ["held_until"]
    assert not Invitation.objects.filter(held_until__isnull=False).exists()


def test_the_strata_that_miss_most_come_first(make_households: Households, make_wave: MakeWave) -> None:
    make_households(8)
    wave = make_wave(split=Split.AGENCY)
    for invitation in Invitation.objects.filter(stratum__label="Nord"):
        operations.note_answer(invitation=invitation.pk)
    found = standings(wave=wave, on=wave.closes_on)
    assert [(standing.stratum.label, standing.missing, standing.lags) for standing in found] == [
        ("Sud", 4, True),
        ("Nord", 0, False),
    ]
    assert not any(standing.lags for standing in standings(wave=wave, on=wave.opens_on)), "nothing is late on the first day"


def test_a_stop_by_text_message_is_an_objection_of_every_household_it_reaches(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    home, other, _ = make_households(3)
    Household.objects.filter(pk=other.pk).update(phone=home.phone)
    wave = make_wave()
    assert operations.hear_stop(phones=[home.phone], at=at) == 2
    assert operations.hear_stop(phones=["", "+33699999999"], at=at) == 0
    assert rates_of(wave=wave).refused == 2


def test_a_plan_asks_as_many_queries_whatever_the_number(
    make_households: Households, make_wave: MakeWave, at: datetime, django_assert_num_queries: Callable[..., object]
) -> None:
    make_households(50)
    wave = make_wave("draft", **SAMPLE)
    with django_assert_num_queries(5):  # type: ignore[attr-defined]
        assert plan_of(wave=wave, at=at).population == 50


def test_a_hot_wave_asks_at_each_event_and_says_why_it_does_not(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    homes = make_households(4)
    hot = make_wave(
        design=Design.HOT, trigger=EventKind.INTERVENTION, delay_hours=2, paces=(Pace(0, EITHER),), split=Split.AGENCY
    )
    Household.objects.filter(pk=homes[1].pk).update(email="", phone="")
    operations.object_to(household=homes[2], origin=Origin.PAGE, by=None, at=at)

    def told(reference: str, household: str, kind: EventKind = EventKind.INTERVENTION) -> operations.Told:
        return operations.Told(kind, reference, household, at.date(), "Plomberie du Port", "plomberie")

    events = [told(f"I{n}", home.reference) for n, home in enumerate(homes)]
    events += [told("I9", "nobody"), told("C1", homes[0].reference, EventKind.CONTACT), told("I0", homes[0].reference)]
    found = operations.hear_events(landlord=landlord, told=events, origin=Origin.API, by=None, at=at)
    assert [event.silent_because for event in found] == ["", "no_contact", "objected", "", "unknown", "no_wave", ""]
    assert found[0] == found[-1]
    assert Invitation.objects.filter(wave=hot).count() == 2
    assert {row.due_at for row in Solicitation.objects.all()} == {at + timedelta(hours=2)}
    assert list(Stratum.objects.values_list("label", "drawn").order_by("label")) == [("Nord", 1), ("Sud", 1)]


def test_events_ask_a_household_no_more_than_its_budget_and_only_what_left_counts_as_invited(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    [home] = make_households(1)
    hot = make_wave(design=Design.HOT, trigger=EventKind.INTERVENTION, delay_hours=2, paces=(Pace(0, (Channel.EMAIL,)),))
    Household.objects.filter(pk=home.pk).update(email="home@example.org")

    def hear(first: int, count: int, when: datetime) -> list[str | None]:
        told = [operations.Told(EventKind.INTERVENTION, f"I{first + n}", home.reference, at.date()) for n in range(count)]
        found = operations.hear_events(landlord=landlord, told=told, origin=Origin.API, by=None, at=when)
        return [event.silent_because for event in found]

    assert hear(0, 1, at) == [""]
    assert rates_of(wave=hot).unknown == 0, "nothing left yet"
    Post().send(at + timedelta(hours=3))
    assert rates_of(wave=hot).unknown == homes_of(wave=hot) == 1
    assert hear(1, 6, at + timedelta(hours=4)) == ["", "", "", "", "budget", "budget"]
    [standing] = standings(wave=hot, on=hot.closes_on)
    assert (standing.stratum.drawn, standing.stratum.wanted, standing.lags) == (5, 0, False)
    assert rates_of(wave=hot).unknown == 1
    Post().send(at + timedelta(hours=8))
    assert (rates_of(wave=hot).unknown, homes_of(wave=hot)) == (5, 1)
    assert not Solicitation.objects.filter(state="planned").exists(), "nothing asked waits for ever"


def test_two_hot_waves_never_wait_for_the_same_event(landlord: Landlord, at: datetime) -> None:
    hot = {"design": Design.HOT, "trigger": EventKind.MOVE_IN, "paces": (Pace(0, EITHER),)}
    wave_of(landlord, until="running", at=at, **hot)
    with pytest.raises(Refusal):
        wave_of(landlord, until="running", at=at, **hot)


def test_an_undelivered_invitation_may_still_be_answered(make_households: Households, make_wave: MakeWave) -> None:
    make_households(1)
    make_wave()
    Invitation.objects.update(outcome=Outcome.UNDELIVERED)
    operations.note_answer(invitation=Invitation.objects.get().pk)
    assert Invitation.objects.get().outcome == Outcome.COMPLETE
