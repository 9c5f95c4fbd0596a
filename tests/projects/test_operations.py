"""A project from its diagnosis to its evaluation, its actions in the plan, its residents in every stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from palier.consultation import operations as consultation
from palier.consultation.models import Round
from palier.consultation.rules import Body as Instance
from palier.consultation.rules import Opinion
from palier.frameworks import queries as queries_of_grids
from palier.frameworks.operations import Entry, fill, finish, load_shipped
from palier.ledger.models import Entry as Line
from palier.plans.models import Action
from palier.plans.operations import add_action, drop_action, freeze, record_measure
from palier.projects import operations, queries
from palier.projects.models import Project
from palier.projects.rules.terms import Family, Kind, Stage, Trace
from palier.sites.operations import remove_priority
from palier.verdict import Conflict, Refusal
from palier.visits.rules import Responsibility

if TYPE_CHECKING:
    from palier.directory.models import Landlord
    from tests.projects.conftest import Place

pytestmark = pytest.mark.django_db


def _walk(place: Place, at: datetime, **more: object) -> None:
    given = {"trace": Trace.WALK, "held_on": date(2026, 3, 10), "residents": 12, "note": "Le hall 3 reste sombre."} | more
    operations.record_involvement(project=place.project, by=place.lead, at=at, **given)  # type: ignore[arg-type]


def _find(place: Place, at: datetime, **more: object) -> object:
    given = {
        "family": Family.CLEANLINESS,
        "text": "Dépôts au pied de la tour B.",
        "responsibility": Responsibility.SHARED,
        "actor": "la ville",
        "levers": ["reinforced_cleaning"],
    }
    return operations.add_finding(project=place.project, by=place.lead, at=at, **(given | more))  # type: ignore[arg-type]


def _diagnosed(place: Place, at: datetime) -> None:
    load_shipped(at=at)
    started = operations.start_diagnosis(project=place.project, by=place.lead, at=at)
    codes = queries_of_grids.framework(started.version).criteria
    fill(assessment=started, entries=[Entry(code, 2, justification="Vu.") for code in codes], by=place.lead, at=at)
    finish(assessment=started, by=place.lead, at=at)
    _find(place, at)


def _defined(place: Place, at: datetime) -> Action:
    _diagnosed(place, at)
    _walk(place, at)
    operations.pass_stage(project=place.project, by=place.lead, at=at)
    place.project.refresh_from_db()
    operations.change_project(
        project=place.project, revision=place.project.revision, by=place.lead, at=at,
        given={"objectives": "Un hall praticable.", "steering": "Chaque trimestre.", "starts_on": date(2026, 4, 1),
               "ends_on": date(2029, 3, 31)},
    )  # fmt: skip
    link = operations.create_action(project=place.project, plan=place.desk.plan, content=place.content(), by=place.lead, at=at)
    _walk(place, at)
    operations.pass_stage(project=place.project, by=place.lead, at=at)
    return link.action


def test_a_project_goes_from_diagnosis_to_evaluation_with_its_residents(place: Place, at: datetime) -> None:
    action = _defined(place, at)
    place.project.refresh_from_db()
    assert place.project.stage == Stage.IMPLEMENTATION
    assert list(place.desk.plan.actions.all()) == [action]
    record_measure(action=action, on=date(2026, 3, 9), value=Decimal(70), source="Relevé", by=place.lead, at=at)
    _walk(place, at)
    operations.pass_stage(project=place.project, by=place.lead, at=at)
    place.project.refresh_from_db()
    operations.evaluate(
        project=place.project, revision=place.project.revision, outcome="Tenu.", next_steps="La régie.", by=place.lead, at=at
    )
    with pytest.raises(Refusal, match="Évaluation"):
        operations.pass_stage(project=place.project, by=place.lead, at=at)
    _walk(place, at)
    operations.pass_stage(project=place.project, by=place.lead, at=at)
    place.project.refresh_from_db()
    assert (place.project.stage, place.project.closed_at) == (Stage.CLOSED, at)
    assert [p.target for p in place.project.passages.order_by("pk")] == [
        Stage.DEFINITION, Stage.IMPLEMENTATION, Stage.EVALUATION, Stage.CLOSED,
    ]  # fmt: skip
    (effect,) = queries.effects(queries.lines(place.project))
    assert (effect.better, effect.reached) == (True, False)
    with pytest.raises(Refusal, match="terminé"):
        _walk(place, at)


def test_a_stage_lists_all_it_lacks_and_stays(place: Place, at: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        operations.pass_stage(project=place.project, by=place.lead, at=at)
    assert [r.code for r in refused.value.verdict.reasons] == [
        "projects.diagnosis_open", "projects.no_finding", "projects.residents_missing",
    ]  # fmt: skip
    place.project.refresh_from_db()
    assert place.project.stage == Stage.DIAGNOSIS


def test_a_meeting_or_an_opinion_of_associations_counts_and_a_withdrawn_one_does_not(place: Place, at: datetime) -> None:
    round_ = operations.associate(project=place.project, cycle=1, message="Votre regard ?", by=place.lead, at=at)
    assert queries.facts(place.project).traces == 0
    meeting = consultation.record_meeting(
        round_=round_, body=Instance.COUNCIL, held_on=date(2026, 3, 10), invited=[place.association],
        present=[place.association], documents=[], minutes=None, by=place.lead, at=at,
    )  # fmt: skip
    assert queries.facts(place.project).traces == 1
    consultation.withdraw_meeting(meeting=meeting, because="Erreur.", by=place.lead, at=at)
    assert queries.facts(place.project).traces == 0
    consultation.give_opinion(
        voice=round_.voices.get(), opinion=Opinion.RESERVED, text="Et les ascenseurs ?", by=place.speaker, at=at
    )
    assert queries.facts(place.project).traces == 1
    assert [part.trace for part in queries.parts(place.project) if not part.withdrawn] == [Trace.OPINION]


def test_passing_a_stage_closes_its_round_and_a_trace_counts_for_its_stage_alone(place: Place, at: datetime) -> None:
    round_ = operations.associate(project=place.project, cycle=1, message="Votre regard ?", by=place.lead, at=at)
    _diagnosed(place, at)
    _walk(place, at)
    operations.pass_stage(project=place.project, by=place.lead, at=at)
    assert Round.objects.get(pk=round_.pk).closed_at == at
    place.project.refresh_from_db()
    assert queries.facts(place.project).traces == 0


def test_a_trace_recorded_by_mistake_no_longer_counts_and_stays(place: Place, at: datetime) -> None:
    _walk(place, at)
    trace = place.project.involvements.get()
    with pytest.raises(Refusal, match="pourquoi"):
        operations.withdraw_involvement(involvement=trace, because=" ", by=place.lead, at=at)
    operations.withdraw_involvement(involvement=trace, because="Autre site.", by=place.lead, at=at)
    assert queries.facts(place.project).traces == 0
    assert [part.withdrawn for part in queries.parts(place.project)] == ["Autre site."]


@pytest.mark.parametrize(
    "wrong", [{"residents": 0}, {"note": " "}, {"held_on": date(2026, 3, 11)}, {"held_on": date(2026, 3, 9)}]
)
def test_nobody_is_involved_by_an_empty_line_or_another_day(place: Place, at: datetime, wrong: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        _walk(place, at, **wrong)


def test_an_action_of_a_project_is_the_plans_own_and_is_measured(place: Place, at: datetime) -> None:
    with pytest.raises(Refusal, match="valeur de départ"):
        operations.create_action(
            project=place.project, plan=place.desk.plan, content=place.content(baseline=None), by=place.lead, at=at
        )
    assert not Action.objects.exists()
    other = replace(place.content(), residences=frozenset({place.desk.residences[1].pk}))
    with pytest.raises(Refusal, match="ne porte pas sur Les Glycines"):
        operations.create_action(project=place.project, plan=place.desk.plan, content=other, by=place.lead, at=at)
    assert not Action.objects.exists()


def test_a_project_opened_after_the_freeze_adds_its_action_to_the_plan(place: Place, at: datetime) -> None:
    freeze(landlord=place.desk.landlord, cycle=1, by=place.lead, at=at)
    plan, later = place.desk.plan, at + timedelta(days=40)
    operations.create_action(project=place.project, plan=plan, content=place.content(), by=place.lead, at=later)
    assert len(queries.facts(place.project).live) == 1


def test_a_frozen_plan_lends_the_actions_it_has(place: Place, at: datetime) -> None:
    action = add_action(plan=place.desk.plan, content=place.content(), by=place.lead, at=at)
    freeze(landlord=place.desk.landlord, cycle=1, by=place.lead, at=at)
    assert list(queries.linkable(place.project)) == [action]
    operations.link_action(project=place.project, action=action, by=place.lead, at=at)
    assert list(queries.linkable(place.project)) == []
    with pytest.raises(Refusal, match="déjà"):
        operations.link_action(project=place.project, action=action, by=place.lead, at=at)
    drop_action(action=action, revision=action.revision, reason="Sans objet.", by=place.lead, at=at)
    assert queries.facts(place.project).live == ()


def test_an_action_of_another_landlord_never_comes_in(
    place: Place, make_landlord: Callable[..., Landlord], at: datetime
) -> None:
    from palier.plans.operations import open_plan

    theirs = open_plan(landlord=make_landlord(), cycle=1, by=None, at=at)
    with pytest.raises(Refusal, match="pas du plan"):
        operations.create_action(project=place.project, plan=theirs, content=place.content(), by=place.lead, at=at)


def test_one_project_at_a_time_on_a_priority_site_and_none_off_the_list(place: Place, at: datetime) -> None:
    given = {"kind": Kind.PIL, "title": "Encore", "homes": None, "by": place.lead, "at": at}
    with pytest.raises(Refusal, match="déjà un projet"):
        operations.open_project(site=place.site, **given)  # type: ignore[arg-type]
    operations.abandon(project=place.project, because="Repris par la rénovation.", by=place.lead, at=at)
    operations.open_project(site=place.site, **given)  # type: ignore[arg-type]
    remove_priority(site=place.site, because="Réglé.", by=place.lead, at=at)
    with pytest.raises(Refusal, match="plus un site prioritaire"):
        operations.open_project(site=place.site, **given)  # type: ignore[arg-type]


def test_a_stale_save_loses_nothing(place: Place, at: datetime) -> None:
    revision = place.project.revision
    operations.change_project(project=place.project, revision=revision, given={"steering": "A"}, by=place.lead, at=at)
    with pytest.raises(Conflict) as conflict:
        operations.change_project(project=place.project, revision=revision, given={"steering": "B"}, by=place.lead, at=at)
    assert isinstance(conflict.value.theirs, Project)
    assert conflict.value.theirs.steering == "A"


def test_a_finding_names_who_answers_and_comes_back(place: Place, at: datetime) -> None:
    with pytest.raises(Refusal, match="autre acteur"):
        _find(place, at, actor="")
    with pytest.raises(Refusal, match="levier"):
        _find(place, at, levers=["magic"])
    _find(place, at)
    finding = place.project.findings.get()
    operations.withdraw_finding(finding=finding, by=place.lead, at=at)
    assert not queries.findings(place.project)
    operations.restore_finding(finding=finding, by=place.lead, at=at)
    assert list(queries.findings(place.project)) == [finding]


def test_a_project_steps_back_with_the_reason(place: Place, at: datetime) -> None:
    _defined(place, at)
    with pytest.raises(Refusal, match="pourquoi"):
        operations.step_back(project=place.project, because="", by=place.lead, at=at)
    operations.step_back(project=place.project, because="Une action à revoir.", by=place.lead, at=at + timedelta(hours=1))
    place.project.refresh_from_db()
    assert place.project.stage == Stage.DEFINITION
    assert Line.objects.latest("number").content["summary"].endswith("Une action à revoir.")


def test_the_database_refuses_a_second_project_and_half_a_closing(place: Place) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=place.project.pk).update(stage=Stage.CLOSED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=place.project.pk).update(starts_on=date(2026, 2, 2), ends_on=date(2026, 2, 1))
