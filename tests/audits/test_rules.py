"""The law of audits: what an accreditation is worth on a day, who reads findings, what a plan and a report need."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.audits.rules.accreditation import Accredited, Span, Standing, grantable, valid
from palier.audits.rules.findings import ReportFacts, deliverable, feedback_complete, reads_findings
from palier.audits.rules.missions import (
    BY_ACT,
    CHOICE_STAGES,
    HELD,
    ON_SITE_STAGES,
    OVER,
    STEPS,
    Declaration,
    ItemKind,
    PlannedItem,
    Side,
    State,
    audit_to_choose,
    by_whom,
    choosable,
    follows,
    holder,
    independent,
    plan_advice,
    plan_ready,
)
from palier.directory.rules import Role
from palier.label.rules.guards import AUDIT_OF_STAGE
from palier.label.rules.rulesets import Audit

D = date(2026, 3, 10)
YEAR = Accredited(date(2026, 1, 1), date(2026, 12, 31), frozenset({Audit.HQS}))


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (date(2025, 12, 31), Standing.TO_COME),
        (date(2026, 1, 1), Standing.GRANTED),
        (date(2026, 12, 31), Standing.GRANTED),
        (date(2027, 1, 1), Standing.EXPIRED),
    ],
)
def test_an_accreditation_holds_from_its_first_day_to_its_last(day: date, standing: Standing) -> None:
    assert YEAR.standing(day) is standing


def test_an_accreditation_expired_on_the_day_refuses_and_says_since_when() -> None:
    verdict = valid("M. R.", [YEAR], Audit.HQS, [date(2026, 12, 30), date(2027, 1, 2)])
    assert verdict.sentence == "L’agrément de M. R. n’est pas valable le 2 janvier 2027 : il a pris fin le 31 décembre 2026."


def test_a_suspension_and_a_withdrawal_count_on_their_days() -> None:
    suspended = Accredited(YEAR.starts_on, YEAR.ends_on, YEAR.scope, suspensions=(Span(D, D + timedelta(days=5)),))
    assert not valid("M. R.", [suspended], Audit.HQS, [D])
    assert valid("M. R.", [suspended], Audit.HQS, [D - timedelta(days=1), D + timedelta(days=6)])
    withdrawn = Accredited(YEAR.starts_on, YEAR.ends_on, YEAR.scope, withdrawn_on=D)
    assert valid("M. R.", [withdrawn], Audit.HQS, [D - timedelta(days=1)])
    assert "il est retiré" in valid("M. R.", [withdrawn], Audit.HQS, [D]).sentence


def test_an_audit_out_of_scope_and_no_accreditation_are_told_apart() -> None:
    assert valid("M. R.", [YEAR], Audit.VERIFICATION, [D]).reasons[0].code == "audits.out_of_scope"
    assert valid("M. R.", [], Audit.HQS, [D]).reasons[0].code == "audits.not_accredited"


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 400), st.dates(date(2024, 1, 1), date(2028, 1, 1)))
def test_two_accreditations_granted_never_cover_the_same_day(start: date, length: int, day: date) -> None:
    end = start + timedelta(days=length)
    if grantable(start, end, [Audit.HQS], [YEAR]):
        assert not (start <= day <= end and YEAR.starts_on <= day <= YEAR.ends_on)


@pytest.mark.parametrize(
    ("advised", "independence"),
    [(None, True), (date(2023, 3, 10), True), (date(2023, 3, 11), False), (date(2026, 3, 1), False)],
)
def test_advice_of_the_last_years_is_a_conflict(advised: date | None, independence: bool) -> None:
    assert bool(independent(Declaration(D, advised), 3, D)) is independence


def test_an_unsigned_declaration_refuses() -> None:
    assert independent(Declaration(), 3, D).reasons[0].code == "audits.independence_missing"


def test_every_state_is_reached_and_only_the_ends_have_no_way_out() -> None:
    reached = {State.CONSULTED} | {step.target for step in STEPS}
    assert reached == set(State)
    assert {state for state in State if not any(state in step.sources for step in STEPS)} == OVER


@pytest.mark.parametrize("state", sorted(set(State) - OVER))
def test_no_state_under_way_is_left_without_somebody(state: State) -> None:
    assert holder(state, plan_proposed=False, unanswered=False) in Side


def test_a_proposed_plan_and_open_remarks_turn_the_hand() -> None:
    assert holder(State.ACCEPTED, plan_proposed=True, unanswered=False) is Side.LANDLORD
    assert holder(State.REPORT_DELIVERED, plan_proposed=True, unanswered=True) is Side.AUDITOR


def test_an_auditors_step_is_for_the_missions_own_auditor() -> None:
    assert by_whom("deliver", frozenset({Role.AUDITOR}), own=True)
    assert not by_whom("deliver", frozenset({Role.AUDITOR}), own=False)
    assert not by_whom("deliver", frozenset({Role.REFERENT, Role.ADMINISTRATOR}), own=False)
    assert not by_whom("approve", frozenset({Role.QUALITY_LEAD}), own=False)
    assert by_whom("approve", frozenset({Role.DIRECTOR}), own=False)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.act)
def test_a_step_leaves_its_sources_alone(step: object) -> None:
    act = step.act  # type: ignore[attr-defined]
    assert {state for state in State if follows(act, state)} == BY_ACT[act].sources


def test_choice_and_audit_stand_where_the_label_looks_for_them() -> None:
    for audit, stages in CHOICE_STAGES.items():
        assert stages >= set(ON_SITE_STAGES[audit])
        assert all(AUDIT_OF_STAGE.get(stage, audit) is audit for stage in stages)
    for stage, audit in AUDIT_OF_STAGE.items():
        assert audit_to_choose(stage) is audit
    assert audit_to_choose(None) is None
    assert choosable(Audit.HQS, None, 1).reasons[0].code == "audits.no_journey"


def test_a_plan_says_all_that_it_misses() -> None:
    codes = [reason.code for reason in plan_ready([], 3, 1).reasons]
    assert codes == ["audits.plan_no_opening", "audits.plan_no_visit", "audits.plan_no_tenants", "audits.plan_no_closing"]


def test_a_plan_without_a_priority_area_is_advised_not_refused() -> None:
    whole = [PlannedItem(kind, D) for kind in (ItemKind.OPENING, ItemKind.VISIT, ItemKind.TENANTS, ItemKind.CLOSING)]
    assert plan_ready(whole, 3, 1)
    assert plan_advice(whole)
    assert not plan_advice([*whole, PlannedItem(ItemKind.VISIT, D, in_priority_area=True)])


READERS = {
    "before": {Role.REFERENT, Role.ADMINISTRATOR},
    State.REPORT_DELIVERED: {Role.REFERENT, Role.ADMINISTRATOR, Role.QUALITY_LEAD, Role.DIRECTOR},
    State.APPROVED: {
        Role.REFERENT,
        Role.ADMINISTRATOR,
        Role.QUALITY_LEAD,
        Role.DIRECTOR,
        Role.TENANT_REPRESENTATIVE,
        Role.COMMITTEE_MEMBER,
        Role.COMMITTEE_CHAIR,
        Role.AUDITOR,
    },
}


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("state", sorted(State))
def test_findings_are_read_by_state_and_role(state: State, role: Role) -> None:
    expected = READERS.get(state, READERS["before"])
    assert reads_findings(frozenset({role}), state, own=False) is (role in expected)


@pytest.mark.parametrize("state", sorted(HELD))
def test_the_missions_own_auditor_always_reads(state: State) -> None:
    assert reads_findings(frozenset({Role.AUDITOR}), state, own=True)


def test_a_later_audit_needs_its_verdicts_and_its_sites() -> None:
    facts = ReportFacts(1, 2, Audit.IMPLEMENTATION, findings=1, summary="x", unjudged_actions=1, unchecked_sites=("A",))
    assert [reason.code for reason in deliverable(facts).reasons] == ["audits.unjudged", "audits.site_unchecked"]
    assert deliverable(facts).reasons[0].sentence == "1 action du plan n’a pas encore de verdict."


def test_feedback_marks_every_criterion_on_the_scale() -> None:
    whole = {"listening": 4, "method": 3, "clarity": 2, "usefulness": 1}
    assert feedback_complete(whole)
    assert not feedback_complete(whole | {"clarity": 5})
    assert "Clarté du rapport" in feedback_complete({"listening": 4, "method": 3, "usefulness": 1}).sentence
