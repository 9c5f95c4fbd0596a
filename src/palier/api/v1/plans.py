"""Action plans: their actions, measures and verdicts, the recommendations they follow or refuse."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.documents import readable
from palier.api.v1.doors import Call, Cycle, Pk, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.directory.rules import Thing
from palier.plans import queries
from palier.plans.models import ActionEvidence, ActionVerdict, Condition, Measure, Plan, Recommendation, Snapshot
from palier.plans.rules.conditions import Said, ShownBy
from palier.plans.rules.terms import (
    Direction,
    Effect,
    Nature,
    Outcome,
    Scope,
    Source,
    Status,
    Vocabulary,
)
from palier.visits.rules import Responsibility

room = Room("plans", "Plan d’actions")
Words = dict[Vocabulary, dict[str, str]]


class PlanOut(Schema):
    """A plan of one cycle; ``revision`` counts its frozen versions."""

    cycle: int
    state: Term
    opened_at: datetime
    frozen_at: datetime | None
    revision: int


@room.reads("/landlords/{landlord_id}/plans", Thing.ACTION_PLAN, "Lister les plans d’actions, un par cycle")
def plans(request: Call) -> Page[PlanOut]:
    """The plans of a landlord, latest cycle first."""
    return paged(request, queries.plans(landlord=request.landlord.pk), lambda rows: [_plan(row) for row in rows])


def _plan(row: Plan) -> PlanOut:
    return PlanOut(
        cycle=row.cycle,
        state=Term(code=row.state, label=row.get_state_display()),
        opened_at=row.opened_at,
        frozen_at=row.frozen_at,
        revision=row.revision,
    )


class PlanVersionOut(Schema):
    """A plan as it was frozen once; ``sha256`` is the fingerprint of its content."""

    number: int
    sha256: str
    taken_at: datetime
    taken_by: Named | None


class PlanVersionBodyOut(PlanVersionOut):
    """The same, with what it says."""

    content: dict[str, Any]


@room.reads("/landlords/{landlord_id}/plans/{cycle}/versions", Thing.ACTION_PLAN, "Lister les versions figées d’un plan")
def plan_versions(request: Call, cycle: Cycle) -> Page[PlanVersionOut]:
    """The frozen versions of the plan of a cycle, latest first."""
    plan = get_object_or_404(queries.plans(landlord=request.landlord.pk), cycle=cycle)
    found = queries.snapshots(landlord=request.landlord.pk, cycle=plan.cycle).defer("content")
    return paged(request, found, lambda rows: [PlanVersionOut(**_version(row)) for row in rows])


@room.reads("/landlords/{landlord_id}/plans/{cycle}/versions/{number}", Thing.ACTION_PLAN, "Lire une version figée d’un plan")
def plan_version(request: Call, cycle: Cycle, number: Cycle) -> PlanVersionBodyOut:
    """One frozen version."""
    row = get_object_or_404(queries.snapshots(landlord=request.landlord.pk, cycle=cycle), number=number)
    return PlanVersionBodyOut(**_version(row), content=row.content)


def _version(row: Snapshot) -> dict[str, Any]:
    taken_by = maybe_named(row.taken_by)
    return {"number": row.number, "sha256": row.sha256, "taken_at": row.taken_at, "taken_by": taken_by}


class ActionOut(Schema):
    """An action: where, why, who, when, for how much, by what one will see that it worked, and how far it is."""

    id: int
    cycle: int
    code: str
    title: str
    description: str
    theme: Term | None
    scope: Term
    nature: Term | None
    responsibility: Term | None
    lever: Term | None
    owner: Named | None
    owner_label: str
    contributors: list[Named]
    residences: list[Named]
    recommendations: list[str] = Field(description="Codes des préconisations suivies.")
    starts_on: date | None
    due_on: date | None
    budget: Decimal | None = Field(description="En euros.")
    funding: str
    tfpb_axis: Term | None
    ordinary: str
    indicator: str
    unit: str
    direction: Term | None
    baseline: Decimal | None
    baseline_on: date | None
    target: Decimal | None
    target_on: date | None
    last_value: Decimal | None
    last_on: date | None
    status: Term
    progress: int
    dropped_reason: str
    outcome: Term | None = Field(description="Dernier verdict d’un auditeur.")
    proofs: int
    revision: int


@room.reads("/landlords/{landlord_id}/actions", Thing.ACTION_PLAN, "Lister les actions")
def actions(
    request: Call, cycle: Cycle | None = None, status: Annotated[str, OneOf(Status)] | None = None, late: bool = False
) -> Page[ActionOut]:
    """The actions of a landlord, by code; or, with ``late``, those past their day and not over."""
    found = queries.actions(landlord=request.landlord.pk, cycle=cycle)
    if status:
        found = found.filter(status=status)
    if late:
        found = queries.late(found, on=request.on)
    return paged(request, found, _actions)


@room.reads("/landlords/{landlord_id}/actions/{pk}", Thing.ACTION_PLAN, "Lire une action")
def action(request: Call, pk: Pk) -> ActionOut:
    """One action."""
    return _actions([_found(request, pk)])[0]


def _found(request: Call, pk: int) -> Any:
    return get_object_or_404(queries.actions(landlord=request.landlord.pk), pk=pk)


def _actions(rows: list[Any]) -> list[ActionOut]:
    words = queries.terms(retired=True)
    return [_action(row, words) for row in rows]


def _action(row: Any, words: Words) -> ActionOut:
    return ActionOut(
        id=row.pk,
        cycle=row.plan.cycle,
        code=row.code,
        title=row.title,
        description=row.description,
        theme=_word(words, Vocabulary.THEME, row.theme),
        scope=term(Scope(row.scope)),
        nature=term(Nature(row.nature)) if row.nature else None,
        responsibility=term(Responsibility(row.responsibility)) if row.responsibility else None,
        lever=_word(words, Vocabulary.LEVER, row.lever),
        owner=maybe_named(row.owner),
        owner_label=row.owner_label,
        contributors=[named(one) for one in row.contributors.all()],
        residences=[named(one) for one in row.residences.all()],
        recommendations=[one.code for one in row.recommendations.all()],
        starts_on=row.starts_on,
        due_on=row.due_on,
        budget=row.budget,
        funding=row.funding,
        tfpb_axis=_word(words, Vocabulary.TFPB_AXIS, row.tfpb_axis),
        ordinary=row.ordinary,
        indicator=row.indicator,
        unit=row.unit,
        direction=term(Direction(row.direction)) if row.direction else None,
        baseline=row.baseline,
        baseline_on=row.baseline_on,
        target=row.target,
        target_on=row.target_on,
        last_value=row.last_value,
        last_on=row.last_on,
        status=term(Status(row.status)),
        progress=row.progress,
        dropped_reason=row.dropped_reason,
        outcome=term(Outcome(row.outcome)) if row.outcome else None,
        proofs=row.proofs,
        revision=row.revision,
    )


def _word(words: Words, vocabulary: Vocabulary, code: str) -> Term | None:
    return Term(code=code, label=words[vocabulary].get(code, code)) if code else None


class MeasureOut(Schema):
    """A value of an action's indicator on a day."""

    on: date
    value: Decimal
    source: str
    note: str
    by: Named | None
    at: datetime


