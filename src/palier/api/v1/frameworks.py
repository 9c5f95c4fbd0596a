"""Grids and assessments: what is asked, what is answered, the score line by line."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.documents import readable
from palier.api.v1.doors import Call, Cycle, LongText, Pk, Room, Text, require_any
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, Term, maybe_named
from palier.audits.queries import grid_writable
from palier.directory.rules import Right, Thing
from palier.frameworks import operations, queries
from palier.frameworks.models import Answer, AnswerRevision, Assessment, FrameworkVersion
from palier.frameworks.rules.answering import STATUSES
from palier.frameworks.rules.grid import Criterion
from palier.frameworks.rules.purposes import PURPOSES, may_write
from palier.frameworks.rules.scoring import ThemeScore

room = Room("frameworks", "Grilles et évaluations")
THINGS = tuple(dict.fromkeys(purpose.thing for purpose in PURPOSES.values() if not purpose.routine))
ANSWER = tuple((thing, Right.WRITE_OWN) for thing in THINGS)


class GridOut(Schema):
    """One version of a grid."""

    code: str
    number: int
    title: str
    purpose: Term
    effective_from: date
    published_at: datetime
    sha256: str


class GridBodyOut(GridOut):
    """One version of a grid with all it asks: scales, themes, criteria."""

    body: dict[str, Any]


@room.reads("/frameworks", Thing.RULE_SET, "Lister les versions des grilles")
def frameworks(request: Call, code: Text = "") -> Page[GridOut]:
    """The versions of every grid, or of one: by code, latest first."""
    return paged(request, queries.versions(code=code), lambda rows: [GridOut(**_grid(row)) for row in rows])


@room.reads("/frameworks/{code}/versions/{number}", Thing.RULE_SET, "Lire une version d’une grille")
def framework(request: Call, code: Text, number: Cycle) -> GridBodyOut:
    """One version, body included."""
    row = get_object_or_404(queries.versions(code=code), number=number)
    return GridBodyOut(**_grid(row), body=row.body)


def _grid(row: FrameworkVersion) -> dict[str, Any]:
    purpose = row.framework.purpose
    return {
        "code": row.framework.code,
        "number": row.number,
        "title": row.title,
        "purpose": Term(code=purpose, label=PURPOSES[purpose].label),
        "effective_from": row.effective_from,
        "published_at": row.published_at,
        "sha256": row.sha256,
    }


class AssessmentOut(Schema):
    """A subject held against a version of a grid. ``score`` goes from 0 (worst) to 1 (best)."""

    id: int
    title: str
    framework: str
    version: int
    purpose: Term
    subject_kind: str
    subject_id: int
    subject_label: str
    status: Term
    rated: int
    complete: int
    total: int
    score: Decimal | None
    entrusted_to: Named | None
    started_at: datetime
    saved_at: datetime | None
    finished_at: datetime | None
    released_at: datetime | None
    carried_from: int | None


@room.reads("/landlords/{landlord_id}/assessments", THINGS, "Lister les évaluations que vous pouvez lire")
def assessments(request: Call, framework: Text = "") -> Page[AssessmentOut]:
    """The assessments of a landlord that the person may read: findings only once they are released."""
    found = queries.assessments(landlord=request.landlord, roles=request.roles)
    if framework:
        found = found.filter(version__framework__code=framework)
    return paged(request, found.order_by("-started_at", "-pk"), lambda rows: [_assessment(row) for row in rows])


@room.reads("/landlords/{landlord_id}/assessments/{pk}", THINGS, "Lire une évaluation")
def assessment(request: Call, pk: Pk) -> AssessmentOut:
    """One assessment."""
    return _assessment(_found(request, pk))


def _found(request: Call, pk: int) -> Assessment:
    return get_object_or_404(queries.assessments(landlord=request.landlord, roles=request.roles), pk=pk)


def _assessment(row: Assessment) -> AssessmentOut:
    purpose = row.version.framework.purpose
    return AssessmentOut(
        id=row.pk,
        title=row.title,
        framework=row.version.framework.code,
        version=row.version.number,
        purpose=Term(code=purpose, label=PURPOSES[purpose].label),
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        subject_label=row.subject_label,
        status=Term(code=row.status, label=STATUSES[row.status]),
        rated=row.rated,
        complete=row.complete,
        total=row.total,
        score=row.score,
        entrusted_to=maybe_named(row.entrusted_to),
        started_at=row.started_at,
        saved_at=row.saved_at,
        finished_at=row.finished_at,
        released_at=row.released_at,
        carried_from=row.carried_from_id,
    )


class AnswerOut(Schema):
    """What an assessment says of one criterion. ``revision`` 0: nothing said yet."""

    criterion: str
    number: str
    title: str
    value: int | None
    level: str = Field(description="Le niveau choisi, en mots.")
    not_applicable: bool
    justification: str
    revision: int
    by: Named | None
    at: datetime | None
    documents: list[int] = Field(description="Numéros des pièces jointes.")


@room.reads("/landlords/{landlord_id}/assessments/{pk}/answers", THINGS, "Lister les réponses d’une évaluation")
def answers(request: Call, pk: Pk) -> Page[AnswerOut]:
    """The answers of an assessment, in the order of the grid."""
    found = _found(request, pk)
    said, attached = queries.answers(found), queries.evidence(found)
    criteria = queries.framework(found.version).criteria

    def shown(codes: list[str]) -> list[AnswerOut]:
        return [_answer(criteria[code], said[code], [e.document_id for e in attached.get(code, ())]) for code in codes]

    return paged(request, [code for code in criteria if code in said], shown)


def _answer(criterion: Criterion, row: Answer, documents: list[int]) -> AnswerOut:
    level = criterion.scale.level(row.value) if row.value is not None else None
    return AnswerOut(
        criterion=criterion.code,
        number=criterion.number,
        title=criterion.title,
        value=row.value,
        level=level.label if level else "",
        not_applicable=row.not_applicable,
        justification=row.justification,
        revision=row.revision,
        by=maybe_named(row.by),
        at=row.at,
        documents=documents,
    )


class AnswerIn(Schema):
    """An answer over the revision that was read: a step of the scale, or « sans objet »."""

    revision: int = Field(ge=0, le=2**31 - 2)
    value: int | None = Field(None, ge=0, le=32_767)
    not_applicable: bool = False
    justification: LongText = ""


class AnswerTextOut(Schema):
    """A former text of an answer."""

    revision: int
    value: int | None
    not_applicable: bool
    justification: str
    by: Named | None
    at: datetime


@room.reads(
    "/landlords/{landlord_id}/assessments/{pk}/answers/{criterion}/texts", THINGS, "Lister les textes antérieurs d’une réponse"
)
def answer_texts(request: Call, pk: Pk, criterion: Text) -> Page[AnswerTextOut]:
    """Every former text of an answer, latest first; none while it never changed."""
    answer = get_object_or_404(Answer.objects.filter(assessment=_found(request, pk)), criterion=criterion)
    return paged(request, queries.revisions(answer), lambda rows: [_text(row) for row in rows])


def _text(row: AnswerRevision) -> AnswerTextOut:
    return AnswerTextOut(
        revision=row.revision,
        value=row.value,
        not_applicable=row.not_applicable,
        justification=row.justification,
        by=maybe_named(row.by),
        at=row.at,
    )


@room.writes(
    "/landlords/{landlord_id}/assessments/{pk}/answers/{criterion}",
    *ANSWER,
    summary="Répondre à un critère",
    method="PUT",
    status=200,
)
def answer(request: Call, pk: Pk, criterion: Text, body: AnswerIn) -> AnswerOut:
    """Keep one answer; a stale save is refused with what stands instead."""
    found = _to_answer(request, pk)
    asked = _criterion(found, criterion)
    operations.save_answer(assessment=found, criterion=asked.code, by=request.user, at=request.at, **body.model_dump())
    return _answer_of(found, asked)


class AttachIn(Schema):
    """The piece to attach, which stands in the same file."""

    document: int = Field(ge=1, le=2**63 - 1)


@room.writes(
    "/landlords/{landlord_id}/assessments/{pk}/answers/{criterion}/documents",
    *ANSWER,
    summary="Joindre une pièce à un critère",
)
def attach(request: Call, pk: Pk, criterion: Text, body: AttachIn) -> AnswerOut:
    """Attach a document that the person may read; twice changes nothing."""
    found = _to_answer(request, pk)
    asked = _criterion(found, criterion)
    document = get_object_or_404(readable(request), pk=body.document)
    operations.attach(assessment=found, criterion=asked.code, document=document, by=request.user, at=request.at)
    return _answer_of(found, asked)


def _to_answer(request: Call, pk: int) -> Assessment:
    found = _found(request, pk)
    entrusted = found.entrusted_to_id == request.user.pk
    require_any([may_write(found.version.framework.purpose, request.roles, entrusted=entrusted) and grid_writable(found)])
    found.landlord = request.landlord
    return found


def _criterion(of: Assessment, code: str) -> Criterion:
    asked = queries.framework(of.version).criteria.get(code)
    if asked is None:
        raise Http404
    return asked


def _answer_of(of: Assessment, asked: Criterion) -> AnswerOut:
    documents = [e.document_id for e in queries.evidence(of).get(asked.code, ())]
    return _answer(asked, queries.answers(of)[asked.code], documents)


class ThemeScoreOut(Schema):
    """The score of a theme, and the mean written out."""

    code: str
    title: str
    score: Decimal | None
    formula: str
    provisional: bool


class ScoreOut(Schema):
    """The score of an assessment and what makes it."""

    score: Decimal | None
    themes: list[ThemeScoreOut]


@room.reads("/landlords/{landlord_id}/assessments/{pk}/score", THINGS, "Lire le score d’une évaluation")
def score(request: Call, pk: Pk) -> ScoreOut:
    """The score of an assessment, explained."""
    found = queries.score(_found(request, pk))
    return ScoreOut(score=found.stored, themes=[_theme(theme) for theme in found.themes])


def _theme(row: ThemeScore) -> ThemeScoreOut:
    return ThemeScoreOut(
        code=row.theme.code,
        title=row.theme.title,
        score=None if row.value is None else Decimal(round(row.value * 10**6)).scaleb(-6),
        formula=row.formula,
        provisional=row.provisional,
    )
