"""What one may ask of grids and assessments.

``assessments`` is scoped to what somebody's roles may read. ``of_landlord`` is for the rooms above, which answer for what
they show.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, QuerySet, Value

from palier.calendar import in_words as day_in_words
from palier.directory.models import Landlord
from palier.directory.rules import Role
from palier.documents.models import Document, Version
from palier.frameworks.models import Answer, AnswerEvidence, AnswerRevision, Assessment, Framework, FrameworkVersion
from palier.frameworks.rules import completeness, grid, scoring
from palier.frameworks.rules.answering import FINISHED, OPEN, SUPERSEDED
from palier.frameworks.rules.purposes import PURPOSES, readable, reads_held
from palier.verdict import Refusal, Remedy, no

_HELD = [code for code, purpose in PURPOSES.items() if purpose.held]
_TEXTS = ("version__body", "version__source")


# --- Grids ----------------------------------------------------------------------------------------------------------


def versions(*, code: str = "") -> QuerySet[FrameworkVersion]:
    """The versions of every grid, or of one, without their texts: by code, latest first."""
    found = FrameworkVersion.objects.select_related("framework", "published_by").defer("body", "source")
    return (found.filter(framework__code=code) if code else found).order_by("framework__code", "-number")


def frameworks(*, on: date) -> QuerySet[Framework]:
    """Every grid with ``versions`` (latest first, texts left out), ``running`` (open assessments) and ``in_force`` (number)."""
    current = FrameworkVersion.objects.filter(framework=OuterRef("pk"), effective_from__lte=on).order_by(
        "-effective_from", "-number"
    )
    return (
        Framework.objects.annotate(
            running=Count("versions__assessments", filter=Q(versions__assessments__status=OPEN)),
            in_force=current.values("number")[:1],
        )
        .prefetch_related(
            Prefetch(
                "versions", FrameworkVersion.objects.defer("body", "source").select_related("published_by").order_by("-number")
            )
        )
        .order_by("code")
    )


def current_version(*, code: str, on: date) -> FrameworkVersion:
    """The version of a grid in force on a day: the last to take effect.

    Raises:
        Refusal: when no version is in force that day.
    """
    found = _in_force(code, on)
    if found is None:
        raise Refusal(
            no(
                "frameworks.none_in_force",
                f"Aucune version de la grille « {code} » n’est en vigueur le {day_in_words(on)}.",
                Remedy("Ouvrir les grilles", "frameworks"),
            )
        )
    return found


def successor(assessment: Assessment, *, on: date) -> FrameworkVersion | None:
    """The version in force on a day, when it is a later one than the assessment's own."""
    found = _in_force(assessment.version.framework.code, on)
    return found if found and found.number > assessment.version.number else None


def in_force(*, purposes: Collection[str], on: date) -> QuerySet[FrameworkVersion]:
    """The version in force on a day of each grid for these uses, by code. One query."""
    found = versions().filter(framework__purpose__in=purposes, effective_from__lte=on)
    return found.order_by("framework__code", "-effective_from", "-number").distinct("framework__code")


def _in_force(code: str, on: date) -> FrameworkVersion | None:
    return versions(code=code).filter(effective_from__lte=on).order_by("-effective_from", "-number").first()


def framework(version: FrameworkVersion) -> grid.Framework:
    """The objects of a version. Its text travels once a process: a version never changes."""
    return _built(version.pk, version.sha256)


@lru_cache(maxsize=64)
def _built(pk: int, sha256: str) -> grid.Framework:
    return grid.build(FrameworkVersion.objects.values_list("body", flat=True).get(pk=pk, sha256=sha256))


# --- Assessments ----------------------------------------------------------------------------------------------------


def assessments(*, landlord: Landlord, roles: frozenset[Role]) -> QuerySet[Assessment]:
    """The assessments of a landlord's file that these roles may read, the grid's text left out.

    What is held back until its release is there for the auditor and the label's team alone.
    """
    found = of_landlord(landlord=landlord).filter(version__framework__purpose__in=readable(roles))
    if reads_held(roles):
        return found
    return found.filter(Q(released_at__isnull=False) | ~Q(version__framework__purpose__in=_HELD))


def narrowed(found: QuerySet[Assessment], *, search: str = "", purpose: str = "", status: str = "") -> QuerySet[Assessment]:
    """Those of them whose title or subject holds a text, of one use, of one status."""
    if search.strip():
        found = found.filter(Q(title__icontains=search.strip()) | Q(subject_label__icontains=search.strip()))
    if purpose:
        found = found.filter(version__framework__purpose=purpose)
    return found.filter(status=status) if status else found


def sorted_by(found: QuerySet[Assessment], *fields: str, reverse: bool) -> QuerySet[Assessment]:
    """In the order of these fields, what is empty last, then the latest started."""
    keys = [F(field).desc(nulls_last=True) if reverse else F(field).asc(nulls_last=True) for field in fields]
    return found.order_by(*keys, "-pk")


def of_landlord(*, landlord: Landlord, code: str = "") -> QuerySet[Assessment]:
    """Every assessment of a landlord (against one grid, with ``code``), for the rooms above."""
    found = Assessment.objects.filter(landlord=landlord).select_related("version__framework", "entrusted_to").defer(*_TEXTS)
    return found.filter(version__framework__code=code) if code else found