@room.reads("/landlords/{landlord_id}/actions/{pk}/measures", Thing.ACTION_PLAN, "Lister les mesures d’une action")
def measures(request: Call, pk: Pk) -> Page[MeasureOut]:
    """The measures of an action, oldest first."""
    return paged(request, queries.measures(_found(request, pk)), lambda rows: [_measure(row) for row in rows])


def _measure(row: Measure) -> MeasureOut:
    return MeasureOut(on=row.on, value=row.value, source=row.source, note=row.note, by=maybe_named(row.by), at=row.at)


class ProofOut(Schema):
    """A document that proves something of an action."""

    document: int
    title: str
    by: Named | None
    at: datetime


@room.reads("/landlords/{landlord_id}/actions/{pk}/proofs", Thing.EVIDENCE, "Lister les preuves d’une action")
def proofs(request: Call, pk: Pk) -> Page[ProofOut]:
    """The documents that prove something of an action and that the person may read, latest first."""
    found = queries.evidence(_found(request, pk)).filter(document__in=readable(request))
    return paged(request, found, lambda rows: [_proof(row) for row in rows])


def _proof(row: ActionEvidence) -> ProofOut:
    return ProofOut(document=row.document_id, title=row.document.title, by=maybe_named(row.by), at=row.at)


class ActionVerdictOut(Schema):
    """What an auditor found of an action."""

    occasion: str
    outcome: Term
    effect: Term | None
    note: str
    by: Named
    at: datetime


