"""The label: the scheme's rules, and for a journey its passages, its pieces, its corrections, its notes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.documents import readable
from palier.api.v1.doors import Call, Pk, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.directory.rules import Right, Thing
from palier.documents.rules import KINDS
from palier.label import operations, queries
from palier.label.models import Correction, InstructionNote, Journey, Passage, Piece, RuleSetVersion
from palier.label.rules.stages import Stage
from palier.label.rules.steps import BY_ACT

room = Room("label", "Label")
HERE = "/landlords/{landlord_id}/journeys/{pk}"


def journey_of(request: Call, pk: int) -> Journey:
    """A journey of the landlord whose file the address opens; 404 otherwise."""
    return get_object_or_404(queries.journeys(landlord=request.landlord.pk), pk=pk)


class RuleSetOut(Schema):
    """A version of the scheme's rules; a draft has no ``published_at``. ``data`` is the whole of it."""

    id: int
    code: str
    number: int
    title: str
    effective_from: date
    published_at: datetime | None
    data: dict[str, Any]


@room.reads("/rule-sets", Thing.RULE_SET, "Lister les règles du label")
def rule_sets(request: Call) -> Page[RuleSetOut]:
    """The versions that one may read, latest in force first; drafts are for those who write or validate them."""
    return paged(request, queries.rule_sets(roles=request.roles), lambda rows: [_rule_set(row) for row in rows])


@room.reads("/rule-sets/{pk}", Thing.RULE_SET, "Lire une version des règles du label")
def rule_set(request: Call, pk: Pk) -> RuleSetOut:
    """One version."""
    return _rule_set(get_object_or_404(queries.rule_sets(roles=request.roles), pk=pk))


def _rule_set(row: RuleSetVersion) -> RuleSetOut:
    return RuleSetOut(
        id=row.pk,
        code=row.code,
        number=row.number,
        title=row.title,
        effective_from=row.effective_from,
        published_at=row.published_at,
        data=row.data,
    )


class PassageOut(Schema):
    """One step taken: which act, from where to where, by whom, under which label dates."""

    cycle: int
    act: Term
    source: Term | None
    target: Term
    by: Named | None = Field(description="Absent quand Palier agit de lui-même.")
    at: datetime
    label_from: date | None
    label_until: date | None
    note: str


@room.reads(f"{HERE}/passages", Thing.JOURNEY, "Lister les marches franchies")
def passages(request: Call, pk: Pk) -> Page[PassageOut]:
    """The steps taken on a journey, in their order."""
    found = queries.passages(journey=journey_of(request, pk))
    return paged(request, found, lambda rows: [_passage(row) for row in rows])


def _passage(row: Passage) -> PassageOut:
    done = BY_ACT[row.act].done if row.act in BY_ACT else "a ouvert le parcours"
    return PassageOut(
        cycle=row.cycle,
        act=Term(code=row.act, label=done),
        source=term(Stage(row.source)) if row.source else None,
        target=term(Stage(row.target)),
        by=maybe_named(row.by),
        at=row.at,
        label_from=row.label_from,
        label_until=row.label_until,
        note=row.note,
    )


class PieceOut(Schema):
    """A piece asked by the rules, the document deposited for it, and its check."""

    id: int
    stage: Term
    kind: Term
    document: int
    deposited_by: Named
    deposited_at: datetime
    checked_by: Named | None
    checked_at: datetime | None


@room.reads(f"{HERE}/pieces", Thing.EVIDENCE, "Lister les pièces déposées dans le cycle")
def pieces(request: Call, pk: Pk) -> Page[PieceOut]:
    """The pieces of the current cycle, in the order of their deposit."""
    found = queries.pieces(journey=journey_of(request, pk))
    return paged(request, found, lambda rows: [piece_out(row) for row in rows])


def piece_out(row: Piece) -> PieceOut:
    """A piece as the API shows it."""
    return PieceOut(
        id=row.pk,
        stage=term(Stage(row.stage)),
        kind=Term(code=row.kind, label=KINDS[row.kind].label),
        document=row.document_id,
        deposited_by=named(row.deposited_by),
        deposited_at=row.deposited_at,
        checked_by=maybe_named(row.checked_by),
        checked_at=row.checked_at,
    )


class PieceIn(Schema):
    """The document of the file that answers a piece asked at this stage."""

    kind: Annotated[str, OneOf(KINDS)]
    document: int = Field(ge=1, le=2**63 - 1)


@room.writes(f"{HERE}/pieces", (Thing.EVIDENCE, Right.WRITE), summary="Déposer la pièce demandée à cette étape")
def deposit_piece(request: Call, pk: Pk, body: PieceIn) -> PieceOut:
    """Answer a piece that the rules ask for with a document already in the file; a new one takes the place."""
    journey = journey_of(request, pk)
    document = get_object_or_404(readable(request).filter(withdrawn_at=None), pk=body.document)
    return piece_out(operations.deposit(journey=journey, kind=body.kind, document=document, by=request.user, at=request.at))


class CorrectionOut(Schema):
    """A correction that the référent asks for; the landlord's answer closes it, or the référent takes it back."""

    id: int
    stage: Term
    piece: int | None
    subject: str
    reason: str
    asked_by: Named
    asked_at: datetime
    due_on: date
    answer: str
    answered_by: Named | None
    answered_at: datetime | None
    withdrawn_because: str
    withdrawn_by: Named | None
    withdrawn_at: datetime | None


@room.reads(f"{HERE}/corrections", Thing.DECISION_NOTICE, "Lister les corrections demandées dans le cycle")
def corrections(request: Call, pk: Pk) -> Page[CorrectionOut]:
    """The corrections of the current cycle, the open ones first."""
    found = queries.corrections(journey=journey_of(request, pk))
    return paged(request, found, lambda rows: [_correction(row) for row in rows])


def _correction(row: Correction) -> CorrectionOut:
    return CorrectionOut(
        id=row.pk,
        stage=term(Stage(row.stage)),
        piece=row.piece_id,
        subject=row.subject,
        reason=row.reason,
        asked_by=named(row.asked_by),
        asked_at=row.asked_at,
        due_on=row.due_on,
        answer=row.answer,
        answered_by=maybe_named(row.answered_by),
        answered_at=row.answered_at,
        withdrawn_because=row.withdrawn_because,
        withdrawn_by=maybe_named(row.withdrawn_by),
        withdrawn_at=row.withdrawn_at,
    )


class NoteOut(Schema):
    """The référent's note on a file, as delivered to the committee."""

    cycle: int
    stage: Term
    text: str
    by: Named
    delivered_at: datetime | None


@room.reads(f"{HERE}/notes", Thing.INSTRUCTION_NOTE, "Lister les notes d’instruction remises")
def notes(request: Call, pk: Pk) -> Page[NoteOut]:
    """The notes delivered on a journey, latest first."""
    return paged(request, queries.notes(journey=journey_of(request, pk)), lambda rows: [_note(row) for row in rows])


def _note(row: InstructionNote) -> NoteOut:
    return NoteOut(
        cycle=row.cycle,
        stage=term(Stage(row.stage)),
        text=row.text,
        by=named(row.changed_by),
        delivered_at=row.delivered_at,
    )
