"""The table of steps: every stage is reached, none is left without an owner, nobody climbs without the tenants."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.directory.rules import Role
from palier.label.queries import shipped_rule_sets
from palier.label.rules.guards import (
    MEANING,
    OF_ANOTHER_PATH,
    Facts,
    Milestone,
    by_whom,
    concerns,
    conditions,
    holder,
    missing,
    next_step,
)
from palier.label.rules.rulesets import RuleSet, differences, parse
from palier.label.rules.stages import DECISIONS, LIVE, STAGES, Holder, Stage, now
from palier.label.rules.steps import BY_ACT, STEPS, SWITCHABLE, Effect, Guard, forward, steps_from
from palier.verdict import YES, no

RULES = {data["code"]: parse(data) for data in shipped_rule_sets()}
CLOSED = no("test.closed", "Les représentants n’ont pas répondu.")


def facts(**more: object) -> Facts:
    given_ = {
        "landlord": 1,
        "stage": Stage.ENGAGEMENT,
        "cycle": 1,
        "rules": RULES["eighteen_eighteen"],
        "on": date(2026, 3, 10),
        "gate": YES,
        "rating": YES,
        "plan": YES,
        "milestones": frozenset(Milestone),
        "note_delivered": True,
        "decided": True,
    }
    return Facts(**{**given_, **more})  # type: ignore[arg-type]


def test_who_holds_a_journey_follows_what_is_missing() -> None:
    awaited, unopened = no("consultation.awaited", "Un avis manque."), no("consultation.not_opened", "Rien n’est ouvert.")
    here = Stage.HQS_ON_SITE
    assert holder(facts(stage=here)) is Holder.AUDITOR
    assert holder(facts(stage=here, gate=awaited)) is Holder.REPRESENTATIVES
    assert holder(facts(stage=here, gate=unopened)) is Holder.LANDLORD
    alone = frozenset({Milestone.HQS_AUDITOR})
    assert holder(facts(stage=here, gate=awaited, milestones=alone)) is Holder.AUDITOR
    assert holder(facts(stage=Stage.INSTRUCTION_AWARD, open_corrections=1)) is Holder.LANDLORD


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.about.holder is Holder.AUDITOR])
def test_where_an_auditor_left_the_landlord_is_asked_for_another(stage: Stage) -> None:
    left = facts(stage=stage, milestones=frozenset())
    assert holder(left) is Holder.LANDLORD
    assert now(stage, Holder.LANDLORD) == "réunir ce qui manque pour que l’audit avance"
    assert "label.auditor_missing" in {reason.code for reason in missing(left).reasons}


def test_a_report_not_delivered_any_more_is_its_auditors_or_the_next_ones_to_deliver() -> None:
    at_report = {"stage": Stage.HQS_REPORT, "gate": no("consultation.not_opened", "Rien n’est ouvert.")}
    back = facts(**at_report, milestones=frozenset({Milestone.HQS_AUDITOR}))
    assert holder(back) is Holder.AUDITOR
    assert "Le rapport est entre les mains de l’auditeur" in missing(back).sentence
    interrupted = facts(**at_report, milestones=frozenset())
    assert "Aucun auditeur n’a encore accepté la mission" in missing(interrupted).sentence
    for milestones in ({Milestone.HQS_AUDITOR, Milestone.HQS_REPORT}, set()):
        assert holder(facts(**at_report, milestones=frozenset(milestones))) is Holder.LANDLORD


def test_versions_are_compared_in_the_words_of_the_screens() -> None:
    before = RULES["eighteen_eighteen"]
    data = {**next(d for d in shipped_rule_sets() if d["code"] == "eighteen_eighteen")}
    data["grants"], data["guards_off"] = [24, 12], ["pieces"]
    data["stages"] = {**data["stages"], "engagement": {**data["stages"]["engagement"], "pieces": ["engagement_letter"]}}
    found = {line.where: (line.before, line.after) for line in differences(before, parse(data))}
    assert found == {
        "Durées du label, en mois": ("18, 18", "24, 12"),
        "Conditions levées": ("aucune", "Les pièces demandées sont déposées"),
        "Engagement, vers l’engagement : pièces": (
            "Lettre d’engagement, Extrait de délibération, Synthèse du patrimoine",
            "Lettre d’engagement",
        ),
    }


def test_two_rule_sets_are_shipped() -> None:
    assert {code: rules.grants for code, rules in RULES.items()} == {
        "eighteen_eighteen": (18, 18),
        "one_year_then_three": (36,),
    }


def test_every_stage_is_reached_from_the_first() -> None:
    reached, frontier = {Stage.ENGAGEMENT}, [Stage.ENGAGEMENT]
    while frontier:
        stage = frontier.pop()
        for step in steps_from(stage):
            if step.target is not None and step.target not in reached:
                reached.add(step.target)
                frontier.append(step.target)
    assert reached == set(Stage)


def test_no_live_stage_is_left_without_an_owner_or_a_way_out() -> None:
    for stage in LIVE:
        assert STAGES[stage].holder is not Holder.NOBODY
        assert steps_from(stage), stage
    for stage in set(Stage) - LIVE:
        assert not steps_from(stage), stage


def test_whoever_holds_a_stage_may_take_its_step() -> None:
    holders = {
        Holder.LANDLORD: {Role.QUALITY_LEAD, Role.DIRECTOR},
        Holder.AUDITOR: {Role.AUDITOR},
        Holder.REFERENT: {Role.REFERENT},
        Holder.COMMITTEE: set(),
    }
    for stage in LIVE - {Stage.HEARING}:
        assert any(set(step.roles) <= holders[STAGES[stage].holder] for step in forward(stage)), stage


@pytest.mark.parametrize(
    "step", [s for s in STEPS if not s.sad and s.target is not None and not s.returns], ids=lambda s: s.act
)
def test_nobody_climbs_without_the_tenants_whatever_is_switched_off(step: object) -> None:
    assert isinstance(step, type(STEPS[0]))
    assert Guard.GATE in step.guards
    assert Guard.GATE not in SWITCHABLE
    off = RuleSet(**{**{f: getattr(RULES["eighteen_eighteen"], f) for f in RuleSet.__slots__}, "guards_off": frozenset(Guard)})
    for source in step.sources:
        verdict = conditions(step, facts(stage=source, rules=off, gate=CLOSED))
        assert "test.closed" in [reason.code for reason in verdict.reasons]


def test_the_administrator_may_take_no_step() -> None:
    assert not any(by_whom(step, frozenset({Role.ADMINISTRATOR})) for step in STEPS)


def test_the_committee_s_steps_need_its_recorded_decision() -> None:
    for step in STEPS:
        if step.sources <= DECISIONS or Guard.DECIDED in step.guards:
            assert Guard.DECIDED in step.guards, step.act
            assert not by_whom(step, frozenset(Role)), step.act
            for source in step.sources:
                assert not conditions(step, facts(stage=source, decided=False)), step.act


def test_only_a_hearing_leads_to_withdrawal() -> None:
    into = [step for step in STEPS if step.target is Stage.WITHDRAWN]
    assert [step.act for step in into] == ["withdraw_label"]
    assert Guard.HEARD in into[0].guards
    unheard = facts(stage=Stage.HEARING, milestones=frozenset(), heard_on=date(2026, 3, 10))
    assert not conditions(into[0], unheard)
    assert conditions(into[0], facts(stage=Stage.HEARING, milestones=frozenset(), heard_on=date(2026, 3, 9)))


def test_each_guard_has_a_meaning_and_each_act_one_row() -> None:
    assert set(MEANING) == set(Guard)
    assert len(BY_ACT) == len(STEPS)
    assert {step.effect for step in STEPS} == set(Effect)


@given(stage=st.sampled_from(sorted(LIVE)), cycle=st.integers(1, 4), code=st.sampled_from(sorted(RULES)))
def test_at_most_one_step_climbs_on_a_journey_s_path(stage: Stage, cycle: int, code: str) -> None:
    here = facts(stage=Stage(stage), cycle=cycle, rules=RULES[code], label_from=date(2025, 1, 1), label_until=date(2026, 6, 30))
    climbing = [s for s in STEPS if not s.sad and s.target is not None and concerns(s, here)]
    assert len(climbing) <= 1 or stage == Stage.HEARING
    if stage != Stage.HEARING:
        assert next_step(here) is not None
    assert set(Guard) >= OF_ANOTHER_PATH


@given(st.sets(st.sampled_from(sorted(Milestone))), st.sets(st.sampled_from(sorted(Milestone))), st.sampled_from(STEPS))
def test_more_facts_never_close_a_step(some: set[str], more: set[str], step: object) -> None:
    assert isinstance(step, type(STEPS[0]))
    source = min(step.sources)
    few = conditions(step, facts(stage=source, milestones=frozenset(Milestone(m) for m in some)))
    many = conditions(step, facts(stage=source, milestones=frozenset(Milestone(m) for m in some | more)))
    assert len(many.reasons) <= len(few.reasons)