@room.reads("/landlords/{landlord_id}/actions/{pk}/verdicts", Thing.ACTION_PLAN, "Lister les verdicts d’audit d’une action")
def verdicts(request: Call, pk: Pk) -> Page[ActionVerdictOut]:
    """What auditors found of an action, latest first."""
    return paged(request, queries.verdicts(_found(request, pk)), lambda rows: [_verdict(row) for row in rows])


def _verdict(row: ActionVerdict) -> ActionVerdictOut:
    return ActionVerdictOut(
        occasion=row.occasion,
        outcome=term(Outcome(row.outcome)),
        effect=term(Effect(row.effect)) if row.effect else None,
        note=row.note,
        by=named(row.by),
        at=row.at,
    )


class RecommendationOut(Schema):
    """What somebody recommends, and the actions that follow it or the reason why it is refused."""

    id: int
    cycle: int
    code: str
    title: str
    text: str
    theme: Term | None
    source: Term
    actions: list[str] = Field(description="Codes des actions qui la suivent.")
    refusal_reason: str
    refused_at: datetime | None


@room.reads("/landlords/{landlord_id}/recommendations", Thing.ACTION_PLAN, "Lister les préconisations")
def recommendations(request: Call, cycle: Cycle | None = None) -> Page[RecommendationOut]:
    """The recommendations of a landlord, by code."""
    return paged(request, queries.recommendations(landlord=request.landlord.pk, cycle=cycle), _recommendations)


def _recommendations(rows: list[Recommendation]) -> list[RecommendationOut]:
    words = queries.terms(retired=True)
    return [
        RecommendationOut(
            id=row.pk,
            cycle=row.plan.cycle,
            code=row.code,
            title=row.title,
            text=row.text,
            theme=_word(words, Vocabulary.THEME, row.theme),
            source=term(Source(row.source)),
            actions=[one.code for one in row.actions.all()],
            refusal_reason=row.refusal_reason,
            refused_at=row.refused_at,
        )
        for row in rows
    ]


class ConditionAnswerOut(Schema):
    """What was said of a condition: by the landlord that it is met, by the label's team what it finds."""

    said: Term
    text: str
    document: int | None
    by: Named
    at: datetime


class ConditionOut(Schema):
    """A condition of a decision of the committee, and where it stands today."""

    id: int
    cycle: int
    code: str
    text: str
    due_on: date
    shown_by: Term
    decision: int
    asked_on: date
    standing: Term
    answers: list[ConditionAnswerOut]


@room.reads("/landlords/{landlord_id}/conditions", Thing.ACTION_PLAN, "Lister les réserves du comité")
def conditions(request: Call) -> Page[ConditionOut]:
    """The conditions that the committee set for a landlord, by day, each with what was said of it."""
    found = queries.conditions(landlords=[request.landlord.pk])
    return paged(request, found, lambda rows: [_condition(row, request.on) for row in rows])


def _condition(row: Condition, on: date) -> ConditionOut:
    return ConditionOut(
        id=row.pk,
        cycle=row.cycle,
        code=row.code,
        text=row.text,
        due_on=row.due_on,
        shown_by=term(ShownBy(row.shown_by)),
        decision=row.decision_id,
        asked_on=row.asked_on,
        standing=term(queries.condition_standing(row, on=on)),
        answers=[
            ConditionAnswerOut(said=term(Said(one.said)), text=one.text, document=one.document_id, by=named(one.by), at=one.at)
            for one in row.answers.all()
        ],
    )


class VocabularyOut(Schema):
    """The words of one list of the plans: themes, levers, TFPB axes."""

    vocabulary: Term
    words: list[Term]


@room.reads("/plan-terms", Thing.RULE_SET, "Lire les listes des plans d’actions")
def plan_terms(request: Call) -> Page[VocabularyOut]:
    """The lists as they are offered today."""
    found = [
        VocabularyOut(vocabulary=term(each), words=[Term(code=code, label=label) for code, label in words.items()])
        for each, words in queries.terms().items()
    ]
    return paged(request, found, lambda rows: rows)