def latest_by_subject(*, landlord: Landlord, code: str, kind: str) -> dict[int, Assessment]:
    """For each subject of a kind, its latest assessment against a grid that was not carried over, by subject id. One query."""
    found = of_landlord(landlord=landlord, code=code).filter(subject_kind=kind).exclude(status=SUPERSEDED)
    return {a.subject_id: a for a in found.order_by("subject_id", "-started_at", "-pk").distinct("subject_id")}


def finished_on(*, landlord: Landlord | int, code: str, kind: str) -> set[int]:
    """The subjects of a kind that an assessment against a grid was finished on. One query."""
    found = Assessment.objects.filter(landlord=landlord, version__framework__code=code, subject_kind=kind, status=FINISHED)
    return set(found.values_list("subject_id", flat=True))


def open_on(*, landlord: Landlord, code: str, kind: str, subject: int) -> Assessment | None:
    """The open assessment of a subject against a grid, whatever its version, if there is one."""
    found = of_landlord(landlord=landlord, code=code).filter(subject_kind=kind, subject_id=subject, status=OPEN)
    return found.order_by("-started_at", "-pk").first()


def given(assessment: Assessment) -> dict[str, grid.Given]:
    """What an assessment says, by criterion, reduced to what scores and completeness need. One query."""
    return given_in([assessment.pk]).get(assessment.pk, {})


def given_in(assessments: Collection[int] | QuerySet[Assessment]) -> dict[int, dict[str, grid.Given]]:
    """The same for several assessments, by id. One query."""
    rows = Answer.objects.filter(assessment__in=assessments).annotate(
        justified=ExpressionWrapper(~Q(justification=""), BooleanField()),
        kinds=ArrayAgg("evidence__document__kind", filter=Q(evidence__isnull=False), distinct=True, default=Value([])),
    )
    found: dict[int, dict[str, grid.Given]] = {}
    for pk, criterion, value, not_applicable, justified, kinds in rows.values_list(
        "assessment_id", "criterion", "value", "not_applicable", "justified", "kinds"
    ):
        found.setdefault(pk, {})[criterion] = grid.Given(value, not_applicable, justified, frozenset(kinds))
    return found


def progress(assessment: Assessment) -> completeness.Progress:
    """How far an assessment is, as stored at its last save."""
    return completeness.Progress(assessment.rated, assessment.complete, assessment.total)


def score(assessment: Assessment) -> scoring.Score:
    """The score of an assessment with every line that makes it. One query."""
    return scoring.score(framework(assessment.version), given(assessment))


def answers(assessment: Assessment) -> dict[str, Answer]:
    """The answers of an assessment with who gave them, by criterion."""
    return {a.criterion: a for a in Answer.objects.filter(assessment=assessment).select_related("by").order_by("pk")}


def evidence(assessment: Assessment) -> dict[str, list[AnswerEvidence]]:
    """The pieces attached to each criterion, each document with its ``versions``, latest first. Two queries."""
    found: dict[str, list[AnswerEvidence]] = {}
    latest = Prefetch("document__versions", Version.objects.order_by("-number"))
    rows = AnswerEvidence.objects.filter(answer__assessment=assessment).select_related("answer", "document")
    for row in rows.prefetch_related(latest).order_by("pk"):
        found.setdefault(row.answer.criterion, []).append(row)
    return found


def revisions(answer: Answer) -> QuerySet[AnswerRevision]:
    """Every former text of an answer, latest first, with who wrote it."""
    return AnswerRevision.objects.filter(answer=answer).select_related("by").order_by("-revision")


def using(document: Document) -> QuerySet[Assessment]:
    """The assessments in which a document is evidence and still counts."""
    attached = AnswerEvidence.objects.filter(document=document, answer__assessment=OuterRef("pk"))
    return Assessment.objects.filter(Exists(attached)).exclude(status=SUPERSEDED).order_by("-started_at", "-pk")


# --- Drift ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drift:
    """An assessment whose stored figures are not those that its answers give: (rated, complete, total, score)."""

    assessment: int
    stored: tuple[int, int, int, Decimal | None]
    computed: tuple[int, int, int, Decimal | None]


def drift(*, batch: int = 200) -> list[Drift]:
    """Recompute every stored progress and score; anything found is a fault of ours."""
    found, last = [], 0
    rows = Assessment.objects.select_related("version").defer(*_TEXTS).order_by("pk")
    while page := list(rows.filter(pk__gt=last)[:batch]):
        last = page[-1].pk
        said = given_in([a.pk for a in page])
        for assessment in page:
            computed = figures(framework(assessment.version), said.get(assessment.pk, {}))
            stored = (assessment.rated, assessment.complete, assessment.total, assessment.score)
            if stored != computed:
                found.append(Drift(assessment.pk, stored, computed))
    return found


def figures(of: grid.Framework, said: dict[str, grid.Given]) -> tuple[int, int, int, Decimal | None]:
    """What is stored of an assessment: criteria rated, complete, in all, and the score."""
    done = completeness.progress(of, said)
    return done.rated, done.complete, done.total, scoring.score(of, said).stored
