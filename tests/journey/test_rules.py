"""The staircase says where one stands: built, under way, to come, stopped."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.directory.rules import Role
from palier.journey.rules import Pace, Standing, bars, landings, pace, staircase, steps_of_flight, told, towards
from palier.label.queries import shipped_rule_sets
from palier.label.rules.rulesets import parse
from palier.label.rules.stages import LIVE, Holder, Landing, Stage
from palier.verdict import Remedy, no

RULES = {data["code"]: parse(data) for data in shipped_rule_sets()}
CLIMBING = sorted(LIVE - {Stage.HEARING})


def standing(stage: Stage, code: str = "eighteen_eighteen", cycle: int = 1, **more: object) -> Standing:
    given_ = {
        "stage": stage,
        "cycle": cycle,
        "rules": RULES[code],
        "entered_on": date(2026, 1, 24),
        "due_on": date(2026, 4, 14),
        "label_from": None,
        "label_until": None,
        "left_on": {Stage.ENGAGEMENT: date(2025, 6, 3), Stage.HQS_REPORT: date(2025, 11, 28)},
    }
    return Standing(**{**given_, **more})  # type: ignore[arg-type]


def test_a_report_taken_back_is_the_auditors_in_the_flight_too() -> None:
    for holder, said in ((Holder.LANDLORD, "Approuver le rapport"), (Holder.AUDITOR, "Rendre le rapport")):
        step = next(step for step in steps_of_flight(standing(Stage.HQS_REPORT, holder=holder)) if step.state == "doing")
        assert (step.name, step.note) == (said, f"{holder.label}, avant le 14 avril 2026")


def possible(stage: str, code: str, cycle: int) -> bool:
    try:
        towards(Stage(stage), RULES[code], cycle)
    except ValueError:
        return False
    return True


def test_the_plan_stands_between_the_diagnosis_and_admissibility() -> None:
    views = staircase(standing(Stage.PLAN_DRAFTING))
    assert [(v.name, v.state) for v in views] == [
        ("Engagement", "done"),
        ("Diagnostic HQS", "done"),
        ("Admissibilité", "doing"),
        ("Labellisation", "todo"),
        ("Confirmation", "todo"),
        ("Renouvellement", "todo"),
    ]
    assert views[1].note == "le 28 novembre 2025"
    assert views[2].note == "avant le 14 avril 2026"
    assert views[2].marks == ("doing", "todo", "todo")
    assert views[4].note == "18 mois après"


def test_a_journey_that_stopped_expects_nothing_more() -> None:
    views = staircase(standing(Stage.REFUSED, stopped_at=Stage.DECISION_ADMISSIBILITY))
    assert [(v.name, v.note) for v in views[2:]] == [
        ("Admissibilité", "le 24 janvier 2026"),
        ("Labellisation", ""),
        ("Confirmation", ""),
        ("Renouvellement", ""),
    ]


def test_the_dates_of_a_label_not_yet_renewed_say_nothing_of_the_next() -> None:
    label = {"label_from": date(2024, 4, 18), "label_until": date(2027, 4, 17)}
    views = staircase(standing(Stage.PLAN_DEFERRED, cycle=2, **label))
    assert [v.note for v in views[-2:]] == ["18 mois après", "36 mois après"]
    climbing = staircase(standing(Stage.LABELLED, **label))
    assert climbing[-1].note == "à partir du 17 avril 2026"


def test_a_label_is_dated_from_its_award_whenever_the_next_step_began() -> None:
    label = {"label_from": date(2024, 4, 18), "label_until": date(2025, 10, 17)}
    left = {Stage.DECISION_AWARD: date(2024, 4, 25), Stage.LABELLED: date(2025, 3, 2)}
    here = standing(Stage.VERIFICATION_AUDIT, **label, left_on=left)
    step = steps_of_flight(here)[0]
    assert (step.name, step.spoken, step.note) == ("Labellisé", "fait", "le 18 avril 2024")
    assert [view.note for view in staircase(here) if view.name == "Labellisation"] == ["le 18 avril 2024"]


def test_a_single_grant_of_three_years_has_no_confirmation() -> None:
    assert Landing.CONFIRMATION not in landings(RULES["one_year_then_three"], 1)
    assert towards(Stage.LABELLED, RULES["one_year_then_three"], 1) == (Landing.RENEWAL, 0)


def test_a_renewal_starts_at_the_diagnosis_and_the_committee_renews() -> None:
    names = [view.name for view in staircase(standing(Stage.PLAN_DRAFTING, cycle=2))]
    assert names == ["Diagnostic HQS", "Renouvellement", "Confirmation", "Renouvellement"]


def test_a_refused_journey_stops_where_it_was() -> None:
    views = staircase(standing(Stage.REFUSED, stopped_at=Stage.DECISION_ADMISSIBILITY))
    assert [view.state for view in views][:3] == ["done", "done", "refused"]
    assert views[2].word == "Refusé"
    assert steps_of_flight(standing(Stage.REFUSED, stopped_at=Stage.DECISION_ADMISSIBILITY)) == ()


def test_a_deferred_file_is_drawn_as_deferred() -> None:
    assert staircase(standing(Stage.PLAN_DEFERRED))[2].state == "deferred"


@given(stage=st.sampled_from(CLIMBING), code=st.sampled_from(sorted(RULES)), cycle=st.integers(1, 3))
def test_one_landing_and_one_step_are_under_way_and_what_is_built_is_below(stage: str, code: str, cycle: int) -> None:
    if not possible(stage, code, cycle):
        return
    here = standing(Stage(stage), code, cycle)
    states = [view.state for view in staircase(here)]
    assert sum(state in {"doing", "deferred"} for state in states) == 1
    current = next(i for i, state in enumerate(states) if state in {"doing", "deferred"})
    assert set(states[:current]) <= {"done"}
    assert set(states[current + 1 :]) <= {"todo"}
    assert [step.state for step in steps_of_flight(here)].count("doing") == 1
    assert list(bars(Stage(stage), RULES[code], cycle)).count("doing") == 1


@pytest.mark.parametrize(
    ("shift", "group"),
    [(-1, Pace.LATE), (0, Pace.WEEK), (7, Pace.WEEK), (8, Pace.SIX_WEEKS), (42, Pace.SIX_WEEKS), (43, Pace.LATER)],
)
def test_the_board_groups_by_how_near_the_deadline_is(shift: int, group: Pace) -> None:
    on = date(2026, 3, 10)
    assert pace(on + timedelta(days=shift), on) is group
    assert pace(None, on) is Pace.LATER


def test_a_reason_is_told_without_its_names_to_who_may_not_enter_its_room() -> None:
    said = (
        no("consultation.awaited", "L’Amicale des Lilas n’a pas répondu.", Remedy("Ouvrir", "consultation"))
        & no("plans.action_incomplete", "A-06 n’a pas d’échéance.")
        & no("plans.site_uncovered", "P-03 n’a pas d’action.")
        & no("label.piece_missing", "Il manque une pièce.")
    )
    assert told(said, frozenset({Role.QUALITY_LEAD})) == said
    to_relay = told(said, frozenset({Role.RELAY}))
    assert [reason.code for reason in to_relay.reasons] == [
        "consultation.to_complete", "plans.to_complete", "label.piece_missing"
    ]  # fmt: skip
    assert not any(name in to_relay.sentence for name in ("Lilas", "A-06", "P-03"))
    assert not any(reason.remedy for reason in to_relay.reasons)
    assert not told(said, frozenset({Role.COMMUNICATION}))
