"""The life of an assessment: start, entrust, finish, reopen, release, carry over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.documents.operations import widen
from palier.frameworks import queries
from palier.frameworks.models import Answer, AnswerEvidence, Assessment, FrameworkVersion
from palier.frameworks.operations.writing import lock, refresh, remember
from palier.frameworks.rules.answering import FINISHED, OPEN, SUPERSEDED
from palier.frameworks.rules.changes import compare
from palier.frameworks.rules.completeness import Place, assessment_complete
from palier.frameworks.rules.purposes import PURPOSES
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post
from palier.verdict import Refusal, Remedy, no, require

# Who hears that an assessment is finished; what is held back is told to the label's team alone.
_TOLD = frozenset({Role.QUALITY_LEAD, Role.REFERENT})
_TOLD_HELD = frozenset({Role.REFERENT})


@transaction.atomic
def start(
    *,
    version: FrameworkVersion,
    landlord: Landlord,
    subject: tuple[str, int, str],
    by: Person | None,
    at: datetime,
    title: str = "",
    entrusted_to: Person | None = None,
) -> Assessment:
    """Start holding a subject ``(kind, id, label)`` of a landlord's file against a version, which it keeps for ever.

    Raises:
        Refusal: when the same subject has an open assessment against this grid already.
    """
    kind, pk, label = subject
    Landlord.objects.select_for_update(of=("self",)).get(pk=landlord.pk)
    if running := queries.open_on(landlord=landlord, code=version.framework.code, kind=kind, subject=pk):
        raise Refusal(
            no(
                "frameworks.already_open",
                f"« {running.title} » est déjà en cours pour {label}.",
                Remedy("Ouvrir l’évaluation en cours", "assessment", _args(running)),
            )
        )
    assessment = _lay_down(version, landlord, subject, title=title or f"{version.title}, {label}", by=by, at=at)
    if entrusted_to:
        Assessment.objects.filter(pk=assessment.pk).update(entrusted_to=entrusted_to)
        assessment.entrusted_to = entrusted_to
    remember(
        assessment,
        "assessment_started",
        f"a commencé l’évaluation « {assessment.title} ».",
        by=by,
        at=at,
        facts={"framework": version.framework.code, "version": version.number, "subject": [kind, pk]},
    )
    return assessment


def _lay_down(
    version: FrameworkVersion, landlord: Landlord, subject: tuple[str, int, str], *, title: str, by: Person | None, at: datetime
) -> Assessment:
    criteria = queries.framework(version).criteria
    kind, pk, label = subject
    assessment = Assessment.objects.create(
        version=version,
        landlord=landlord,
        subject_kind=kind,
        subject_id=pk,
        subject_label=label,
        title=title[:200],
        total=len(criteria),
        started_at=at,
        started_by=by,
    )
    Answer.objects.bulk_create([Answer(assessment=assessment, criterion=code) for code in criteria])
    return assessment


@transaction.atomic
def entrust(*, assessment: Assessment, person: Person | None, by: Person, at: datetime) -> None:
    """Let somebody of the landlord's team answer this assessment, or nobody any longer.

    Raises:
        Refusal: when it no longer takes answers, or the person is not of the landlord's team.
    """
    lock(assessment)
    team = people_of(landlord=assessment.landlord_id, roles=frozenset({Role.CONTRIBUTOR, Role.QUALITY_LEAD}), on=paris_day(at))
    if person and not team.filter(pk=person.pk).exists():
        raise Refusal(no("frameworks.not_in_team", f"{person.name} n’est pas de l’équipe de l’organisme."))
    Assessment.objects.filter(pk=assessment.pk).update(entrusted_to=person)
    assessment.entrusted_to = person
    told = f"a confié « {assessment.title} » à {person.name}." if person else f"a repris « {assessment.title} »."
    remember(assessment, "assessment_entrusted", told, by=by, at=at, facts={"person": person.pk if person else None})


@transaction.atomic
def finish(*, assessment: Assessment, by: Person, at: datetime) -> None:
    """Close an assessment once it is complete; its answers no longer change.

    Raises:
        Refusal: with what is missing, theme by theme, or when it is closed already.
    """
    lock(assessment)
    of = queries.framework(assessment.version)
    require(assessment_complete(of, queries.given(assessment), Place(assessment.landlord_id, assessment.pk)))
    _close(assessment, FINISHED, by, at)
    remember(
        assessment,
        "assessment_finished",
        f"a terminé l’évaluation « {assessment.title} ».",
        by=by,
        at=at,
        facts={"score": str(assessment.score), "total": assessment.total},
    )
    purpose = PURPOSES[assessment.version.framework.purpose]
    if purpose.routine:
        return
    told = _TOLD_HELD if purpose.held else _TOLD
    people = people_of(landlord=assessment.landlord_id, roles=told, on=paris_day(at)).exclude(pk=by.pk)
    post(
        event="frameworks.assessment_finished",
        to=list(people.values_list("pk", flat=True)),
        at=at,
        subject=f"{assessment.title} : évaluation terminée",
        body=f"{by.name} a terminé l’évaluation « {assessment.title} » ({assessment.subject_label}).",
        landlord=assessment.landlord_id,
        link=f"/organismes/{assessment.landlord_id}/evaluations/{assessment.pk}/",
        undo_key=f"frameworks.finish:{assessment.pk}",
    )


@transaction.atomic
def reopen(*, assessment: Assessment, because: str, by: Person, at: datetime) -> None:
    """Open a finished assessment again, for a reason, as long as it is not released.

    Raises:
        Refusal: when it is not finished, is released, or no reason is given.
    """
    if not because.strip():
        raise Refusal(no("frameworks.reason", "Dites pourquoi l’évaluation est rouverte."))
    changed = Assessment.objects.filter(pk=assessment.pk, status=FINISHED, released_at__isnull=True).update(
        status=OPEN, finished_at=None, finished_by=None
    )
    if not changed:
        raise Refusal(
            no("frameworks.not_reopened", "Cette évaluation ne se rouvre pas : elle est en cours, reprise ou communiquée.")
        )
    assessment.refresh_from_db(fields=["status", "finished_at", "finished_by"])
    cancel(undo_key=f"frameworks.finish:{assessment.pk}", at=at)
    remember(assessment, "assessment_reopened", f"a rouvert « {assessment.title} » : {because.strip()}", by=by, at=at)


@transaction.atomic
def release(*, assessment: Assessment, by: Person | None, at: datetime) -> None:
    """Let the landlord read a finished assessment that was held back, with its evidence. Doing it twice changes nothing.

    Raises:
        Refusal: when it is not finished.
    """
    changed = Assessment.objects.filter(pk=assessment.pk, status=FINISHED, released_at__isnull=True).update(released_at=at)
    assessment.refresh_from_db(fields=["status", "released_at"])
    if assessment.released_at is None:
        raise Refusal(
            no(
                "frameworks.not_finished",
                f"« {assessment.title} » n’est pas terminée.",
                Remedy("Terminer l’évaluation", "assessment", _args(assessment)),
            )
        )
    if not changed:
        return
    pieces = Document.objects.filter(
        pk__in=AnswerEvidence.objects.filter(answer__assessment=assessment).values("document"), audience=Audience.AUDIT
    )
    widen(documents=list(pieces.order_by("pk")), audience=Audience.FILE, by=by, at=at)
    remember(assessment, "assessment_released", f"a communiqué « {assessment.title} » à l’organisme.", by=by, at=at)


@transaction.atomic
def carry_over(*, assessment: Assessment, version: FrameworkVersion, by: Person, at: datetime) -> Assessment:
    """Start a new assessment of the same subject against a later version, with every answer that still holds.

    A reworded criterion keeps its answer; a changed scale, or criteria merged into one, keep the words and the evidence, not
    the rating; what is new is empty. An open assessment is superseded; a finished one stays as it is. ``rules.changes.compare`` is the report.

    Raises:
        Refusal: when the version is not a later one of the same grid, or an assessment against this grid is open.
    """
    if version.framework_id != assessment.version.framework_id or version.number <= assessment.version.number:
        raise Refusal(no("frameworks.not_later", "Choisissez une version plus récente de la même grille."))
    was = Assessment.objects.select_for_update().values_list("status", flat=True).get(pk=assessment.pk)
    subject = (assessment.subject_kind, assessment.subject_id, assessment.subject_label)
    running = queries.open_on(landlord=assessment.landlord, code=version.framework.code, kind=subject[0], subject=subject[1])
    if was == SUPERSEDED or (running and running.pk != assessment.pk):
        raise Refusal(
            no(
                "frameworks.already_open",
                f"« {assessment.title} » est déjà reprise dans une évaluation plus récente.",
                Remedy("Ouvrir les évaluations", "assessments", {"landlord_id": assessment.landlord_id}),
            )
        )
    if was == OPEN:
        _close(assessment, SUPERSEDED, by, at)
    carried = _lay_down(version, assessment.landlord, subject, title=assessment.title, by=by, at=at)
    Assessment.objects.filter(pk=carried.pk).update(carried_from=assessment, entrusted_to=assessment.entrusted_to_id)
    carried.carried_from = assessment
    kept = _carry_answers(assessment, carried)
    refresh(carried, at)
    remember(
        carried,
        "assessment_carried_over",
        f"a repris « {assessment.title} » dans la version {version.number} de la grille : "
        f"{kept} réponse{'s' * (kept > 1)} gardée{'s' * (kept > 1)}.",
        by=by,
        at=at,
        facts={"from": assessment.pk, "version": version.number, "kept": kept},
    )
    return carried


def _carry_answers(old: Assessment, new: Assessment) -> int:
    """Copy what still holds, signed and dated as it was first given; how many ratings were kept."""
    changes = compare(queries.framework(old.version), queries.framework(new.version))
    former = Answer.objects.filter(assessment=old).prefetch_related("evidence").order_by("at", "pk")
    rows = {answer.criterion: answer for answer in Answer.objects.filter(assessment=new)}
    answered, pieces, kept = [], [], 0
    for change in changes:
        if change.new is None:
            continue
        codes = {criterion.code for criterion in change.old}
        row, before = rows[change.code], [answer for answer in former if answer.criterion in codes]
        attached = {piece.document_id: piece for answer in before for piece in answer.evidence.all()}
        pieces += [AnswerEvidence(answer=row, document_id=pk, by_id=e.by_id, at=e.at) for pk, e in attached.items()]
        said = [answer for answer in before if answer.revision]
        if not said:
            continue
        last = said[-1]
        row.value = last.value if change.sort.keeps_rating else None
        row.not_applicable = all(answer.not_applicable for answer in before) and change.new.na_allowed
        row.justification = "\n\n".join(dict.fromkeys(answer.justification for answer in said if answer.justification))
        row.revision, row.by_id, row.at = 1, last.by_id, last.at
        kept += row.value is not None or row.not_applicable
        answered.append(row)
    Answer.objects.bulk_update(answered, ["value", "not_applicable", "justification", "revision", "by", "at"])
    AnswerEvidence.objects.bulk_create(pieces)
    return kept


def _close(assessment: Assessment, status: str, by: Person, at: datetime) -> None:
    Assessment.objects.filter(pk=assessment.pk).update(status=status, finished_at=at, finished_by=by)
    assessment.status, assessment.finished_at, assessment.finished_by = status, at, by


def _args(assessment: Assessment) -> dict[str, int | str]:
    return {"landlord_id": assessment.landlord_id, "assessment_id": assessment.pk}
