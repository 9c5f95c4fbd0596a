"""The life of a local project: open, define, pass a stage or step back, evaluate, abandon."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, TypedDict

from django.db import IntegrityError, transaction

from palier.directory.models import Person
from palier.projects import queries
from palier.projects.models import Project, StagePassage
from palier.projects.operations.residents import close_rounds
from palier.projects.operations.writing import lock, remember, swap
from palier.projects.rules.project import may_pass, period
from palier.projects.rules.terms import LEVERS, Kind, Stage
from palier.sites.models import PrioritySite
from palier.verdict import Refusal, Remedy, no, require


class Definition(TypedDict, total=False):
    """What defines a project, as its form gives it."""

    kind: Kind
    title: str
    homes: int | None
    objectives: str
    steering: str
    levers: list[str]
    starts_on: date | None
    ends_on: date | None
    shared_summary: str


@transaction.atomic
def open_project(*, site: PrioritySite, kind: Kind, title: str, homes: int | None, by: Person | None, at: datetime) -> Project:
    """Open the local project of a confirmed site, at its diagnosis.

    Raises:
        Refusal: when the site is off the list of priority sites, has a project under way, or the project has no name.
    """
    site = PrioritySite.objects.select_for_update(of=("self",)).select_related("residence", "landlord").get(pk=site.pk)
    if site.removed_at is not None:
        raise Refusal(no("projects.not_priority", f"{site.residence.name} n’est plus un site prioritaire."))
    if not title.strip():
        raise Refusal(no("projects.title_missing", "Donnez un nom au projet."))
    try:
        with transaction.atomic():
            project = Project.objects.create(
                landlord=site.landlord, site=site, kind=kind, title=title.strip(), homes=homes,
                opened_at=at, opened_by=by, changed_at=at, changed_by=by,
            )  # fmt: skip
    except IntegrityError as twice:
        running = queries.open_on_site(site=site.pk)
        here = {"landlord_id": site.landlord_id, "project_id": running.pk} if running else {}
        remedy = Remedy("Ouvrir le projet en cours", "project", here) if running else None
        raise Refusal(no("projects.already_open", f"{site.residence.name} a déjà un projet en cours.", remedy)) from twice
    remember(
        project, "project_opened", f"a ouvert le projet local « {project.title} » ({kind.short}) sur {site.residence.name}.",
        by=by, at=at, kind=kind.value, homes=homes,
    )  # fmt: skip
    return project


@transaction.atomic
def change_project(*, project: Project, revision: int, given: Definition, by: Person, at: datetime) -> Project:
    """Say what defines a project, if nobody changed it since ``revision``.

    Raises:
        Conflict: when it was changed meanwhile; ``theirs`` is the project as it now stands.
        Refusal: when it is closed, its name is empty, its dates are reversed or a lever is unknown.
    """
    lock(project)
    if "title" in given and not given["title"].strip():
        raise Refusal(no("projects.title_missing", "Donnez un nom au projet."))
    require(period(given.get("starts_on", project.starts_on), given.get("ends_on", project.ends_on)))
    known_levers(given.get("levers", ()))
    fields: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    changes = sorted(name for name, value in fields.items() if getattr(project, name) != value)
    if not changes:
        return project
    project = swap(project, revision, by=by, at=at, **fields)
    remember(project, "project_changed", f"a modifié le projet « {project.title} ».", by=by, at=at, changes=changes)
    return project


def known_levers(codes: Collection[str]) -> None:
    """Refuse a lever that is not in the table.

    Raises:
        Refusal: for a code of no lever.
    """
    if set(codes) - set(LEVERS):
        raise Refusal(no("projects.unknown_lever", "Un de ces leviers n’existe pas : choisissez dans la liste."))


@transaction.atomic
def pass_stage(*, project: Project, by: Person, at: datetime) -> Project:
    """Pass the present stage of a project. The last one closes it.

    Raises:
        Refusal: with all that is missing, residents' part included.
    """
    project = lock(project)
    require(may_pass(queries.facts(project)))
    source = Stage(project.stage)
    close_rounds(project, by=by, at=at)
    return _move(
        project, source.following, by=by, at=at, summary=f"a passé l’étape « {source.label} » du projet « {project.title} »."
    )


@transaction.atomic
def step_back(*, project: Project, because: str, by: Person, at: datetime) -> Project:
    """Take a project back to the stage before, with the reason.

    Raises:
        Refusal: without a reason, at the first stage, or when it is closed.
    """
    project = lock(project)
    source = Stage(project.stage)
    if source is Stage.DIAGNOSIS:
        raise Refusal(no("projects.first_stage", "Le projet est à sa première étape."))
    if not because.strip():
        raise Refusal(no("projects.reason_missing", "Dites pourquoi le projet revient à l’étape précédente."))
    close_rounds(project, by=by, at=at)
    summary = f"a ramené le projet « {project.title} » à l’étape « {source.before.label} » : {because.strip()}"
    return _move(project, source.before, by=by, at=at, summary=summary, because=because.strip())


def _move(project: Project, target: Stage, *, by: Person, at: datetime, summary: str, because: str = "") -> Project:
    source = project.stage
    StagePassage.objects.create(project=project, source=source, target=target, because=because, at=at, by=by)
    closed = at if target is Stage.CLOSED else None
    project = swap(project, project.revision, by=by, at=at, stage=target, closed_at=closed)
    remember(project, "stage_passed", summary, by=by, at=at, source=source, target=target.value)
    return project


@transaction.atomic
def evaluate(*, project: Project, revision: int, outcome: str, next_steps: str, by: Person, at: datetime) -> Project:
    """Write what a project changed and what follows.

    Raises:
        Conflict: when the project was changed meanwhile.
        Refusal: before its evaluation, or when it is closed.
    """
    if lock(project).stage != Stage.EVALUATION:
        raise Refusal(no("projects.too_early", "L’évaluation s’écrit après la mise en œuvre."))
    project = swap(project, revision, by=by, at=at, outcome=outcome.strip(), next_steps=next_steps.strip())
    remember(project, "project_evaluated", f"a écrit l’évaluation du projet « {project.title} ».", by=by, at=at)
    return project


@transaction.atomic
def abandon(*, project: Project, because: str, by: Person, at: datetime) -> Project:
    """Give a project up, with the reason. It stays readable; its actions stay in the plan.

    Raises:
        Refusal: without a reason, or when it is closed already.
    """
    project = lock(project)
    if not because.strip():
        raise Refusal(no("projects.reason_missing", "Dites pourquoi le projet s’arrête."))
    close_rounds(project, by=by, at=at)
    source = project.stage
    StagePassage.objects.create(project=project, source=source, target=Stage.CLOSED, because=because.strip(), at=at, by=by)
    project = swap(project, project.revision, by=by, at=at, stage=Stage.CLOSED, closed_at=at, abandoned_because=because.strip())
    summary = f"a arrêté le projet « {project.title} » : {because.strip()}"
    remember(project, "project_abandoned", summary, by=by, at=at, source=source)
    return project
