"""The law of local projects: what is warned, what is refused, when help is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from palier.plans.rules.terms import DEFAULT_TERMS, Vocabulary
from palier.projects.rules.project import LinkedAction, ProjectFacts, help_due_on, may_pass, measurable, period, warnings
from palier.projects.rules.terms import LEVERS, LIVE, Kind, Stage, Standing, round_stage, round_words
from tests.plans.conftest import COMPLETE

DONE = ProjectFacts(
    landlord=1,
    project=2,
    stage=Stage.DIAGNOSIS,
    diagnosed=True,
    findings=1,
    objectives="Un hall praticable.",
    steering="Un comité par trimestre.",
    starts_on=date(2026, 4, 1),
    ends_on=date(2029, 3, 31),
    actions=(LinkedAction(7, "A-07", "Contrôler", COMPLETE, measured=True),),
    traces=1,
    outcome="Le hall est tenu.",
    next_steps="La régie continue.",
)


@pytest.mark.parametrize(("homes", "said"), [(99, "plus petit"), (301, "plus grand")])
def test_a_project_of_an_unusual_size_is_warned_and_not_refused(homes: int, said: str) -> None:
    assert said in warnings(Kind.PGS, homes=homes, starts_on=None, ends_on=None)[0]
    assert warnings(Kind.PIL, homes=homes, starts_on=None, ends_on=None) == ()


def test_a_pgs_of_usual_size_and_a_pil_of_three_years_are_not_warned() -> None:
    assert warnings(Kind.PGS, homes=100, starts_on=None, ends_on=None) == ()
    assert warnings(Kind.PGS, homes=300, starts_on=None, ends_on=None) == ()
    three = {"starts_on": date(2026, 1, 1), "ends_on": date(2028, 12, 31)}
    assert warnings(Kind.PIL, homes=None, **three) == ()
    assert "3 ans" in warnings(Kind.PIL, homes=None, starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1))[0]


@pytest.mark.parametrize("stage", LIVE)
def test_no_stage_passes_without_its_residents(stage: Stage) -> None:
    assert may_pass(replace(DONE, stage=stage))
    refused = may_pass(replace(DONE, stage=stage, traces=0))
    assert [reason.code for reason in refused.reasons] == ["projects.residents_missing"]
    assert stage.label in refused.sentence


@pytest.mark.parametrize(
    ("stage", "lacking", "code"),
    [
        (Stage.DIAGNOSIS, {"diagnosed": False}, "projects.diagnosis_open"),
        (Stage.DIAGNOSIS, {"findings": 0}, "projects.no_finding"),
        (Stage.DEFINITION, {"objectives": " "}, "projects.undefined"),
        (Stage.DEFINITION, {"ends_on": None}, "projects.undefined"),
        (Stage.DEFINITION, {"actions": ()}, "projects.no_action"),
        (Stage.EVALUATION, {"next_steps": ""}, "projects.not_evaluated"),
    ],
)
def test_each_stage_asks_for_what_it_makes(stage: Stage, lacking: dict[str, object], code: str) -> None:
    assert code in [r.code for r in may_pass(replace(DONE, stage=stage, **lacking)).reasons]  # type: ignore[arg-type]


def test_an_action_that_lost_its_indicator_holds_the_definition_back() -> None:
    blind = LinkedAction(7, "A-07", "Contrôler", replace(COMPLETE, baseline=None), measured=True)
    refused = may_pass(replace(DONE, stage=Stage.DEFINITION, actions=(blind,)))
    assert [r.code for r in refused.reasons] == ["projects.not_measurable"]
    assert may_pass(replace(DONE, stage=Stage.DEFINITION, actions=(replace(blind, dropped=True), *DONE.actions)))


def test_implementation_ends_with_a_measure_of_every_live_action() -> None:
    unmeasured = LinkedAction(8, "A-08", "Éclairer", COMPLETE)
    facts = replace(DONE, stage=Stage.IMPLEMENTATION, actions=(*DONE.actions, unmeasured))
    assert [r.code for r in may_pass(facts).reasons] == ["projects.not_measured"]
    assert may_pass(replace(facts, actions=(*DONE.actions, replace(unmeasured, dropped=True))))


def test_a_closed_project_passes_nothing() -> None:
    assert not may_pass(replace(DONE, stage=Stage.CLOSED))


@pytest.mark.parametrize(
    ("lacking", "words"),
    [({"indicator": ""}, "l’indicateur"), ({"baseline": None}, "valeur de départ"), ({"target_on": None}, "cible datée")],
)
def test_an_action_without_its_measure_is_told_what_it_lacks(lacking: dict[str, object], words: str) -> None:
    assert measurable(COMPLETE)
    assert words in measurable(replace(COMPLETE, **lacking)).sentence  # type: ignore[arg-type]


def test_dates_follow_each_other() -> None:
    assert period(None, date(2026, 1, 1))
    assert not period(date(2026, 1, 2), date(2026, 1, 2))


def test_help_is_due_in_working_days() -> None:
    friday = date(2026, 3, 6)
    assert help_due_on(Standing.ASKED, friday) == date(2026, 3, 13)
    assert help_due_on(Standing.ACKNOWLEDGED, friday) == date(2026, 3, 27)
    assert help_due_on(Standing.ANSWERED, friday) is None


def test_levers_are_those_of_the_plan_and_stages_go_one_way() -> None:
    assert set(LEVERS) <= set(DEFAULT_TERMS[Vocabulary.LEVER])
    assert Stage.EVALUATION.following is Stage.CLOSED.following is Stage.CLOSED
    assert Stage.DIAGNOSIS.before is Stage.DIAGNOSIS
    assert round_words(round_stage(3, Stage.DEFINITION)) == "Projet local, définition"
    assert round_words("plan_drafting") == ""
