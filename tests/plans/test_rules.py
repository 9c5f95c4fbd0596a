"""What an action must say, and when a plan may be handed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.plans.rules.action import ActionContent, changed, coherent, is_late, may_edit, may_progress, missing_of, way
from palier.plans.rules.plan import ActionFacts, PlanFacts, RecommendationFacts, action_complete, submittable
from palier.plans.rules.terms import Direction, Scope, Status
from palier.verdict import Verdict
from tests.plans.conftest import COMPLETE

HALLS = ActionFacts(18, "A-18", replace(COMPLETE, scope=Scope.SITE, residences=frozenset({5})))
PHONE = RecommendationFacts(7, "P-07", "accueil téléphonique")


def plan(**more: Any) -> PlanFacts:
    return PlanFacts(**{"landlord": 3, "cycle": 1, "plan": 1, "actions": (HALLS,)} | more)


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


def remedies(verdict: Verdict) -> list[tuple[str, str, dict[str, int | str]]]:
    return [(r.remedy.label, r.remedy.page, dict(r.remedy.args)) for r in verdict.reasons if r.remedy]


def test_a_complete_action_lacks_nothing() -> None:
    assert missing_of(COMPLETE) == ()
    assert coherent(COMPLETE)


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ({"nature": None}, "sa nature"),
        ({"responsibility": None}, "la responsabilité"),
        ({"lever": ""}, "le levier"),
        ({"owner_label": " "}, "une personne responsable"),
        ({"starts_on": None}, "la date de début"),
        ({"due_on": None}, "l’échéance"),
        ({"indicator": ""}, "l’indicateur"),
        ({"unit": ""}, "l’unité de l’indicateur"),
        ({"direction": None}, "le sens de l’indicateur"),
        ({"baseline": None}, "la valeur de départ datée"),
        ({"baseline_on": None}, "la valeur de départ datée"),
        ({"target": None}, "la cible datée"),
        ({"target_on": None}, "la cible datée"),
        ({"budget": None}, "le budget, même nul"),
        ({"scope": Scope.SITE}, "le site concerné"),
        ({"tfpb_axis": "extra_maintenance"}, "ce qui est fait sans l’abattement de TFPB"),
    ],
)
def test_each_thing_missing_is_named(without: dict[str, Any], said: str) -> None:
    assert missing_of(replace(COMPLETE, **without)) == (said,)


def test_a_starting_value_of_zero_and_a_budget_of_zero_are_said() -> None:
    assert missing_of(replace(COMPLETE, baseline=Decimal(0), budget=Decimal(0))) == ()


def test_an_incomplete_action_leads_to_its_form() -> None:
    verdict = action_complete(ActionFacts(18, "A-18", replace(COMPLETE, baseline=None, target=None)), landlord=3)
    (reason,) = verdict.reasons
    assert reason.sentence == "L’action A-18, Contrôler le ménage par cage d’escalier, est incomplète."
    assert reason.detail == "Il lui manque la valeur de départ datée et la cible datée."
    assert remedies(verdict) == [("Compléter A-18", "action_change", {"landlord_id": 3, "action_id": 18})]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "  "}, "plans.title_missing"),
        ({"due_on": date(2026, 3, 31)}, "plans.dates_reversed"),
        ({"target_on": date(2026, 2, 1)}, "plans.target_before_baseline"),
        ({"budget": Decimal(-1)}, "plans.negative_budget"),
        ({"target": Decimal(61)}, "plans.target_not_better"),
        ({"direction": Direction.DOWN}, "plans.target_not_better"),
        ({"residences": frozenset({5})}, "plans.transversal_with_sites"),
    ],
)
def test_a_contradiction_is_refused(change: dict[str, Any], code: str) -> None:
    assert codes(coherent(replace(COMPLETE, **change))) == [code]


def test_what_is_not_said_yet_is_no_contradiction() -> None:
    assert coherent(ActionContent(title="Une idée"))


def test_a_plan_that_is_whole_may_be_handed_in() -> None:
    assert submittable(plan(recommendations=(replace(PHONE, actions=1),), priority={5: "Les Glycines"}))


def test_a_plan_not_opened_or_empty_stays() -> None:
    assert codes(submittable(plan(plan=None))) == ["plans.not_opened"]
    assert codes(submittable(plan(actions=()))) == ["plans.no_action"]
    assert codes(submittable(plan(actions=(replace(HALLS, dropped=True),)))) == ["plans.no_action"]


def test_a_recommendation_is_followed_or_refused_with_a_reason() -> None:
    verdict = submittable(plan(recommendations=(PHONE,)))
    assert codes(verdict) == ["plans.recommendation_untraced"]
    assert verdict.sentence == "La préconisation P-07, accueil téléphonique, n’est pas tracée."
    assert remedies(verdict) == [("Relier P-07", "recommendation", {"landlord_id": 3, "recommendation_id": 7})]
    assert submittable(plan(recommendations=(replace(PHONE, refused=True),)))


def test_each_priority_site_has_an_action_that_was_not_dropped() -> None:
    priority = {5: "Les Glycines", 6: "Le Verger"}
    uncovered = submittable(plan(priority=priority))
    assert codes(uncovered) == ["plans.site_uncovered"]
    (reason,) = uncovered.reasons
    assert reason.remedy is not None
    assert reason.remedy.suffix == "?site=6"
    other = replace(HALLS, pk=19, code="A-19", content=replace(HALLS.content, residences=frozenset({6})))
    assert submittable(plan(actions=(HALLS, other), priority=priority))
    assert not submittable(plan(actions=(HALLS, replace(other, dropped=True)), priority=priority))


def test_a_dropped_action_need_not_be_complete() -> None:
    idea = ActionFacts(20, "A-20", ActionContent(title="Une idée"), dropped=True)
    assert submittable(plan(actions=(HALLS, idea)))
    assert not submittable(plan(actions=(HALLS, replace(idea, dropped=False))))


def test_what_is_ready_is_said_in_one_sentence() -> None:
    facts = plan(recommendations=(PHONE, replace(PHONE, pk=8, refused=True)), priority={5: "Les Glycines", 6: "Le Verger"})
    assert facts.ready == "1 action, 1 préconisation sur 2 tracée, 1 site prioritaire sur 2 couvert"


@given(
    st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=6),
    st.lists(st.tuples(st.frozensets(st.integers(1, 4)), st.booleans(), st.booleans()), max_size=5),
    st.frozensets(st.integers(1, 4)),
)
def test_a_plan_goes_exactly_when_nothing_is_left_aside(
    recommended: list[tuple[int, bool]], acted: list[tuple[frozenset[int], bool, bool]], priority: frozenset[int]
) -> None:
    facts = plan(
        recommendations=tuple(RecommendationFacts(n, f"P-{n}", "x", many, no) for n, (many, no) in enumerate(recommended)),
        actions=tuple(
            ActionFacts(
                n,
                f"A-{n}",
                replace(
                    COMPLETE,
                    scope=Scope.SITE if sites else Scope.TRANSVERSAL,
                    residences=sites,
                    lever="other" if whole else "",
                ),
                dropped,
            )
            for n, (sites, whole, dropped) in enumerate(acted)
        ),
        priority={n: f"Site {n}" for n in priority},
    )
    live = [(sites, whole) for sites, whole, dropped in acted if not dropped]
    expected = (
        bool(live)
        and all(whole for _, whole in live)
        and all(many or no for many, no in recommended)
        and priority <= frozenset().union(*(sites for sites, _ in live))
    )
    assert bool(submittable(facts)) is expected
    assert all(reason.remedy for reason in submittable(facts).reasons)


def test_the_last_day_is_not_late() -> None:
    due = date(2026, 3, 10)
    assert not is_late(Status.UNDER_WAY, due, date(2026, 3, 10))
    assert is_late(Status.UNDER_WAY, due, date(2026, 3, 11))
    assert not is_late(Status.DONE, due, date(2026, 3, 11))
    assert not is_late(Status.DROPPED, due, date(2026, 3, 11))
    assert not is_late(Status.NOT_STARTED, None, date(2026, 3, 11))


def test_the_way_done_is_exact_whichever_way_is_better() -> None:
    assert way(COMPLETE, Decimal(61)) == 0
    assert way(COMPLETE, Decimal("66.7")) == Fraction(3, 10)
    assert way(COMPLETE, Decimal(80)) == 1
    assert way(COMPLETE, Decimal(42)) == -1
    falling = replace(COMPLETE, direction=Direction.DOWN, baseline=Decimal(40), target=Decimal(10))
    assert way(falling, Decimal(25)) == Fraction(1, 2)
    assert way(replace(COMPLETE, target=None), Decimal(70)) is None


@pytest.mark.parametrize(
    ("status", "progress", "possible"),
    [
        (Status.NOT_STARTED, 0, True),
        (Status.NOT_STARTED, 10, False),
        (Status.UNDER_WAY, 0, True),
        (Status.UNDER_WAY, 100, True),
        (Status.UNDER_WAY, 101, False),
        (Status.DONE, 100, True),
        (Status.DONE, 90, False),
        (Status.DROPPED, 0, False),
    ],
)
def test_state_and_progress_agree(status: Status, progress: int, possible: bool) -> None:
    assert bool(may_progress(status, progress)) is possible


def test_only_those_to_whom_it_is_entrusted_edit_an_action_of_theirs() -> None:
    assert may_edit(1, 1, (), "A-01")
    assert may_edit(2, 1, (2,), "A-01")
    assert codes(may_edit(3, 1, (2,), "A-01")) == ["plans.not_your_action"]


def test_the_fields_that_differ_are_named() -> None:
    assert changed(COMPLETE, COMPLETE) == ()
    assert changed(COMPLETE, replace(COMPLETE, lever="other", target=Decimal(85))) == ("lever", "target")
