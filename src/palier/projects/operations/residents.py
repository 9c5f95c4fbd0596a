"""Residents in each stage of a project: the associations through consultation, and what the landlord records on the spot."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.consultation.models import Round
from palier.consultation.operations import close_round, open_round
from palier.consultation.rules import Duty
from palier.directory.models import Person
from palier.documents.models import Document
from palier.projects import queries
from palier.projects.models import Involvement, Project
from palier.projects.operations.writing import lock, remember
from palier.projects.rules.terms import Stage, Trace, round_stage
from palier.verdict import Refusal, no
from palier.visits.models import Walk

ANSWER_DAYS = 21


@transaction.atomic
def associate(*, project: Project, cycle: int, message: str, by: Person | None, at: datetime) -> Round:
    """Ask the tenants' associations about the present stage of a project: a round of consultation, with its own page.

    Raises:
        Refusal: when the project is closed, a round runs already, or nothing is said.
    """
    project = lock(project)
    stage = Stage(project.stage)
    round_ = open_round(
        landlord=project.landlord,
        cycle=cycle,
        stage=round_stage(project.pk, stage),
        duty=Duty.CONSULT,
        subject=f"{project.title} : {stage.label.lower()}"[:200],
        message=message,
        documents=[],
        lapse_days=ANSWER_DAYS,
        reminders=1,
        by=by,
        at=at,
    )
    summary = f"a associé les représentants de locataires au projet « {project.title} » ({stage.label.lower()})."
    remember(project, "associations_asked", summary, by=by, at=at, stage=stage.value, round=round_.pk)
    return round_


def close_rounds(project: Project, *, by: Person, at: datetime) -> None:
    """Close the round of the present stage, if one runs; what was said in it stays."""
    if round_ := queries.current_round(project):
        close_round(landlord=project.landlord, cycle=round_.cycle, stage=round_.stage, by=by, at=at)


@transaction.atomic
def record_involvement(
    *,
    project: Project,
    trace: Trace,
    held_on: date,
    residents: int,
    note: str,
    by: Person,
    at: datetime,
    document: Document | None = None,
) -> Involvement:
    """Record how residents took part in the present stage of a project.

    Raises:
        Refusal: when the project is closed, nobody came, nothing is said, the day is to come or before the project, or the
            document is another landlord's.
    """
    if residents < 1 or not note.strip():
        raise Refusal(no("projects.involvement_empty", "Dites combien d’habitants ont pris part, et ce qu’ils ont dit."))
    return _record(project, trace, held_on, residents, note, document=document, by=by, at=at)


@transaction.atomic
def cite_walk(
    *, project: Project, walk: Walk, note: str, by: Person, at: datetime, document: Document | None = None
) -> Involvement:
    """Record that residents took part in the present stage by a walk: its day and how many they were are those of the walk.

    Raises:
        Refusal: when the project is closed, the walk is of another place, not restituted, cited already, without a resident,
            or before the project, or the document is another landlord's.
    """
    project = lock(project)
    if not queries.walks_to_cite(project).filter(pk=walk.pk).exists():
        said = "Citez un diagnostic en marchant restitué de ce site, une fois par projet."
        raise Refusal(no("projects.walk_not_citable", said))
    residents = queries.residents_of(walk)
    if residents < 1:
        said = "Aucun habitant n’est compté dans ce diagnostic : inscrivez la participation sans le citer."
        raise Refusal(no("projects.walk_without_resident", said))
    return _record(project, Trace.WALK, walk.held_on, residents, note, document=document, walk=walk, by=by, at=at)


def _record(
    project: Project,
    trace: Trace,
    held_on: date,
    residents: int,
    note: str,
    *,
    document: Document | None,
    walk: Walk | None = None,
    by: Person,
    at: datetime,
) -> Involvement:
    project = lock(project)
    if not paris_day(project.opened_at) <= held_on <= paris_day(at):
        opened = in_words(paris_day(project.opened_at))
        raise Refusal(no("projects.involvement_day", f"La date va de l’ouverture du projet, le {opened}, à aujourd’hui."))
    if document and document.landlord_id != project.landlord_id:
        raise Refusal(no("projects.not_our_document", "Ce document n’est pas de votre organisme."))
    made = Involvement.objects.create(
        project=project, stage=project.stage, trace=trace, held_on=held_on, residents=residents, note=note.strip(),
        document=document, walk=walk, recorded_at=at, recorded_by=by,
    )  # fmt: skip
    summary = f"a inscrit au projet « {project.title} » : {trace.label.lower()}, le {in_words(held_on)}."
    remember(project, "involvement_recorded", summary, by=by, at=at, stage=project.stage, residents=residents, note=made.note)
    return made


@transaction.atomic
def withdraw_involvement(*, involvement: Involvement, because: str, by: Person, at: datetime) -> None:
    """Take back what was recorded by mistake: it no longer counts, and stays readable with the reason.

    Raises:
        Refusal: without a reason, when it is withdrawn already, or its stage is passed.
    """
    project = lock(involvement.project)
    if involvement.stage != project.stage:
        raise Refusal(no("projects.stage_passed", "L’étape est passée : ce qui l’a permise ne se retire plus."))
    if not because.strip():
        raise Refusal(no("projects.reason_missing", "Dites pourquoi cette ligne est retirée."))
    changed = Involvement.objects.filter(pk=involvement.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=at, withdrawn_because=because.strip()
    )
    if not changed:
        raise Refusal(no("projects.withdrawn", "Cette ligne est déjà retirée."))
    summary = f"a retiré du projet « {project.title} » une trace du {in_words(involvement.held_on)} : {because.strip()}"
    remember(project, "involvement_withdrawn", summary, by=by, at=at, involvement=involvement.pk)
