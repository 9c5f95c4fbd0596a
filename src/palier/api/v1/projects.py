"""Local projects of confirmed sites: stages, findings, actions, residents' part, help asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room
from palier.api.v1.errors import ReasonOut, reason
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, named, term
from palier.directory.rules import Thing
from palier.projects import queries
from palier.projects.models import Project
from palier.projects.rules.project import may_pass
from palier.projects.rules.terms import Desk, Family, Kind, Stage, Trace
from palier.visits.rules import Responsibility

room = Room("projects", "Projets locaux")


class ProjectOut(Schema):
    """A local project as lists give it."""

    id: int
    title: str
    kind: Term
    stage: Term
    residence: Named
    homes: int | None
    starts_on: date | None
    ends_on: date | None
    opened_at: datetime
    closed_at: datetime | None
    abandoned_because: str
    progress: float | None = Field(description="Moyenne des actions du projet, en pourcentage.")


@room.reads("/landlords/{landlord_id}/projects", Thing.ACTION_PLAN, "Lister les projets locaux")
def projects(request: Call, stage: Annotated[str, OneOf(Stage)] | None = None) -> Page[ProjectOut]:
    """The local projects of a landlord, those under way first."""
    found = queries.narrowed(queries.projects(landlord=request.landlord.pk), stage=stage or "")
    return paged(request, found, lambda rows: [ProjectOut(**_project(row)) for row in rows])


def _project(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "kind": term(Kind(row.kind)),
        "stage": term(Stage(row.stage)),
        "residence": named(row.site.residence),
        "homes": row.homes,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "abandoned_because": row.abandoned_because,
        "progress": row.progress,
    }


class SiteFindingOut(Schema):
    """What the diagnosis observes, and who answers for it."""

    family: Term
    text: str
    cause: str
    responsibility: Term
    actor: str
    levers: list[str]


class ProjectActionOut(Schema):
    """An action of the plan that serves the project, and the partner who answers for it."""

    action_id: int
    code: str
    title: str
    partner: str


class InvolvementOut(Schema):
    """How residents took part in a stage."""

    stage: Term
    trace: Term
    held_on: date
    detail: str


class ProjectBodyOut(ProjectOut):
    """The same, with what it says, and what is missing to pass its stage."""

    objectives: str
    steering: str
    levers: list[str]
    outcome: str
    next_steps: str
    findings: list[SiteFindingOut]
    actions: list[ProjectActionOut]
    residents: list[InvolvementOut]
    missing: list[ReasonOut]


@room.reads("/landlords/{landlord_id}/projects/{pk}", Thing.ACTION_PLAN, "Lire un projet local")
def project(request: Call, pk: Pk) -> ProjectBodyOut:
    """One local project."""
    row = get_object_or_404(queries.projects(landlord=request.landlord.pk), pk=pk)
    lines, heard = queries.lines(row), queries.parts(row)
    missing = may_pass(queries.facts(row, shown=lines, heard=heard)).reasons
    return ProjectBodyOut(
        **_project(row),
        objectives=row.objectives,
        steering=row.steering,
        levers=row.levers,
        outcome=row.outcome,
        next_steps=row.next_steps,
        findings=_findings(row),
        actions=[
            ProjectActionOut(
                action_id=line.action.pk,
                code=line.action.code,
                title=line.action.title,
                partner=line.link.partner.name if line.link.partner else "",
            )
            for line in lines
        ],
        residents=[
            InvolvementOut(
                stage=term(part.stage),
                trace=term(Trace(part.trace)),
                held_on=part.on,
                detail=" ".join(filter(None, (part.seen, part.detail))),
            )
            for part in heard
            if not part.withdrawn
        ],
        missing=[reason(one) for one in missing],
    )


def _findings(row: Project) -> list[SiteFindingOut]:
    return [
        SiteFindingOut(
            family=term(Family(one.family)),
            text=one.text,
            cause=one.cause,
            responsibility=term(Responsibility(one.responsibility)),
            actor=one.actor,
            levers=one.levers,
        )
        for one in queries.findings(row)
    ]


class HelpRequestOut(Schema):
    """A request for help, and where it stands."""

    id: int
    project_id: int
    desk: Term
    standing: Term
    reasons: str
    tried: str
    asked_at: datetime
    acknowledged_at: datetime | None
    answer: str
    answered_at: datetime | None
    closing: str
    closed_at: datetime | None
    due_on: date | None


@room.reads("/landlords/{landlord_id}/help-requests", Thing.EVIDENCE, "Lister les demandes d’appui")
def help_requests(request: Call) -> Page[HelpRequestOut]:
    """What a landlord asked help for, the latest first."""
    found = queries.help_requests(landlord=request.landlord.pk)
    return paged(request, found, lambda rows: [_help(row) for row in rows])


def _help(row: Any) -> HelpRequestOut:
    return HelpRequestOut(
        id=row.pk,
        project_id=row.project_id,
        desk=term(Desk(row.desk)),
        standing=term(queries.standing(row)),
        reasons=row.reasons,
        tried=row.tried,
        asked_at=row.asked_at,
        acknowledged_at=row.acknowledged_at,
        answer=row.answer,
        answered_at=row.answered_at,
        closing=row.closing,
        closed_at=row.closed_at,
        due_on=queries.due_on(row),
    )
