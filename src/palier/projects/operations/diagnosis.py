"""The detailed diagnosis of a site: its grid, and its findings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Person
from palier.frameworks import operations as frameworks
from palier.frameworks.models import Assessment
from palier.frameworks.queries import current_version
from palier.projects.models import Finding, Project
from palier.projects.operations.project import known_levers
from palier.projects.operations.writing import lock, remember
from palier.projects.queries import GRID, SUBJECT
from palier.projects.rules.terms import Family
from palier.verdict import Refusal, no
from palier.visits.rules import Responsibility


@transaction.atomic
def start_diagnosis(*, project: Project, by: Person, at: datetime) -> Assessment:
    """Hold the site of a project against the grid in force, or go on with the assessment that it has.

    Raises:
        Refusal: when the project is closed, or no grid is in force.
    """
    project = lock(project)
    if project.assessment:
        return project.assessment
    assessment = frameworks.start(
        version=current_version(code=GRID, on=paris_day(at)),
        landlord=project.landlord,
        subject=(SUBJECT, project.pk, project.site.residence.name),
        by=by,
        at=at,
    )
    Project.objects.filter(pk=project.pk).update(assessment=assessment)
    name = project.site.residence.name
    remember(project, "diagnosis_started", f"a commencé le diagnostic approfondi de {name}.", by=by, at=at)
    return assessment


@transaction.atomic
def add_finding(
    *,
    project: Project,
    family: Family,
    text: str,
    responsibility: Responsibility,
    levers: Collection[str],
    by: Person,
    at: datetime,
    cause: str = "",
    actor: str = "",
    shared: bool = False,
) -> Finding:
    """Write down what the diagnosis observes, who answers for it and what may be done.

    Raises:
        Refusal: when the project is closed, nothing is said, the other actor is not named, or a lever is unknown.
    """
    project = lock(project)
    if not text.strip():
        raise Refusal(no("projects.finding_empty", "Écrivez le constat : ce que l’on voit, où, depuis quand."))
    if responsibility is not Responsibility.LANDLORD and not actor.strip():
        raise Refusal(no("projects.actor_missing", "Dites quel autre acteur en répond, par exemple « la ville »."))
    known_levers(levers)
    made = Finding.objects.create(
        project=project, family=family, text=text.strip(), cause=cause.strip(), responsibility=responsibility,
        actor="" if responsibility is Responsibility.LANDLORD else actor.strip(),
        levers=list(levers), shared=shared, added_at=at, added_by=by,
    )  # fmt: skip
    remember(
        project, "finding_added", f"a ajouté un constat au diagnostic de {project.site.residence.name} ({family.label.lower()}).",
        by=by, at=at, finding=made.pk, text=made.text, responsibility=responsibility.value, levers=made.levers,
    )  # fmt: skip
    return made


@transaction.atomic
def withdraw_finding(*, finding: Finding, by: Person, at: datetime) -> None:
    """Take a finding out of the diagnosis; it stays, and may come back."""
    _turn(finding, at, "finding_withdrawn", "a retiré un constat du diagnostic", by=by, at=at)


@transaction.atomic
def restore_finding(*, finding: Finding, by: Person, at: datetime) -> None:
    """Bring a withdrawn finding back."""
    _turn(finding, None, "finding_restored", "a repris un constat dans le diagnostic", by=by, at=at)


def _turn(finding: Finding, withdrawn_at: datetime | None, act: str, said: str, *, by: Person, at: datetime) -> None:
    project = lock(finding.project)
    changed = Finding.objects.filter(pk=finding.pk, withdrawn_at__isnull=withdrawn_at is not None).update(
        withdrawn_at=withdrawn_at
    )
    if changed:
        remember(project, act, f"{said} de {project.site.residence.name}.", by=by, at=at, finding=finding.pk)
