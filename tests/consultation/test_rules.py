"""The gate: nobody passes without tenants, and what they do never closes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.consultation.rules import (
    Body,
    Duty,
    GateFacts,
    Meeting,
    Opinion,
    Through,
    Voice,
    complete_meeting,
    complete_opinion,
    counted,
    gate,
    gate_opens_on,
    may_remind,
    next_reminder_on,
    through,
)

DAY = date(2026, 2, 24)
POND = Voice(1, "Les Locataires de l’Étang", sent_on=DAY)
YARDS = Voice(2, "Amicale des Trois-Cours", sent_on=DAY)


def facts(*voices: Voice, duty: Duty = Duty.OPINION, on: date = DAY, meetings: tuple[Meeting, ...] = ()) -> GateFacts:
    return GateFacts(7, duty, on, 9, lapse_days=30, reminders=2, voices=voices, meetings=meetings)


def answered(voice: Voice, opinion: Opinion = Opinion.FAVOURABLE) -> Voice:
    return replace(voice, read_on=DAY, answered_on=DAY + timedelta(days=3), opinion=opinion)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.mark.parametrize("duty", Duty)
def test_a_stage_where_nobody_was_associated_stays_closed(duty: Duty) -> None:
    verdict = gate(GateFacts(7, duty, after(10_000), None, 0, 0))
    assert [reason.code for reason in verdict.reasons] == ["consultation.not_opened"]
    assert verdict.reasons[0].remedy is not None


@pytest.mark.parametrize("duty", Duty)
def test_no_association_opens_nothing_by_itself_not_even_time(duty: Duty) -> None:
    verdict = gate(facts(duty=duty, on=after(10_000)))
    assert [reason.code for reason in verdict.reasons] == ["consultation.tenants_not_heard"]


@pytest.mark.parametrize("duty", Duty)
def test_without_association_a_direct_consultation_with_its_document_opens(duty: Duty) -> None:
    direct = Meeting(Body.DIRECT, DAY, has_minutes=True)
    assert gate(facts(duty=duty, meetings=(direct,)))
    assert not gate(facts(duty=duty, meetings=(replace(direct, has_minutes=False),)))


def test_informing_opens_once_every_association_was_written_to() -> None:
    assert gate(facts(POND, YARDS, duty=Duty.INFORM))
    verdict = gate(facts(POND, replace(YARDS, sent_on=None), duty=Duty.INFORM))
    assert [reason.code for reason in verdict.reasons] == ["consultation.not_reached"]


@pytest.mark.parametrize("duty", [Duty.CONSULT, Duty.OPINION])
def test_an_association_that_cannot_be_reached_is_never_skipped_by_time(duty: Duty) -> None:
    lost = replace(YARDS, sent_on=None)
    assert not gate(facts(answered(POND), lost, duty=duty, on=after(10_000)))
    assert gate_opens_on(facts(answered(POND), lost, duty=duty)) is None


@pytest.mark.parametrize("duty", [Duty.CONSULT, Duty.OPINION])
@pytest.mark.parametrize("opinion", Opinion)
def test_any_opinion_opens_an_unfavourable_one_included(duty: Duty, opinion: Opinion) -> None:
    assert gate(facts(answered(POND, opinion), answered(YARDS), duty=duty))


def test_one_answer_of_two_is_not_enough_and_the_reason_names_who_is_awaited() -> None:
    (reason,) = gate(facts(answered(POND), YARDS, on=after(5))).reasons
    assert reason.sentence == "Un avis de représentants de locataires manque : Amicale des Trois-Cours."
    assert reason.detail == (
        "1 association sur 2. À défaut de réponse, la porte s’ouvre le 27 mars 2026, après les relances tracées."
    )
    assert reason.remedy is not None
    assert (reason.remedy.page, dict(reason.remedy.args)) == ("consultation_round", {"landlord_id": 7, "round_id": 9})


def test_a_meeting_counts_only_with_minutes_and_for_those_invited() -> None:
    held = Meeting(Body.COUNCIL, after(5), invited=frozenset({1, 2}), present=frozenset({1}), has_minutes=True)
    assert gate(facts(POND, YARDS, on=after(6), meetings=(held,)))
    assert not gate(facts(POND, YARDS, on=after(6), meetings=(replace(held, has_minutes=False),)))
    assert not gate(facts(POND, YARDS, on=after(6), meetings=(replace(held, present=frozenset()),)))
    only_pond = facts(POND, YARDS, on=after(6), meetings=(replace(held, invited=frozenset({1})),))
    assert through(POND, only_pond) is Through.MET
    assert through(YARDS, only_pond) is None


def test_the_delay_runs_out_the_day_after_its_last_day_after_two_reminders() -> None:
    reminded = replace(POND, reminded_on=(after(10), after(17)))
    assert not gate(facts(reminded, on=after(30)))
    assert gate(facts(reminded, on=after(31)))


@pytest.mark.parametrize(
    "reminders",
    [(), (10,), (10, 13), (3, 6), (6, 12)],
    ids=["none", "one", "three days apart", "both too early", "the first too early"],
)
def test_time_alone_never_opens_without_two_reminders_seven_days_apart(reminders: tuple[int, ...]) -> None:
    voice = replace(POND, reminded_on=tuple(after(n) for n in reminders))
    assert not gate(facts(voice, on=after(10_000)))


def test_a_late_reminder_still_leaves_a_week_to_answer() -> None:
    voice = replace(POND, reminded_on=(after(25), after(40)))
    assert not gate(facts(voice, on=after(46)))
    assert gate(facts(voice, on=after(47)))


def test_palier_reminds_by_itself_at_thirds_of_the_delay() -> None:
    assert next_reminder_on(POND, facts(POND)) == after(10)
    once = replace(POND, reminded_on=(after(10),))
    assert next_reminder_on(once, facts(once)) == after(20)
    twice = replace(POND, reminded_on=(after(10), after(20)))
    assert next_reminder_on(twice, facts(twice)) is None
    assert next_reminder_on(answered(POND), facts(POND)) is None


def test_a_reminder_waits_seven_days_and_stops_at_the_answer() -> None:
    assert not may_remind(POND, after(6))
    assert may_remind(POND, after(7))
    assert not may_remind(replace(POND, reminded_on=(after(7),)), after(13))
    assert not may_remind(answered(POND), after(20))
    assert not may_remind(replace(POND, sent_on=None), after(20))


@pytest.mark.parametrize("opinion", Opinion)
def test_what_is_asked_or_feared_is_written(opinion: Opinion) -> None:
    assert bool(complete_opinion(opinion, "  ")) is not opinion.needs_text
    assert complete_opinion(opinion, "Nous demandons un gardien.")


def test_a_meeting_to_come_too_old_or_with_strangers_is_refused() -> None:
    def of(held_on: date, invited: set[int], present: set[int]) -> list[str]:
        verdict = complete_meeting(
            held_on=held_on, opened_on=DAY, on=after(5), invited=invited, present=present, associations={1, 2}
        )
        return [reason.code for reason in verdict.reasons]

    assert of(after(3), {1, 2}, {1}) == []
    assert of(after(-60), {1, 2}, {1}) == []
    assert of(after(6), {1}, {1}) == ["consultation.meeting_to_come"]
    assert of(after(-91), {1}, {1}) == ["consultation.meeting_too_old"]
    assert of(after(3), {1}, {1, 2}) == ["consultation.present_not_invited"]
    assert of(after(3), {1, 3}, {1}) == ["consultation.not_in_round"]
    assert of(after(3), set(), set()) == ["consultation.nobody_invited"]


# --- Properties ----------------------------------------------------------------------------------------------------

days = st.integers(0, 90).map(after)


@st.composite
def voices(draw: st.DrawFn, association: int) -> Voice:
    sent = draw(st.none() | st.just(DAY) | days)
    reminded = tuple(draw(st.lists(days, max_size=4))) if sent else ()
    voice = Voice(association, f"A{association}", sent, tuple(day for day in reminded if sent and day >= sent))
    if draw(st.booleans()):
        return replace(voice, read_on=DAY, answered_on=draw(days), opinion=draw(st.sampled_from(Opinion)))
    return voice


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    invited = draw(st.frozensets(st.integers(1, 3)))
    present = draw(st.frozensets(st.sampled_from(sorted(invited)))) if invited else frozenset()
    return Meeting(draw(st.sampled_from(Body)), draw(days), invited, present, draw(st.booleans()))


@st.composite
def situations(draw: st.DrawFn) -> GateFacts:
    count = draw(st.integers(1, 3))
    return GateFacts(
        landlord=1,
        duty=draw(st.sampled_from(Duty)),
        on=draw(st.integers(0, 120).map(after)),
        round=1,
        lapse_days=draw(st.integers(0, 60)),
        reminders=draw(st.integers(0, 3)),
        voices=tuple(draw(voices(n + 1)) for n in range(count)),
        meetings=tuple(draw(st.lists(meetings(), max_size=2))),
    )


@given(situations(), st.integers(1, 3), st.sampled_from(Opinion))
def test_one_more_answer_never_closes_the_gate(before: GateFacts, association: int, opinion: Opinion) -> None:
    more = replace(
        before,
        voices=tuple(
            replace(v, read_on=before.on, answered_on=before.on, opinion=opinion)
            if v.association == association and v.answered_on is None
            else v
            for v in before.voices
        ),
    )
    assert gate(more) or not gate(before)


@given(situations(), st.integers(1, 3), days)
def test_one_more_reminder_never_closes_the_gate(before: GateFacts, association: int, day: date) -> None:
    last = max((d for v in before.voices if v.sent_on for d in (v.sent_on, *v.reminded_on)), default=DAY)
    day = max(day, last)
    more = replace(
        before,
        voices=tuple(
            replace(v, reminded_on=(*v.reminded_on, day)) if v.association == association and v.sent_on else v
            for v in before.voices
        ),
    )
    assert gate(more) or not gate(before)


@given(situations(), meetings())
def test_one_more_meeting_never_closes_the_gate(before: GateFacts, meeting: Meeting) -> None:
    assert gate(replace(before, meetings=(*before.meetings, meeting))) or not gate(before)


@given(situations(), st.integers(0, 400))
def test_time_never_closes_the_gate(before: GateFacts, more: int) -> None:
    assert gate(replace(before, on=before.on + timedelta(days=more))) or not gate(before)


@given(situations())
def test_an_open_gate_means_that_every_association_had_its_part(given_: GateFacts) -> None:
    parts = [through(voice, given_) for voice in given_.voices]
    assert bool(gate(given_)) is all(parts)
    for voice, how in zip(given_.voices, parts, strict=True):
        if how is Through.LAPSED:
            assert voice.sent_on is not None
            assert len(counted(voice)) > given_.reminders
            assert given_.on > voice.sent_on + timedelta(days=given_.lapse_days)
        if how is Through.INFORMED:
            assert given_.duty is Duty.INFORM
            assert voice.sent_on is not None


@given(st.integers(0, 60), st.integers(0, 3))
def test_the_day_announced_on_the_first_day_is_the_day_it_opens(lapse_days: int, reminders: int) -> None:
    voice, day = POND, DAY
    now = GateFacts(1, Duty.OPINION, day, 1, lapse_days, reminders, (voice,))
    announced = gate_opens_on(now)
    while not gate(now):
        assert gate_opens_on(now) == announced
        if next_reminder_on(voice, now) == day:
            voice = replace(voice, reminded_on=(*voice.reminded_on, day))
        day += timedelta(days=1)
        now = replace(now, on=day, voices=(voice,))
    assert day == announced
